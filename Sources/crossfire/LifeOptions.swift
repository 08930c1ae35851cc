import ArgumentParser
import Fuzz
import Report
import Wire

/// How a target lives: what it is given, what is run around it, and when it is ready.
struct LifeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long the target may take to be ready, and each command of --setup, --reset and --restart to end. 10s without it.",
            valueName: "duration"))
    var startTimeout: Duration?

    @Option(
        help: ArgumentHelp(
            "The target is ready once it answers this request, as a scenario's send has it, and not by an error.",
            valueName: "request"), transform: Self.request)
    var ready: RequestText?

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp("A variable for the target and these commands. Repeatable.", valueName: "name=value"))
    var variables: [String] = []

    @Option(
        help: ArgumentHelp(
            "Run by sh before each start, in the target's network; {port}, {host}, {socket} and {dir} are filled in. What it leaves running ends with the target.",
            valueName: "command"))
    var setup: String?

    @Option(help: ArgumentHelp("Run by sh between executions, which wait for it.", valueName: "command"))
    var reset: String?

    @Option(
        help: ArgumentHelp(
            "Run by sh to start the server of --connect afresh: at the beginning, and for each target that confirms a finding. What it leaves running ends with this program.",
            valueName: "command"))
    var restart: String?

    private static func request(_ text: String) throws -> RequestText {
        do {
            return try RequestText(text)
        } catch {
            throw ValidationError("'\(text)' is no request, at byte \(error.column): \(error.message)")
        }
    }

    func validate() throws {
        _ = try Self.environment(variables)
        for (option, command) in [("--setup", setup), ("--reset", reset), ("--restart", restart)] {
            guard command?.allSatisfy(\.isWhitespace) != true else {
                throw ValidationError("\(option) needs a command")
            }
        }
    }

    /// A life, with what is said here in place of what was said before.
    func life(_ before: TargetLife = TargetLife()) -> TargetLife {
        var life = before
        life.startTimeout = startTimeout ?? life.startTimeout
        life.ready = ready ?? life.ready
        life.setup = setup ?? life.setup
        life.reset = reset ?? life.reset
        life.restart = restart ?? life.restart
        life.environment.merge((try? Self.environment(variables)) ?? [:]) { $1 }
        return life
    }

    /// Variables as NAME=VALUE says.
    static func environment(_ texts: [String]) throws -> [String: String] {
        var variables: [String: String] = [:]
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw ValidationError("--env takes NAME=VALUE, not '\(text)'")
            }
            variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
        return variables
    }
}
