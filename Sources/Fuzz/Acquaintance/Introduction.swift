import System

/// How getting to know a target goes: each command is asked for alone, before anybody is beside anybody.
struct Introduction {
    private(set) var executions = 0
    private var answered = 0
    private var unanswered = 0
    private var time = Duration.zero
    /// Looked at when all commands were asked for: whether one that is not answered stands out shows only then.
    var judged: [JudgedExecution] = []

    /// For getting to know a target that is slow.
    private static let most: Duration = .seconds(2)
    /// Commands that are not answered, where others are, until a target is known well enough; each is waited for.
    private static let mostUnanswered = 4
    /// Commands that are not answered until it is clear that none is.
    private static let firstUnanswered = 2

    /// Whether nothing more needs to be asked.
    var isEnough: Bool {
        time >= Self.most || unanswered >= (answered == 0 ? Self.firstUnanswered : Self.mostUnanswered)
    }

    /// Whether a command that was not answered is one among others that were.
    var tellsCommandsApart: Bool { answered > 0 }

    /// A probe was run.
    mutating func noteProbe() { executions += 1 }

    /// A command was asked for.
    mutating func note(_ log: ExecutionLog, took duration: Duration) {
        executions += 1
        if log.connections.contains(where: { $0.receivedBytes > 0 }) { answered += 1 }
        // What is waited for in vain takes longer than all the rest.
        if log.outcome == .completed { time += duration } else { unanswered += 1 }
    }
}
