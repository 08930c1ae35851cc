import CLinux
import Glibc
import System

/// The command line of the executable `reference-server`.
public enum ReferenceServer {
    /// Runs a server until SIGTERM or SIGINT.
    ///
    /// Call it from a program that is single-threaded: forking models fork it.
    /// - Parameter arguments: the program's, without its name.
    /// - Returns: the exit status: 0; 64 for wrong usage, 66 for a root that cannot be opened, 69 when the address cannot be opened, 75 when it is in use or memory is
    ///   short.
    public static func main(_ arguments: [String]) -> Int32 {
        switch Result(catching: { () throws(UsageError) in try Options(arguments) }) {
        case .failure(let error):
            complain(error.text)
            return EX_USAGE
        case .success(.help):
            writeAll(Options.usage, to: 1)
            return 0
        case .success(.list):
            writeAll(ServerSpec.all.map { "\($0)\t\($0.summary)\n" }.joined(), to: 1)
            return 0
        case .success(.listVariants):
            writeAll(ServerSpec.variants.map { "\($0)\t\($0.summary)\n" }.joined(), to: 1)
            return 0
        case .success(.serve(let spec, let host, let port, let root, let dieWithParent)):
            if dieWithParent {
                let parent = getppid()
                _ = cf_prctl(PR_SET_PDEATHSIG, UInt(SIGTERM))
                if getppid() != parent { return 0 }
            }
            return serve(spec, host: host, port: port, root: root)
        }
    }

    private static func serve(_ spec: ServerSpec, host: String, port: UInt16, root: String?) -> Int32 {
        let signals = Signals()
        guard let choice = try? spec.choice(), var assembly = Assembly(choice) else { return noMemory() }
        if spec.service == "file" {
            guard let opened = FileRoot(root) else {
                complain(
                    "cannot open the directory '\(root ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp")': \(errorText(errno))"
                )
                return EX_NOINPUT
            }
            assembly.root = opened
        }
        guard assembly.complete() else { return noMemory() }
        defer { assembly.keyspace?.finish() }
        assembly.signals.apply()
        switch Result(catching: { () throws(ListenError) in try open(assembly, host, port) }) {
        case .failure(.badHost(let sentence)):
            complain(sentence)
            return EX_USAGE
        case .failure(.inUse(let address)):
            complain("\(address) is in use")
            return EX_TEMPFAIL
        case .failure(.failed(let call, let error)):
            complain("\(call): \(errorText(error))")
            return EX_UNAVAILABLE
        case .success(let listener):
            writeAll("listening on \(listener.address)\n", to: 1)
            let server = Server(listener, signals, assembly)
            if choice.transport.isDatagram, let workers = choice.model.datagramWorkers {
                var datagrams = DatagramServer(server, workers)
                datagrams.run()
            } else {
                choice.model.run(server)
            }
            server.transport.cleanUp(server.listener)
            server.parts.service.finish()
            return 0
        }
    }

    /// Opens the address. A port to be shared is opened alone first: sharing it with a stranger would be no error.
    private static func open(_ assembly: Assembly, _ host: String, _ port: UInt16) throws(ListenError) -> Listener {
        let transport = assembly.transport
        guard assembly.choice.model.sharesPort else {
            return try transport.listen(host: host, port: port, sharingPort: false)
        }
        let chosen = try transport.listen(host: host, port: port, sharingPort: false).port
        return try transport.listen(host: host, port: chosen, sharingPort: true)
    }

    private static func noMemory() -> Int32 {
        complain("the kernel grants no \(Limits.smallestArenaBytes >> 20) MiB of shared memory, no queue or no process")
        return EX_TEMPFAIL
    }
}
