import Verification
import Wire
import System

/// Gets to know a target by probes, of which none is an accusation: each fact is one that a server is free to choose.
struct TargetProber {
    private let probes: TargetProbes
    private let clients: Int
    /// Runs a scenario on the target; nil where there is no time.
    private let perform: (Scenario) throws -> JudgedExecution?
    private(set) var acquaintance: Acquaintance
    /// What each connection is answered before its first request.
    private let repliesBefore: Int

    /// How often a client asks in a row at most, and how long that may take.
    private static let (mostRequests, asking) = (24, Duration.milliseconds(600))
    /// Who is served within that, though nobody leaves, comes late, and not in a place that somebody has left.
    private static let patience = Duration.milliseconds(2_500)
    /// For a client to be served beside others: at least, and at most.
    private static let (leastTime, mostTime) = (Duration.milliseconds(100), Duration.seconds(1))
    /// How long a client says nothing after its requests.
    static let idle: Duration = .milliseconds(250)
    /// Requests sent at once.
    static let pipelined = 6
    /// The value that nearly all that is drawn stays below, and what is tried where it is too long. Bytes.
    private static let (longest, lengths) = (20_000, [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384])

    init(
        _ acquaintance: Acquaintance, _ probes: TargetProbes, clients: Int, repliesBefore: Int,
        perform: @escaping (Scenario) throws -> JudgedExecution?
    ) {
        self.acquaintance = acquaintance
        self.probes = probes
        self.clients = clients
        self.repliesBefore = repliesBefore
        self.perform = perform
    }

    /// Looks at all that lets its clients be answered.
    mutating func probe() throws {
        try askAlone()
        guard acquaintance.thinking != nil else { return }
        guard clients > 1 else { return }
        try askTogether()
        if acquaintance.connections == nil, acquaintance.requestsPerConnection == 1 { try askBesideSilent() }
    }

    // MARK: One client

    private mutating func askAlone() throws {
        guard let first = try perform(probes.asking(2)), let thinking = Self.thinking(first.log) else { return }
        acquaintance.thinking = thinking
        let affordable = Int(min(64, Self.asking / max(thinking, .microseconds(1))))
        let times = max(4, min(Self.mostRequests, affordable))
        guard let row = try perform(probes.asking(times, then: Self.idle)) else { return }
        note(row.log)
        guard let own = row.log.connections.first else { return }
        let count = Self.replies(row.log, 0)
        if count < times + repliesBefore {
            // Whether it was an accident, the same again tells.
            guard own.wasOverInScript, count > repliesBefore, let again = try perform(probes.asking(times)),
                Self.replies(again.log, 0) == count
            else { return }
            acquaintance.requestsPerConnection = count - repliesBefore
        } else {
            acquaintance.idle = Self.idle
            acquaintance.closesIdle = own.wasOverInScript
        }
    }

    private mutating func note(_ log: ExecutionLog) {
        if let thinking = Self.thinking(log) { acquaintance.thinking = thinking }
        acquaintance.longestReply = max(acquaintance.longestReply, Self.longestReply(log))
    }

    /// The median time from request to reply.
    private static func thinking(_ log: ExecutionLog) -> Duration? {
        let times = log.connections.flatMap { connection in
            zip(connection.sends, connection.replies).map { max(0, $1.nanoseconds - $0.nanoseconds) }
        }
        guard !times.isEmpty else { return nil }
        return .nanoseconds(times.sorted()[times.count / 2])
    }

    static func longestReply(_ log: ExecutionLog) -> Int {
        log.connections.flatMap { connection in
            zip([0] + connection.replies.map(\.offset), connection.replies.map(\.offset)).map { $1 - $0 }
        }.max() ?? 0
    }

    /// What the last connection of a client got.
    private static func replies(_ log: ExecutionLog, _ client: Int) -> Int {
        log.connections.last { $0.client == client }?.replies.count ?? 0
    }

    // MARK: A few clients

    /// More than there will be are tried, too: who has just left may count for a moment. Not where each leaves with its reply: there
    /// that many fill a short listen queue, and wait for seconds.
    private mutating func askTogether() throws {
        let counts = acquaintance.requestsPerConnection == 1 ? [clients] : [clients, 2 * clients]
        for count in counts where acquaintance.connections == nil { try askTogether(count) }
    }

    private mutating func askTogether(_ count: Int) throws {
        let thinking = acquaintance.thinking ?? .zero
        let time = min(Self.mostTime, max(Self.leastTime, thinking * (3 * count)))
        let first = try served(count, within: time)
        if hasClosed, !isClosing || first ?? 0 == 0 { return try askInTurn(count) }
        guard let served = first, served < count, served > 0, isClosing || served < clients,
            // Who was slow is served within a longer time.
            let again = try self.served(count, within: min(Self.mostTime, time * 4)), again == served,
            // Who waits for somebody to leave waits on; who is served in the end, though nobody leaves, was only late.
            try isClosing || self.served(count, within: Self.patience) == served,
            let relieved = try perform(probes.relieved(served: served, after: Self.leastTime / 4)),
            Self.replies(relieved.log, served) == repliesBefore + 1
        else { return }
        acquaintance.connections = .init(served: served, others: isClosing ? .closed : .wait)
    }

    /// Each that comes is served, and who came first has to go for it.
    private mutating func askInTurn(_ count: Int) throws {
        guard acquaintance.requestsPerConnection != 1, let kept = try keptInTurn(count), kept > 0, kept < count,
            try keptInTurn(count) == kept
        else { return }
        acquaintance.connections = .init(served: kept, others: .oldestClosed)
    }

