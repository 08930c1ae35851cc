import System
import Verification
import Wire

/// Looks whether a target leaves a lone client, at the same place each time.
struct ClosingProber {
    private let setup: Harness.Setup
    private let probes: TargetProbes
    /// What each connection is answered before its first request.
    private let repliesBefore: Int
    /// How many requests may be answered within a look.
    private let requests: Int
    /// Whether connections that are not in anybody's way take any number of requests.
    private let asksOnOne: Bool

    /// How long a client asks, about, and how often at most; how often it connects.
    private static let (time, most, connections) = (Duration.milliseconds(500), 2_000, 120)

    init(_ setup: Harness.Setup, _ probes: TargetProbes, repliesBefore: Int, thinking: Duration, asksOnOne: Bool) {
        self.asksOnOne = asksOnOne
        (self.setup, self.probes, self.repliesBefore) = (setup, probes, repliesBefore)
        requests = max(ClosingHabit.looks, min(Self.most, Int(Self.time / max(thinking, .microseconds(1)))))
    }

    /// Nil where nothing of the kind is seen.
    func habit() throws -> ClosingHabit? {
        guard setup.startsAnew else { return nil }
        return try habit(ofConnections: true) ?? (asksOnOne ? habit(ofConnections: false) : nil)
    }

    private func habit(ofConnections: Bool) throws -> ClosingHabit? {
        let scenario = ofConnections ? probes.connecting(min(requests, Self.connections)) : probes.asking(requests)
        let harness = try Harness(setup)
        defer { harness.stop() }
        var looks: [ClosingHabit.Look] = []
        while looks.count < ClosingHabit.looks {
            guard !setup.patience.isOver else { return nil }
            if !looks.isEmpty { try harness.startTarget() }
            let (log, ending) = try harness.execute(scenario)
            _ = try harness.judgements(all: true)
            guard ending == nil, log.outcome == .completed, let look = look(log) else { return nil }
            looks.append(look)
        }
        return ClosingHabit(looks, isOfConnections: ofConnections)
    }

    /// Until the first connection that the server has left; nil where it has left none.
    private func look(_ log: ExecutionLog) -> ClosingHabit.Look? {
        var requests = 0
        for connection in log.connections {
            requests += max(0, connection.replies.count - repliesBefore)
            guard connection.wasLeftWaiting || connection.wasReset else { continue }
            let end = connection.replies.last?.nanoseconds ?? log.endNanoseconds
            return .init(requests: requests, time: .nanoseconds(max(0, end - log.startNanoseconds)))
        }
        return nil
    }
}
