import ArgumentParser
import Foundation
import Report

/// `crossfire serve`: becomes a reference server.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run a built-in reference server, correct or with a planted defect.",
        discussion: "Ctrl-C or SIGTERM ends it; it finishes what is under way first.")

    @Argument(help: "MODEL/SERVICE[+DEFECT], as threaded/kv or forked/kv+lost-update.")
    var spec: String?

    @Option(help: "The port; 0 chooses a free one.")
    var port: UInt16 = 0

    @Option(help: "The address to listen on, 127.0.0.1 or ::1 without it; for Unix sockets their path.")
    var host: String?

    @Option(help: "tcp, tcp6, udp or unix.")
    var transport: String?

    @Option(help: "How processes share keys: shm, pipe or mq.")
    var state: String?

    @Option(help: "The folder that the file service serves; an empty one without it.")
    var root: String?

    @Flag(help: "List all servers with their defects.")
    var list = false

    @Flag(help: "List servers with another transport or state than the usual.")
    var listVariants = false

    func validate() throws {
        guard spec != nil || list || listVariants else {
            throw ValidationError("give a server, as threaded/kv, or --list")
        }
    }

    func run() throws {
        let path = try ReferenceServerProgram.path()
        let options = [("--host", host), ("--transport", transport), ("--state", state), ("--root", root)]
        let arguments =
            list
            ? ["--list"]
            : listVariants
                ? ["--list-variants"]
                : [spec!, "--port", String(port)] + options.flatMap { name, value in value.map { [name, $0] } ?? [] }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        execv(path, &words)
        throw Failure(.noTarget, "cannot start \(path): \(String(cString: strerror(errno)))")
    }
}
