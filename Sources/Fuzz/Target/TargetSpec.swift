import Perturbation

/// The server under test, as the user names it.
public enum TargetSpec: Equatable, Sendable {
    /// A command that we start, its words with `{port}`, `{host}`, `{socket}` and `{dir}` to be filled in, and how its
    /// clients reach it.
    case command([String], over: TargetTransport = .tcp)
    /// A server that runs already. It can be neither watched nor started afresh.
    case address(TargetAddress)

    /// Whether we start it.
    var isCommand: Bool { if case .command = self { true } else { false } }

    /// How clients reach it.
    var transport: TargetTransport {
        switch self {
        case .command(_, let transport): transport
        case .address(let address): address.transport
        }
    }

    /// The noise that is possible in it.
    func plan(_ mode: PerturbationMode) -> PerturbationPlan {
        guard case .command(let words, _) = self, let program = words.first else {
            return Perturbation.planForForeignTarget(mode: mode)
        }
        return Perturbation.plan(mode: mode, executable: program)
    }

    /// The command's words; none of a server that runs already.
    var words: [String] { if case .command(let words, _) = self { words } else { [] } }
}

/// How a process ended.
public enum ProcessEnding: Equatable, Sendable, CustomStringConvertible {
    /// It called exit, or returned from main.
    case exited(status: Int32)
    /// A signal killed it.
    case killed(signal: Int32)

    /// `exited with status 1`, `was killed by SIGSEGV`.
    public var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .killed(let signal): "was killed by \(SignalName.of(signal))"
        }
    }
}

/// Names of signals, for people.
enum SignalName {
    static func of(_ number: Int32) -> String {
        let names: [Int32: String] = [
            1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
            11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 24: "SIGXCPU", 31: "SIGSYS",
        ]
        return names[number] ?? "signal \(number)"
    }
}
