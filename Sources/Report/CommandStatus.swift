import Glibc
public import Verification

/// How a command ends, as the contract has it: verdicts, then sysexits(3), then signals.
public enum CommandStatus: Int32, Sendable, CaseIterable {
    case held = 0
    case violated = 1
    case inconclusive = 2
    case usage = 64
    case badInput = 65
    case noTarget = 69
    case ownBug = 70
    case outputLost = 74
    case retry = 75
    case noPermission = 77
    case badConfiguration = 78
    case interrupted = 130
    case terminated = 143

    /// The status of a verdict.
    public init(_ verdict: Verdict) {
        switch verdict {
        case .held: self = .held
        case .violated: self = .violated
        case .inconclusive, .nothingTested: self = .inconclusive
        }
    }

    /// The status of who was asked to end by a signal.
    public init(signal: Int32) {
        self = signal == SIGINT ? .interrupted : .terminated
    }

    /// The status of a command that has come to a verdict, though its output was lost or a signal ended it.
    public init(_ verdict: Verdict, isOutputLost: Bool, signal: Int32?) {
        self = Self.first(
            of: [CommandStatus(verdict)] + (isOutputLost ? [.outputLost] : [])
                + (signal.map { [CommandStatus(signal: $0)] } ?? []))
    }

    /// Of several that apply, the one to end with; `held` where none does.
    public static func first(of applying: [CommandStatus]) -> CommandStatus {
        precedence.first { applying.contains($0) } ?? .held
    }

    /// Our own bug makes all else doubtful, and what cannot be written nobody reads; the verdict of a run that was ended
    /// is not that of a whole one. What ends a command before it begins comes alone.
    private static let precedence: [CommandStatus] = [
        .ownBug, .outputLost, .interrupted, .terminated, .violated, .usage, .badInput, .noPermission, .badConfiguration,
        .retry, .noTarget, .inconclusive, .held,
    ]
}
