// Goal: a real server answers correctly under noise that changes while it runs.
// Method: Debian's redis-server on a Unix socket; skipped where it is not installed.

import Glibc
import Perturbation
import Testing

let redisServer: String? = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first { path in
    access(path, X_OK) == 0
}

@Suite struct RedisTests {
    @Test(
        "redis answers, and the counters rise only while there is noise", .enabled(if: redisServer != nil),
        arguments: [PerturbationMode.auto, .syscalls])
    func redis(mode: PerturbationMode) throws {
        if mode == .syscalls && supervisionRefused { return }
        let folder = Folder()
        let noise = try Perturbation(plan: Perturbation.plan(mode: mode, executable: redisServer!))
        let socketPath = folder.file("redis.sock")
        let command = [redisServer!, "--port", "0", "--unixsocket", socketPath, "--save", "", "--dir", folder.path]
        let server = try #require(Child(noise.command(command), noise.environment(extending: plainEnvironment)))
        while let line = server.line(), !line.contains("eady to accept connections") {}
        let client = try #require(UnixClient(socketPath))

        for round in 1...3 as ClosedRange<UInt64> {
            noise.set(Noise(seed: round, probability: 0.25 * Double(round - 1), longestSleep: .microseconds(20)))
            let before = noise.counters
            for value in 0..<200 {
                #expect(client.ask("SET k \(value)\r\n", answer: "+OK\r\n"))
                #expect(client.ask("INCR k\r\n", answer: ":\(value + 1)\r\n"))
            }
            let after = noise.counters
            #expect(after.calls > before.calls)
            #expect(round == 1 ? after.delays == before.delays : after.delays > before.delays)
        }
        #expect(noise.counters.processes == 1)
    }
}

extension RedisTests {
    @Test(
        "redis survives failing accepts and interrupted calls", .enabled(if: redisServer != nil && !supervisionRefused))
    func faults() throws {
        let folder = Folder()
        let noise = try Perturbation(plan: Perturbation.plan(mode: .syscalls, executable: redisServer!))
        let socketPath = folder.file("redis.sock")
        let command = [redisServer!, "--port", "0", "--unixsocket", socketPath, "--save", "", "--dir", folder.path]
        let server = try #require(Child(noise.command(command), noise.environment(extending: plainEnvironment)))
        while let line = server.line(), !line.contains("eady to accept connections") {}
        noise.set(
            .none, faults: SyscallFaults(probability: 0.3, kinds: [.interruptedAccept, .abortedAccept, .noDescriptor]))
        for value in 0..<50 {
            let client = try #require(UnixClient(socketPath))
            #expect(client.ask("SET k \(value)\r\n", answer: "+OK\r\n"))
        }
        #expect(noise.counters.failures > 0)
        #expect(noise.counters.delays == 0)
    }
}

/// A connection to a Unix stream socket.
final class UnixClient {
    private let descriptor: Int32

    init?(_ path: String) {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        if connected != 0 { return nil }
    }

    deinit { _ = close(descriptor) }

    /// Sends a request; whether exactly this comes back.
    func ask(_ request: String, answer: String) -> Bool {
        guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count else {
            return false
        }
        var got: [UInt8] = []
        while got.count < answer.utf8.count {
            var block = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &block, block.count, 0)
            guard count > 0 else { return false }
            got += block[..<count]
        }
        return got == Array(answer.utf8)
    }
}
