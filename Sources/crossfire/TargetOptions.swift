public import ArgumentParser
import Foundation
import Fuzz
public import Perturbation
import Report
import Wire
import Protocols

/// TARGET: `-- COMMAND ARG…`, `--connect ADDRESS`, or `--server MODEL/SERVICE[+DEFECT]`.
struct TargetOptions: ParsableArguments {
    @Option(help: "A built-in reference server: MODEL/SERVICE[+DEFECT], as forked/kv+lost-update.")
    var server: String?

    @Option(
        help:
            "A server that runs already, on 127.0.0.1:PORT, [::1]:PORT or a socket's /path. It is not watched, and restarted by --restart alone."
    )
    var connect: String?

    @Option(help: "How clients reach the server: \(TargetTransport.names). tcp without it.")
    var transport: TargetTransport?

    @Option(help: "How the processes of a reference server share keys: shm, pipe or mq.")
    var state: String?

    @Flag(help: "Stay in the machine's own network. Without it a target that is started gets a private one.")
    var noSandbox = false

    @Option(
        help:
            "Seeded noise in the target's scheduling: off, auto, preload or syscalls. auto takes what the target allows."
    )
    var perturb = PerturbationMode.auto

    @OptionGroup(title: "How a target lives") var life: LifeOptions

    @OptionGroup(title: "Logging in") var login: LoginOptions

    @Argument(
        parsing: .postTerminator,
        help:
            "After --: the command that starts the server; {port}, {host}, {socket} (the path for --transport unix) and {dir} (an empty folder) are filled in."
    )
    var command: [String] = []

    /// Whether the user named a target at all.
    var isGiven: Bool { server != nil || connect != nil || !command.isEmpty }

    func validate() throws {
        let given = [server != nil, connect != nil, !command.isEmpty].count { $0 }
        guard given <= 1 else { throw ValidationError("give one target: --server, --connect, or -- COMMAND") }
        let place = transport == .unix ? "{socket}" : "{port}"
        if !command.isEmpty, !command.contains(where: { $0.contains(place) }) {
            let what = transport == .unix ? "path of the server's socket" : "server's port"
            throw ValidationError("the command must have \(place) where the \(what) belongs")
        }
        if state != nil, server == nil { throw ValidationError("--state is for reference servers") }
        if let connect { _ = try address(connect) }
        if life.restart != nil, server != nil || !command.isEmpty {
            throw ValidationError("--restart is for --connect: a command is started afresh as it is")
        }
    }

    /// The target for reports.
    func description() throws -> TargetDescription {
        if let server { return .server(ReferenceServerProgram.name(server, transport?.rawValue, state)) }
        if let connect { return .connect(try address(connect)) }
        guard !command.isEmpty else {
            throw ValidationError(
                "give a target: --server MODEL/SERVICE, --connect 127.0.0.1:PORT, or -- COMMAND … {port}")
        }
        return .command(command, over: transport ?? .tcp)
    }

    private func address(_ text: String) throws -> TargetAddress {
        guard var address = TargetAddress(text) else {
            throw ValidationError(
                "--connect takes 127.0.0.1:PORT, [::1]:PORT or a socket's /path; only loopback is ever a target")
        }
        if case .unix(let path) = address, path.utf8.count > TargetAddress.longestPath {
            throw ValidationError("a socket's path has at most \(TargetAddress.longestPath) bytes")
        }
        if transport == .udp, case .tcp(let port) = address { address = .udp(port: port) }
        guard transport == nil || transport == address.transport else {
            throw ValidationError("\(text) is no address of --transport \(transport?.rawValue ?? "")")
        }
        return address
    }
}

extension TargetTransport: ExpressibleByArgument {}

extension TargetDescription {
    /// How the target is started.
    func resolved() throws -> TargetSpec {
        switch self {
        case .connect(let address): return .address(address)
        case .command(let words, let transport): return .command(words, over: transport)
        case .server(let name):
            let (words, transport) = try ReferenceServerProgram.arguments(name)
            // A crash is to end the server at once: the runtime's backtrace takes seconds.
            // What it keeps while it runs is to go with our own folder, however it ends.
            let quick = ["env", "SWIFT_BACKTRACE=enable=no", "TMPDIR={dir}", try ReferenceServerProgram.path()]
            let address = transport == .unix ? ["--host", "{socket}"] : ["--port", "{port}"]
            return .command(quick + words + address + ["--die-with-parent"], over: transport)
        }
    }
}

extension PerturbationMode: ExpressibleByArgument {}

extension PerturbationMode {
    /// What is possible for a target; says so where it is less than was asked for.
    func plan(for target: TargetSpec) -> PerturbationPlan {
        guard case .command(let words, _) = target, let program = words.first else {
            if self != .off { Console.note("no noise in a server that runs already") }
            return .off
        }
        let plan = Perturbation.plan(mode: self, executable: program)
        if plan.kind == .unavailable || plan.kind == .syscalls { Console.note(plan.explanation) }
        return plan
    }
}

/// The private network, where the target is ours and the user did not refuse it.
enum Sandbox {
    /// Enters it; where the machine does not permit that, says so and goes on in the machine's own network.
    ///
    /// - Returns: where the target is then.
    static func enter(for target: TargetDescription, refused: Bool) -> TargetNetwork {
        if case .connect = target { return .shared }
        guard !refused else { return .shared }
        if case .refused(let reason) = PrivateNetwork.enter() {
            Console.note("no private network (\(reason)); capturing on the machine's own lo")
        }
        return .shared
    }
}

extension WireProtocols {
    /// The codec with this name, or that the file describes.
    static func required(_ name: String) throws -> any WireCodec {
        do {
            return try resolve(name, in: ".")
        } catch let error as DescriptionError {
            throw Failure(.badConfiguration, error.description)
        } catch {
            throw Failure(.usage, "\(error)")
        }
    }
}

extension ScenarioFiles {
    /// Scenarios of the protocols that this program knows.
    static let known = ScenarioFiles(resolve: WireProtocols.resolve)
}
