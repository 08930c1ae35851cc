import CLinux
import Glibc
import ReferenceServers
import Testing

/// Goal: what a defect's comment says a client sees can be seen, and not with the correct twin.
/// Method: bounded attempts at provoking it through sockets; the twin gets as many, and must stay clean.
@Suite(.serialized) struct DefectTests {
    /// A way to provoke a failure; one call is one attempt, and returns whether something was wrong.
    struct Provocation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let attempts: Int
        let provoke: @Sendable (RunningServer, Int) throws -> Bool

        init(_ name: String, attempts: Int = 400, _ provoke: @escaping @Sendable (RunningServer, Int) throws -> Bool) {
            testDescription = name
            self.attempts = attempts
            self.provoke = provoke
        }
    }

    static let counting = Provocation("counting") { server, attempt in
        let clients = try (0..<6).map { _ in try Client(server) }
        for client in clients { client.send("INCR k\(attempt)\r\nINCR k\(attempt)\r\n") }
        let numbers = clients.flatMap { client in (0..<2).map { _ in client.receiveLine() } }
        return Set(numbers).count < numbers.count
    }

    static let claiming = Provocation("claiming") { server, attempt in
        let clients = try (0..<6).map { _ in try Client(server) }
        for client in clients { client.send("SETNX k\(attempt) x\r\n") }
        return clients.filter { $0.receiveLine() == ":1" }.count != 1
    }

    static let echoing = Provocation("echoing") { server, attempt in
        let clients = try (0..<6).map { _ in try Client(server) }
        for (index, client) in clients.enumerated() { client.send("ECHO \(attempt % 10)-\(index)\r\n") }
        let replies = clients.map { client in [client.receiveLine(), client.receiveLine()] }
        return replies.enumerated().contains { $1 != ["$3", "\(attempt % 10)-\($0)"] }
    }

    static let pipelining = Provocation("pipelining") { server, _ in
        let client = try Client(server)
        client.send("ECHO a\r\nECHO b\r\nECHO c\r\n")
        client.finishSending()
        return client.receiveText(100) != "$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n"
    }

    static let fetching = Provocation("fetching", attempts: 20) { server, _ in
        let client = try Client(server)
        let value = String(repeating: "v", count: 262_144)
        client.expect("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$\(value.utf8.count)\r\n\(value)\r\n", "+OK\r\n")
        client.send(String(repeating: "GET k\r\n", count: 6))
        client.finishSending()
        return client.receive(7 << 20).count != 6 * (value.utf8.count + 11)
    }

    static let resetting = Provocation("resetting", attempts: 50) { server, _ in
        for _ in 0..<4 {
            let client = try Client(server)
            client.send("PING\r\n")
            client.reset()
        }
        guard let client = try? Client(server) else { return true }
        client.send("PING\r\n")
        return client.receiveLine() != "+PONG" || server.count("fd") > 40 || server.count("task") > 40
    }

    static let leaving = Provocation("leaving", attempts: 60) { server, _ in
        let clients = try (0..<8).map { _ in try Client(server) }
        for client in clients {
            client.send("PING\r\n")
            client.finishSending()
        }
        for client in clients { _ = client.receive(8) }
        return server.zombies > 40
    }

    static let exchangingDatagrams = Provocation("exchanging datagrams", attempts: 50) { server, attempt in
        let clients = try (0..<6).map { _ in try Client(server, patience: 1, type: SOCK_DGRAM) }
        for (index, client) in clients.enumerated() { client.send("ECHO \(attempt)-\(index)\r\n") }
        return clients.enumerated().contains { index, client in
            let reply = "\(attempt)-\(index)"
            return client.receiveDatagram() != Array("$\(reply.utf8.count)\r\n\(reply)\r\n".utf8)
        }
    }

    static let storing = Provocation("storing", attempts: 100) { server, _ in
        let clients = try (0..<6).map { _ in try Client(server) }
        let values = (0..<6).map { String(repeating: "\($0)", count: 20_000) }
        for (index, client) in clients.enumerated() {
            client.send("*3\r\n$3\r\nSET\r\n$1\r\n\(index)\r\n$20000\r\n\(values[index])\r\nGET \(index)\r\n")
        }
        return zip(clients, values).filter { client, value in
            let replies = "+OK\r\n$20000\r\n\(value)\r\n"
            return client.receiveText(replies.utf8.count) != replies
        }.count > 0
    }

    static let planted: [(String, Provocation)] = [
        ("threaded/kv+lost-update", counting), ("forked/kv+lost-update", counting),
        ("preforked/kv+unlock-as-lock", counting), ("pool/kv+check-then-act", claiming),
        ("threaded/kv+shared-reply-buffer", echoing), ("forked/kv+shared-reply-buffer", echoing),
        ("epoll/kv+reordered-replies", pipelining), ("poll/kv+double-processing", pipelining),
        ("select/kv+early-close", pipelining), ("signal/kv+one-read-one-message", pipelining),
        ("threaded/kv+short-write-ignored", fetching), ("forked/kv+short-write-ignored", fetching),
        ("epoll/kv+descriptor-leak", resetting), ("threaded/kv+thread-leak", resetting),
        ("forked/kv+zombie-children", leaving), ("forked/kv+interleaved-pipe", storing),
        ("threaded/kv+wrong-peer", exchangingDatagrams), ("forked/kv+wrong-peer", exchangingDatagrams),
    ]

    @Test("shows within bounded attempts", arguments: planted + collections + channels)
    func shows(_ name: String, _ provocation: Provocation) throws {
        let server = try RunningServer(name)
        server.patience = 1  // A reply that never comes is a fault found.
        let shown = try (0..<provocation.attempts).contains { try provocation.provoke(server, $0) }
        #expect(shown, "\(name) answered \(provocation.attempts) times without a fault")
    }

    @Test("its correct twin stays clean", arguments: planted + collections + channels)
    func twin(_ name: String, _ provocation: Provocation) throws {
        let server = try RunningServer([String(name.prefix { $0 != "+" })] + Self.options(of: name))
        for attempt in 0..<min(100, provocation.attempts) {
            #expect(try !provocation.provoke(server, attempt), "attempt \(attempt)")
        }
        #expect(server.terminate() == 0)
    }

    /// The options that a defect brings with it.
    private static func options(of name: String) -> [String] {
        name.hasSuffix("interleaved-pipe")
            ? ["--state", "pipe"] : name.hasSuffix("wrong-peer") ? ["--transport", "udp"] : []
    }

    @Test("two MSET in opposite orders wait for each other for ever", arguments: ["threaded", "forked"])
    func lockOrder(_ model: String) throws {
        let server = try RunningServer("\(model)/kv+lock-order")
        let blocked = try (0..<2000).contains { attempt in
            let clients = try (0..<4).map { _ in try Client(server, patience: 1) }
            for (index, client) in clients.enumerated() {
                client.send(index % 2 == 0 ? "MSET a 1 b 2\r\n" : "MSET b 1 a 2\r\n")
            }
            return clients.contains { $0.receiveLine() != "+OK" }
        }
        #expect(blocked)
    }

    @Test("a worker that crashes with a lock held takes nobody else with it", arguments: ["forked", "preforked"])
    func robustness(_ model: String) throws {
        let server = try RunningServer("\(model)/kv")
        for _ in 0..<3 {
            let victim = try Client(server)
            victim.send("SET k 1\r\nCRASHHOLDING k\r\n")
            _ = victim.receive(100)
            let others = try (0..<4).map { _ in try Client(server) }
            for client in others { client.expect("SET k 2\r\nGET k\r\n", "+OK\r\n$1\r\n2\r\n") }
        }
        #expect(server.terminate() == 0)
    }
}

