import System

/// Why a target is not there to be tested.
public enum TargetError: Error, CustomStringConvertible, Sendable {
    /// The command cannot be started: not found, not executable.
    case cannotStart(command: String, reason: String)
    /// It ended before it accepted a connection. `output` is the end of what it printed.
    case endedEarly(command: String, ending: ProcessEnding, output: String)
    /// It did not accept a connection in time, or did not answer its first request. `output` is the end of what it printed.
    case notReady(command: String, address: TargetAddress, waiting: Waiting, output: String)
    /// Nothing listens at the address.
    case notListening(TargetAddress)
    /// It refused the clients' login.
    case loginRefused(reply: String)
    /// A command that is run around it failed. `output` is the end of what it printed.
    case commandFailed(TargetLife.Role, command: String, ending: ProcessEnding, output: String)
    /// A command that is run around it did not end in the time that it has, or, `isCut`, before all was to be over.
    case commandTooSlow(TargetLife.Role, command: String, waited: Duration, isCut: Bool = false, output: String)
    /// The user asked for an end before it was there.
    case interrupted(signal: Int32)

    /// One line.
    public var description: String {
        switch self {
        case .cannotStart(let command, let reason):
            "cannot start '\(command)': \(reason)"
        case .endedEarly(let command, let ending, let output):
            "'\(command)' \(ending) before it accepted a connection" + TargetError.tail(output)
        case .notReady(let command, let address, let waiting, let output):
            "'\(command)' \(waiting.text(address))" + TargetError.tail(output)
        case .loginRefused(let reply):
            "the target refused the login: \(reply)"
        case .commandFailed(let role, let command, let ending, let output):
            "\(role.option) '\(command)' \(ending)" + TargetError.tail(output)
        case .commandTooSlow(let role, let command, let waited, let isCut, let output):
            "\(role.option) '\(command)' did not end within \(TargetError.text(waited)); "
                + (isCut ? "the time was over" : "--start-timeout gives it more time") + TargetError.tail(output)
        case .interrupted:
            "interrupted before the target was there"
        case .notListening(let address):
            "nothing listens on \(address)"
        }
    }

    /// How long was waited, and for what.
    public struct Waiting: Equatable, Sendable {
        /// How long.
        public var time: Duration
        /// The first request that was to be answered; nil: a connection was to be accepted.
        public var request: String?
        /// The last error that answered it.
        public var refusal: String?

        /// Creates it.
        public init(time: Duration, request: String? = nil, refusal: String? = nil) {
            self.time = time
            self.request = request
            self.refusal = refusal
        }

        fileprivate func text(_ address: TargetAddress) -> String {
            let limit = "within \(TargetError.text(time))"
            guard let request else { return "did not listen on \(address) \(limit)" }
            return "did not answer '\(request)' on \(address) \(limit)"
                + (refusal.map { "; its last reply was \($0)" } ?? "")
        }
    }

    /// Whether the time was over before it was there.
    package var isLate: Bool {
        switch self {
        case .notReady, .commandTooSlow: true
        default: false
        }
    }

    private static func text(_ time: Duration) -> String {
        let tenths = Int((time.seconds * 10).rounded())
        return tenths % 10 == 0 || tenths > 100 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    private static func tail(_ output: String) -> String {
        guard let line = output.split(separator: "\n").last(where: { !$0.allSatisfy(\.isWhitespace) }) else {
            return ""
        }
        return "; it said: \(line.prefix(300))"
    }
}
