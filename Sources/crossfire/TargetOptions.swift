public import ArgumentParser
import Foundation
import Fuzz
public import Perturbation
import Report
import Wire

/// TARGET: `-- COMMAND ARG…`, `--connect 127.0.0.1:PORT`, or `--server MODEL/SERVICE[+DEFECT]`.
struct TargetOptions: ParsableArguments {
    @Option(help: "A built-in reference server: MODEL/SERVICE[+DEFECT], as forked/kv+lost-update.")
    var server: String?

    @Option(help: "A server that runs already, on 127.0.0.1:PORT. It is neither watched nor restarted.")
    var connect: String?

    @Flag(help: "Stay in the machine's own network. Without it a target that is started gets a private one.")
    var noSandbox = false

    @Option(
        help:
            "Seeded noise in the target's scheduling: off, auto, preload or syscalls. auto takes what the target allows."
    )
    var perturb = PerturbationMode.auto

    @Argument(
        parsing: .postTerminator,
        help: "After --: the command that starts the server; {port}, {host} and {dir} (an empty folder) are filled in.")
    var command: [String] = []

    /// Whether the user named a target at all.
    var isGiven: Bool { server != nil || connect != nil || !command.isEmpty }

    func validate() throws {
        let given = [server != nil, connect != nil, !command.isEmpty].count { $0 }
        guard given <= 1 else { throw ValidationError("give one target: --server, --connect, or -- COMMAND") }
        if !command.isEmpty, !command.contains(where: { $0.contains("{port}") }) {
            throw ValidationError("the command must have {port} where the server's port belongs")
        }
        if let connect { _ = try Self.port(of: connect) }
    }

    /// The target for reports.
    func description() throws -> TargetDescription {
        if let server { return .server(server) }
        if let connect { return .connect(port: try Self.port(of: connect)) }
        guard !command.isEmpty else {
            throw ValidationError(
                "give a target: --server MODEL/SERVICE, --connect 127.0.0.1:PORT, or -- COMMAND … {port}")
        }
        return .command(command)
    }

    private static func port(of address: String) throws -> UInt16 {
        let parts = address.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, ["127.0.0.1", "localhost"].contains(parts[0]), let port = UInt16(parts[1]), port > 0
        else {
            throw ValidationError("--connect takes 127.0.0.1:PORT; only loopback is ever a target")
        }
        return port
    }
}

extension TargetDescription {
    /// How the target is started.
    func resolved() throws -> TargetSpec {
        switch self {
        case .connect(let port): return .address(port: port)
        case .command(let words): return .command(words)
        case .server(let spec):
            try ReferenceServerProgram.validate(spec)
            // A crash is to end the server at once: the runtime's backtrace takes seconds.
            let quick = ["env", "SWIFT_BACKTRACE=enable=no"]
            return .command(quick + [try ReferenceServerProgram.path(), spec, "--port", "{port}", "--die-with-parent"])
        }
    }
}

extension PerturbationMode: ExpressibleByArgument {}

extension PerturbationMode {
    /// What is possible for a target; says so where it is less than was asked for.
    func plan(for target: TargetSpec) -> PerturbationPlan {
        guard case .command(let words) = target, let program = words.first else {
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
    static func enter(for target: TargetDescription, refused: Bool) {
        if case .connect = target { return }
        guard !refused else { return }
        if case .refused(let reason) = PrivateNetwork.enter() {
            Console.note("no private network (\(reason)); capturing on the machine's own lo")
        }
    }
}

/// Standard error, for everything that is not the result.
enum Console {
    static func note(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}

extension WireProtocols {
    /// The codec with this name.
    static func required(_ name: String) throws -> any WireCodec {
        guard let codec = named(name) else {
            throw Failure(.usage, "unknown protocol '\(name)'; expected one of \(names)")
        }
        return codec
    }
}
