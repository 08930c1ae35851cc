/// Counts how much clients met on one object: how much a green answer is worth.
struct OverlapCount {
    /// A client begins or ends an operation.
    struct Turn {
        /// From 0 on.
        var client: Int32
        var opens: Bool
    }

    /// Pairs of operations of different clients that were open at once.
    private(set) var pairs = 0
    /// The most clients that were on one object at once.
    private(set) var meeting = 0
    /// How many operations each client has open.
    private var openOf: [Int32]

    init(clients: Int) {
        openOf = Array(repeating: 0, count: clients)
    }

    /// Adds the turns on one object, in order of time.
    mutating func add(_ turns: some Collection<Turn>) {
        var (open, visitors) = (0, 0)
        for turn in turns {
            let client = Int(turn.client)
            if turn.opens {
                pairs += open - Int(openOf[client])
                if openOf[client] == 0 { visitors += 1 }
                (open, openOf[client]) = (open + 1, openOf[client] + 1)
                meeting = max(meeting, visitors)
            } else {
                (open, openOf[client]) = (open - 1, openOf[client] - 1)
                if openOf[client] == 0 { visitors -= 1 }
            }
        }
        for turn in turns { openOf[Int(turn.client)] = 0 }
    }
}
