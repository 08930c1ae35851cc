import System

/// What clients waited for, where it took long enough to be noticed. Nanoseconds.
public struct Waits: Sendable, Equatable {
    /// For the target's kernel to take a connection: its listen queue was full.
    package var connecting: Int64 = 0
    /// For replies to requests that the target's kernel had.
    package var replying: Int64 = 0
    /// For the target to close connections that clients had shut down.
    package var closing: Int64 = 0

    /// Shorter waits are not counted.
    package static let noticed: Int64 = 10_000_000

    /// No waits.
    public init() {}

    /// All of them.
    package var total: Int64 { connecting + replying + closing }

    static func += (left: inout Waits, right: Waits) {
        left.connecting += right.connecting
        left.replying += right.replying
        left.closing += right.closing
    }
}

extension CampaignStatus {
    /// Why there are so few executions, in a sentence; nil where clients hardly waited.
    public var slowness: String? {
        guard executions > 0, waits.total / Int64(executions) >= Waits.noticed,
            Double(waits.total) / 1e9 > fuzzing.seconds * Self.slowShare
        else { return nil }
        var parts: [String] = []
        for (time, what) in [
            (waits.replying, "for replies: the target thinks so long"),
            (waits.closing, "for the target to close connections"),
            (waits.connecting, "to be connected: the target's listen queue is full, or it accepts slowly"),
        ] where time > waits.total / 10 {
            parts.append("\(Self.milliseconds(time / Int64(executions))) \(what)")
        }
        return "the target is slow: in an execution clients wait on average " + parts.joined(separator: ", and ")
    }

    /// Of a campaign's time, the share of waits from which on the target is called slow.
    private static let slowShare = 0.5

    private static func milliseconds(_ nanoseconds: Int64) -> String {
        nanoseconds < 10_000_000_000 ? "\(nanoseconds / 1_000_000) ms" : "\(nanoseconds / 1_000_000_000) s"
    }
}
