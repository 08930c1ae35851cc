import System

/// A server that ends connections of its own accord, though they are in use: after so many requests of all clients, when they are
/// old, or where somebody asks too fast. That is told by a lone client who asks again and again, and waits for each reply: the server
/// leaves it at about the same place each time, which no accident does.
public struct ClosingHabit: Sendable, Equatable {
    /// About how many requests were answered until then.
    public var requests: Int
    /// About how long that took.
    public var time: Duration
    /// Whether each request had a connection of its own.
    public var isOfConnections: Bool

    /// What one look at a fresh target has shown: requests answered until the server left, and how long that took.
    package struct Look: Sendable, Equatable {
        var requests: Int
        var time: Duration

        package init(requests: Int, time: Duration) {
            (self.requests, self.time) = (requests, time)
        }
    }

    /// So many looks have to agree.
    package static let looks = 5
    /// By so much of the least they may differ. Percent.
    private static let tolerance = 25
    /// What is answered less often is refused, and that is told otherwise.
    private static let least = 2

    /// - Parameter isOfConnections: whether each request had a connection of its own.
    /// - Returns: nil where the looks do not agree.
    package init?(_ looks: [Look], isOfConnections: Bool) {
        let (counts, times) = (looks.map(\.requests).sorted(), looks.map(\.time.nanoseconds).sorted())
        guard looks.count >= Self.looks, counts[0] >= Self.least else { return nil }
        guard Self.agree(counts.map(Int64.init)) || Self.agree(times) else { return nil }
        requests = counts[counts.count / 2]
        time = .nanoseconds(times[times.count / 2])
        self.isOfConnections = isOfConnections
    }

    private static func agree(_ sorted: [Int64]) -> Bool {
        guard let first = sorted.first, let last = sorted.last else { return false }
        return (last - first) * 100 <= first * Int64(tolerance)
    }

    /// What it lets a server do, in words without a full stop.
    var policy: String {
        "a server may end connections when it likes: this one leaves a lone client "
            + (isOfConnections ? "that connects anew for each request " : "") + "after about \(requests) requests"
    }
}
