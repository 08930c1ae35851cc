import CLinux
import Fuzz
import Glibc
import Protocols
import Synchronization
import System
import Testing
import Verification
import Wire

/// Goal: what is run around a target is bounded, ends with us, and says why it failed; a target is ready when it says so. Method:
/// short shell scripts, and a server that refuses its first clients.
@Suite("How a target lives")
struct TargetLifeTests {
    let folder: ScratchDirectory

    init() throws { folder = try ScratchDirectory() }

    private func commands(
        in network: NetworkNamespaces? = nil, _ change: (inout TargetLife) -> Void
    ) -> TargetCommands {
        var life = TargetLife()
        change(&life)
        return TargetCommands(
            life: life, places: TargetPlaces(address: .tcp(port: 7), directory: folder.path),
            network: network, logPath: folder.path + "/commands.log")
    }

    private func text(of name: String) -> String {
        guard let file = fopen("\(folder.path)/\(name)", "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    @Test("a command is told where the target is, and has its variables")
    func surroundings() throws {
        let commands = commands { life in
            life.environment = ["A": "{port} b"]
            life.setup = "echo \"$A\" {host} > {dir}/note"
        }
        _ = try commands.run(.setup)
        #expect(text(of: "note") == "7 b 127.0.0.1\n")
        #expect(try commands.run(.reset) == nil)
    }

    @Test("one that fails says how, with its last words")
    func fails() {
        let commands = commands { $0.setup = "echo one; echo two >&2; exit 3" }
        #expect {
            _ = try commands.run(.setup)
        } throws: { error in
            "\(error)".hasSuffix("exit 3' exited with status 3; it said: two")
        }
    }

    @Test("one that does not end is ended, with all that it started")
    func hangs() throws {
        let commands = commands { life in
            life.startTimeout = .milliseconds(300)
            life.reset = "sleep 100 & echo $! > {dir}/note; trap '' TERM; sleep 100"
        }
        #expect {
            _ = try commands.run(.reset)
        } throws: { error in
            if case TargetError.commandTooSlow(.reset, _, _, _, _)? = error as? TargetError { true } else { false }
        }
        let child = try #require(pid_t(text(of: "note").dropLast()))
        #expect(kill(child, 0) == -1 && errno == ESRCH)
    }

    @Test("what one leaves running lives as long as who holds it")
    func outlived() throws {
        let commands = commands { $0.restart = "setsid sleep 100 & echo $! > {dir}/note" }
        var held: GuardedProcess? = try commands.run(.restart)
        let child = try #require(pid_t(text(of: "note").dropLast()))
        #expect(held?.status() == 0)
        #expect(kill(child, 0) == 0)
        held = nil
        #expect(kill(child, 0) == -1 && errno == ESRCH)
    }

    @Test("a target is ready once it answers its first request, and not by an error")
    func ready() throws {
        let asked = Mutex(0)
        let server = LoopbackServer { peer in
            // A connection alone asks for nothing.
            guard peer.receive() != nil else { return }
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            if count > 1 { peer.send(Array((count > 2 ? "+PONG\r\n" : "-LOADING wait\r\n").utf8)) }
        }
        defer { server.stop() }
        var readiness = Readiness(
            .tcp(port: server.port), in: nil, answering: try RequestText("PING"), as: Credentials(RESPCodec()))
        #expect(readiness.look { false } == .notYet)
        #expect(readiness.refusal == nil)
        #expect(readiness.look { false } == .notYet)
        #expect(readiness.refusal == "-LOADING wait\\r\\n")
        #expect(readiness.look { false } == .ready)
        #expect(readiness.look { true } == .notYet)
    }

    @Test(
        "commands, and the first request, are in the target's network",
        .enabled(if: (try? NetworkNamespaces()) != nil, "no private network is permitted"))
    func network() throws {
        let network = try NetworkNamespaces()
        let port: UInt16 = 7777
        let listener = try network.inside { () throws(SystemError) in
            let raw = try system("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
            try system("bind") { withAddress(loopback, port) { bind(raw, $0, $1) } }
            try system("listen") { listen(raw, 8) }
            return raw
        }
        let server = TestThread {
            while true {
                let raw = accept(listener, nil, nil)
                guard raw >= 0 else { break }
                let peer = Peer(raw: raw)
                while peer.receive() != nil { peer.send(Array("+OK\r\n".utf8)) }
                close(raw)
            }
        }
        defer {
            shutdown(listener, Int32(SHUT_RDWR))
            server.join()
            close(listener)
        }
        let login = try Credentials(Login(requests: ["AUTH opensesame"]), for: RESPCodec())
        var readiness = Readiness(.tcp(port: port), in: network, answering: try RequestText("PING"), as: login)
        #expect(readiness.look { false } == .ready)
        let show = "readlink /proc/self/ns/net > {dir}/note"
        _ = try commands { $0.setup = show }.run(.setup)
        let own = text(of: "note")
        _ = try commands(in: network) { $0.setup = show }.run(.setup)
        #expect(text(of: "note") != own && text(of: "note").hasPrefix("net:["))
    }

    @Test("a request that cannot be read is told with its place", arguments: ["", "\"a", "a | ", "{nothing}", "a\nb"])
    func unreadable(text: String) {
        #expect(throws: ScenarioError.self) { try RequestText(text) }
    }

    @Test(
        "which replies are errors",
        arguments: [
            ("resp", "+OK\r\n", false), ("resp", "-NOAUTH no\r\n", true), ("http", "HTTP/1.1 204 No\r\n\r\n", false),
            ("http", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", true), ("memcached", "ERROR\r\n", true),
            ("memcached", "VERSION 1\r\n", false), ("beanstalk", "UNKNOWN_COMMAND\r\n", true), ("echo", "a\n", false),
        ])
    func errors(name: String, reply: String, isError: Bool) throws {
        #expect(try #require(WireProtocols.named(name)).spoken.isError(Array(reply.utf8)) == isError)
    }
}
