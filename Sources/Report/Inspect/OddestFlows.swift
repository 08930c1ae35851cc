import Capture

/// The flows with most oddities out of those that come, in their order; of equally odd ones the first.
struct OddestFlows {
    /// How many came.
    private(set) var count = 0
    private var kept: [(oddity: Int, place: Int, flow: Flow)] = []
    /// Less odd ones need not be looked at: enough are kept.
    private var threshold = -1
    private let maximum: Int

    init(maximum: Int) {
        self.maximum = maximum
    }

    mutating func add(_ flow: Flow) {
        defer { count += 1 }
        let oddity = flow.oddity
        guard oddity > threshold else { return }
        kept.append((oddity, count, flow))
        guard kept.count >= 2 * maximum else { return }
        prune()
        threshold = kept[maximum - 1].oddity
    }

    private mutating func prune() {
        kept.sort { ($1.oddity, $0.place) < ($0.oddity, $1.place) }
        kept.removeLast(max(0, kept.count - maximum))
    }

    var inOrder: [Flow] {
        var copy = self
        copy.prune()
        return copy.kept.sorted { $0.place < $1.place }.map(\.flow)
    }
}