    /// How many of the last that came are connected still; nil where somebody was not answered or another one was closed.
    private func keptInTurn(_ count: Int) throws -> Int? {
        guard let log = try perform(probes.inTurn(count, within: Self.leastTime / 4))?.log else { return nil }
        let closed = log.connections.map(\.wasOverInScript)
        let kept = closed.reversed().prefix { !$0 }.count
        let areAnswered = log.connections.allSatisfy { $0.replies.count == repliesBefore + 1 }
        return areAnswered && closed.count == count && !closed.dropLast(kept).contains(false) ? kept : nil
    }

    /// Where each connection ends with its reply all are served in turn; who is connected and says nothing may keep a place all the
    /// same, and clients that wait for each other would wait for ever.
    private mutating func askBesideSilent() throws {
        let time = min(Self.mostTime, max(Self.leastTime, (acquaintance.thinking ?? .zero) * 3))
        guard try isAnswered(beside: clients - 1, within: time) == false else { return }
        for silent in 1..<clients where try isAnswered(beside: silent, within: time) == false {
            guard try isAnswered(beside: silent, within: min(Self.mostTime, time * 4)) == false else { return }
            acquaintance.connections = .init(served: silent, others: .wait)
            return
        }
    }

    private func isAnswered(beside silent: Int, within time: Duration) throws -> Bool? {
        guard let log = try perform(probes.asking(beside: silent, within: time))?.log else { return nil }
        return log.connections.last.map { $0.heardInScript > acquaintance.greeting.count }
    }

    /// Whether those who were not served last were closed, and whether anybody was.
    private var (isClosing, hasClosed) = (false, false)

    private mutating func served(_ count: Int, within time: Duration) throws -> Int? {
        guard let log = try perform(probes.together(count, within: time))?.log else { return nil }
        let mayClose = acquaintance.requestsPerConnection == 1
        let greeted = acquaintance.greeting.count
        let served = log.connections.map { connection in
            // Who is told that there are too many is closed then.
            connection.heardInScript > greeted && (mayClose || !connection.wasOverInScript)
        }
        let others = zip(log.connections, served).filter { !$1 }
        hasClosed = !mayClose && log.connections.contains { $0.wasOverInScript }
        isClosing = !others.isEmpty && others.allSatisfy { $0.0.wasOverInScript }
        // It is the first who come that are served.
        let first = served.prefix { $0 }.count
        return served.dropFirst(first).contains(true) ? nil : first
    }

    // MARK: Long values

    /// Looks for the longest value that a request may carry.
    ///
    /// - Parameter request: a request with a value so long.
    mutating func probeValues(_ request: (Int) -> [Template]) throws {
        guard try isTaken(request(Self.longest)) == false else {
            acquaintance.values = .init(taken: Self.longest)
            return
        }
        var (taken, refused) = (-1, Self.lengths.count)
        var inWords = lastWasInWords
        while refused - taken > 1 {
            let middle = (taken + refused) / 2
            guard let isTaken = try isTaken(request(Self.lengths[middle])) else { return }
            if isTaken {
                taken = middle
            } else {
                refused = middle
                inWords = lastWasInWords
            }
        }
        guard taken >= 0 else { return }
        acquaintance.values = .init(
            taken: Self.lengths[taken],
            refused: refused < Self.lengths.count ? Self.lengths[refused] : Self.longest, inWords: inWords)
    }

    /// Looks for the longest value that is told: what is taken may be too long to be given back.
    ///
    /// - Parameter requests: one that writes a value so long, and one that reads it.
    mutating func probeReplies(_ requests: (Int) -> [[Template]]?) throws {
        guard let values = acquaintance.values, let longest = requests(values.taken), longest.count == 2 else { return }
        guard try isTold(longest) == false else { return }
        for length in Self.lengths.reversed() where length < values.taken {
            guard let shorter = requests(length), let isTold = try isTold(shorter) else { return }
            guard isTold else { continue }
            acquaintance.replies = length
            return
        }
    }

    private func isTold(_ requests: [[Template]]) throws -> Bool? {
        guard let judged = try perform(probes.saying(requests, then: [], after: .zero)),
            judged.log.outcome == .completed
        else { return nil }
        return Self.replies(judged.log, 0) == repliesBefore + requests.count && !judged.judgement.hasRefusal
    }

    /// Looks whether a server that closes on long values does so on several that are long together, too.
    ///
    /// - Parameter request: a request with a value so long.
    mutating func probeTogether(_ request: (Int) -> [Template]) throws {
        guard let values = acquaintance.values, values.refused != nil, !values.inWords,
            acquaintance.requestsPerConnection == nil,
            let judged = try perform(probes.saying(Array(repeating: request(values.taken / 2), count: Self.pipelined)))
        else { return }
        let isClosed = judged.log.connections.last?.wasOverInScript ?? false
        if isClosed { acquaintance.together = values.taken }
    }

    private var lastWasInWords = false

    /// Nil where nothing follows: there is no time, or nobody said anything.
    private mutating func isTaken(_ request: [Template]) throws -> Bool? {
        guard let judged = try perform(probes.saying(request)) else { return nil }
        acquaintance.longestReply = max(acquaintance.longestReply, Self.longestReply(judged.log))
        let isAnswered = Self.replies(judged.log, 0) > repliesBefore
        lastWasInWords = isAnswered
        if isAnswered { return !judged.judgement.hasRefusal }
        // Silence is no limit that anybody could know.
        return judged.log.outcome == .completed ? false : nil
    }
}
