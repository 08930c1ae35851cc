import ArgumentParser
import Foundation

/// `crossfire serve`: becomes a reference server.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run a built-in reference server, correct or with a planted defect.",
        discussion: "Ctrl-C or SIGTERM ends it; it finishes what is under way first.")

    @Argument(help: "MODEL/SERVICE[+DEFECT], as threaded/kv or forked/kv+lost-update.")
    var spec: String?

    @Option(help: "The port; 0 chooses a free one.")
    var port: UInt16 = 0

    @Option(help: "The address to listen on; loopback only.")
    var host = "127.0.0.1"

    @Flag(help: "List all servers with their defects.")
    var list = false

    func validate() throws {
        guard spec != nil || list else { throw ValidationError("give a server, as threaded/kv, or --list") }
    }

    func run() throws {
        let path = try ReferenceServerProgram.path()
        let arguments = list ? ["--list"] : [spec!, "--port", String(port), "--host", host]
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        execv(path, &words)
        throw Failure(.noTarget, "cannot start \(path): \(String(cString: strerror(errno)))")
    }
}
