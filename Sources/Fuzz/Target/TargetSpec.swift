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

    /// The command's words with the places filled in.
    func words(address: TargetAddress, directory: String) -> [String] {
        guard case .command(let words, _) = self else { return [] }
        let path = if case .unix(let path) = address { path } else { "" }
        return words.map { word in
            word.replacing("{port}", with: String(address.port)).replacing("{host}", with: address.transport.host)
                .replacing("{socket}", with: path).replacing("{dir}", with: directory)
        }
    }
}

/// Why a target is not there to be tested.
public enum TargetError: Error, CustomStringConvertible, Sendable {
    /// The command cannot be started: not found, not executable.
    case cannotStart(command: String, reason: String)
    /// It ended before it accepted a connection. `output` is the end of what it printed.
    case endedEarly(command: String, ending: ProcessEnding, output: String)
    /// It did not accept a connection in time.
    case notReady(command: String, address: TargetAddress, seconds: Int, output: String)
    /// Nothing listens at the address.
    case notListening(TargetAddress)
    /// The user asked for an end before it was there.
    case interrupted(signal: Int32)

    /// One line.
    public var description: String {
        switch self {
        case .cannotStart(let command, let reason):
            "cannot start '\(command)': \(reason)"
        case .endedEarly(let command, let ending, let output):
            "'\(command)' \(ending) before it accepted a connection" + TargetError.tail(output)
        case .notReady(let command, let address, let seconds, let output):
            "'\(command)' did not listen on \(address) within \(seconds) s" + TargetError.tail(output)
        case .interrupted:
            "interrupted before the target was there"
        case .notListening(let address):
            "nothing listens on \(address)"
        }
    }

    private static func tail(_ output: String) -> String {
        guard let line = output.split(separator: "\n").last(where: { !$0.allSatisfy(\.isWhitespace) }) else {
            return ""
        }
        return "; it said: \(line.prefix(300))"
    }
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