extension Client {
    /// The next line without its CR LF; empty at the end.
    func receiveLine() -> String {
        var line = ""
        while true {
            let byte = receive(1)
            guard let first = byte.first, first != 0x0A else { return line }
            if first != 0x0D { line.unicodeScalars.append(Unicode.Scalar(first)) }
        }
    }

    /// Closing sends a reset instead of a FIN.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }
}

extension RunningServer {
    /// How many entries a directory of the server's process has.
    func count(_ directory: String) -> Int {
        guard let handle = opendir("/proc/\(program.pid)/\(directory)") else { return 0 }
        defer { closedir(handle) }
        var count = -2  // The directory and its parent.
        while readdir(handle) != nil { count += 1 }
        return count
    }

    /// Looks again and again until a condition holds, as no event tells of what is in /proc; false when it does not within
    /// 20 seconds.
    func becomes(_ condition: (RunningServer) -> Bool) -> Bool {
        let begin = time(nil)
        while time(nil) - begin < 20 {
            if condition(self) { return true }
            sched_yield()
        }
        return false
    }

    /// How many of the server's children have ended and were not waited for.
    var zombies: Int {
        children.filter { child in
            let file = open("/proc/\(child)/stat", O_RDONLY)
            defer { close(file) }
            return program.everything(from: file).contains(") Z ")
        }.count
    }
}
