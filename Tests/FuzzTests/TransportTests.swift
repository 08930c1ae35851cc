import CLinux
import Capture
import Fuzz
import Glibc
import Synchronization
import Testing
import Verification
import Wire
import Protocols
import System

/// Goal: clients say and note the same over every transport, and over Unix sockets, which nothing captures, their own
/// recording reads as a capture would. Method: small servers; what the log and the recording hold is compared with what was
/// said.
@Suite("Transports")
struct TransportTests {
    static func run(
        _ steps: String, on address: TargetAddress, patience: ClientPatience = ClientPatience(),
        targetSleeps: @escaping () -> Bool? = { nil }
    ) throws -> ExecutionLog {
        let engine = try Engine(
            address: address, codec: EchoLineCodec(), sources: .manyAddresses, patience: patience,
            targetSleeps: targetSleeps)
        let scenario = try Scenario(parsing: "protocol echo\n" + steps)
        return try engine.run(scenario, execution: 1, binding: Binding(campaign: "t", execution: 1))
    }

    static func flows(_ log: ExecutionLog) throws -> [Flow] {
        let packets = try #require(log.packets)
        var table = FlowTable(serverPort: TargetAddress.unix(path: "").port)
        table.add(packets)
        return table.finish()
    }

    @Test(
        "an address reads as it is written",
        arguments: [
            ("127.0.0.1:70", TargetAddress.tcp(port: 70)), ("[::1]:65535", .tcp6(port: 65_535)),
            ("udp:127.0.0.1:1", .udp(port: 1)), ("/run/a b.sock", .unix(path: "/run/a b.sock")),
        ])
    func text(_ text: String, _ address: TargetAddress) {
        #expect(TargetAddress(text) == address)
        #expect("\(address)" == text)
    }

    @Test(
        "what is no address of loopback is refused",
        arguments: [
            "", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "10.0.0.1:80", "[::2]:80", "::1:80", "example.org:80",
        ])
    func foreign(text: String) {
        #expect(TargetAddress(text) == nil)
    }

    // MARK: Unix sockets

    @Test("over a Unix socket the clients' recording reads like a capture")
    func unix() throws {
        let folder = try TemporaryFolder()
        let server = LoopbackServer(unixPath: folder.path + "/socket") { peer in
            while let bytes = peer.receive() { peer.send(bytes) }
        }
        let log = try Self.run(
            """
            c0 connect
            c1 connect
            c0 send one
            c1 send {token:150000}
            c0 expect
            c1 expect
            c0 send two | three
            c0 expect 2
            c1 shutdown

            """, on: .unix(path: folder.path + "/socket"))
        server.stop()
        #expect(log.outcome == .completed)
        let flows = try Self.flows(log)
        #expect(flows.map(\.toServer.bytes.count) == log.connections.map(\.sentBytes))
        #expect(flows.map(\.toClient.bytes) == flows.map(\.toServer.bytes))
        #expect(flows.map { ClientSource($0.client) } == log.connections.map(\.source))
        #expect(ExecutionJudge.disagreements(flows, log).isEmpty)
        for flow in flows {
            #expect(flow.toServer.gaps.isEmpty && flow.toClient.gaps.isEmpty)
            let conversation = Conversation(flow: flow, name: "", codec: EchoLineCodec())
            #expect(!conversation.startsMidStream)
            #expect(conversation.clientEnd != nil && conversation.serverEnd != nil)
            for exchange in conversation.exchanges {
                #expect(exchange.invoked < (try #require(exchange.completed)))
            }
        }
    }

    @Test("a silent server on a Unix socket hangs, and what others had not read yet is no silence")
    func unixSilence() throws {
        let folder = try TemporaryFolder()
        // It answers all lines but one.
        let server = LoopbackServer(unixPath: folder.path + "/socket") { peer in
            while let bytes = peer.receive() { if bytes.first != UInt8(ascii: "x") { peer.send(bytes) } }
        }
        var patience = ClientPatience()
        patience.asleepMilliseconds = 60
        patience.firstMilliseconds = 60
        let log = try Self.run(
            "c0 connect\nc1 connect\nc1 send heard\nc0 send x\nc0 expect\nc1 expect\n",
            on: .unix(path: folder.path + "/socket"), patience: patience, targetSleeps: { true })
        server.stop()
        #expect(log.outcome == .stalled(client: 0))
        let flows = try Self.flows(log)
        #expect(flows.map { $0.toClient.bytes.count } == [0, 6])
    }

    @Test("a client that leaves a full Unix socket unread is one that does not read")
    func unixSlowReader() throws {
        let folder = try TemporaryFolder()
        let server = LoopbackServer(unixPath: folder.path + "/socket") { peer in
            guard let bytes = peer.receive() else { return }
            if bytes.first == UInt8(ascii: "x") {
                _ = peer.receive()
            } else {
                for _ in 0..<4 { peer.send([UInt8](repeating: 97, count: 16_000) + [10]) }
                _ = peer.receive()
            }
        }
        var patience = ClientPatience()
        patience.asleepMilliseconds = 60
        patience.firstMilliseconds = 60
        let log = try Self.run(
            "c0 connect\nc1 connect\nc0 send big\nc0 pause 20ms\nc1 send x\nc1 expect\n",
            on: .unix(path: folder.path + "/socket"), patience: patience, targetSleeps: { true })
        server.stop()
        #expect(log.outcome == .stalled(client: 1))
        let conversations = try Self.flows(log).map { Conversation(flow: $0, name: "", codec: EchoLineCodec()) }
        #expect(conversations.map(\.clientWindowClosed) == [true, false])
    }

    @Test("what a server on a Unix socket says before it closes is recorded, though the client goes on sending")
    func unixLastWords() throws {
        let folder = try TemporaryFolder()
        let server = LoopbackServer(unixPath: folder.path + "/socket") { peer in
            if let bytes = peer.receive() { peer.send(bytes) }
        }
        let log = try Self.run(
            "c0 connect\nc0 send one\nc0 pause 30ms\nc0 send two\nc0 pause 5ms\nc0 send three\nc0 expect\n",
            on: .unix(path: folder.path + "/socket"))
        server.stop()
        let flow = try #require(try Self.flows(log).first)
        #expect(flow.toClient.bytes == Array("one\n".utf8))
        let conversation = Conversation(flow: flow, name: "", codec: EchoLineCodec())
        #expect(conversation.serverEnd != nil)
    }

    @Test("a client that leaves a Unix socket has taken what was there for it")
    func unixDeparture() throws {
        let folder = try TemporaryFolder()
        let server = LoopbackServer(unixPath: folder.path + "/socket") { peer in
            while let bytes = peer.receive() { peer.send(bytes) }
        }
        let log = try Self.run(
            "c0 connect\nc0 send one\nc0 pause 30ms\nc0 close\nc0 connect\nc0 send two\nc0 pause 30ms\nc0 reset\n",
            on: .unix(path: folder.path + "/socket"))
        server.stop()
        #expect(try Self.flows(log).map(\.toClient.bytes) == [Array("one\n".utf8), Array("two\n".utf8)])
    }

    @Test("nobody at a Unix socket is a refusal")
    func unixRefused() throws {
        let log = try Self.run("c0 connect\nc0 send a\nc0 expect\n", on: .unix(path: "/tmp/fuzz-tests-nobody/socket"))
        #expect(log.outcome == .completed)
        #expect(log.connections[0].wasReset)
        #expect(log.connections[0].sentBytes == 0)
    }

    // MARK: Datagrams

    @Test("over UDP each message is a datagram, and each datagram a reply")
    func udp() throws {
        let server = DatagramEcho()
        let log = try Self.run(
            "c0 connect\nc1 connect\nc0 send one | two\nc1 send {token:3000}\nc1 expect\nc0 expect 2\nc0 shutdown\n",
            on: .udp(port: server.port))
        #expect(log.outcome == .completed)
        #expect(server.stop().sorted() == [4, 4, 3001])
        #expect(log.connections.map(\.sentBytes) == [8, 3001])
        #expect(log.connections.map(\.receivedBytes) == [8, 3001])
        #expect(log.connections[0].sends.map(\.offset) == [0, 4])
        #expect(log.connections[0].replies.map(\.offset) == [4, 8])
    }

    @Test("a second reply to a datagram is read as well")
    func udpTwice() throws {
        let server = DatagramEcho(times: 2)
        let log = try Self.run("c0 connect\nc0 send one\nc0 expect\n", on: .udp(port: server.port))
        _ = server.stop()
        #expect(log.connections[0].receivedBytes == 8)
    }

    @Test("nobody at a UDP port is a refusal")
    func udpRefused() throws {
        let server = DatagramEcho()
        _ = server.stop()
        let log = try Self.run("c0 connect\nc0 send a\nc0 expect\n", on: .udp(port: server.port))
        #expect(log.outcome == .completed)
        #expect(log.connections[0].wasReset)
    }
}

/// Sends every datagram back, once or more often, until it is stopped.
final class DatagramEcho: Sendable {
    let port: UInt16
    private let raw: Int32
    private let thread: TestThread
    private let lengths = LengthLog()

    init(times: Int = 1) {
        let raw = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                precondition(bind(raw, generic, length) == 0 && getsockname(raw, generic, &length) == 0)
            }
        }
        self.raw = raw
        port = UInt16(bigEndian: address.sin_port)
        let lengths = self.lengths
        thread = TestThread {
            var bytes = [UInt8](repeating: 0, count: 65_536)
            var peer = sockaddr_storage()
            while true {
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                let count = withUnsafeMutablePointer(to: &peer) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(raw, &bytes, bytes.count, 0, $0, &length)
                    }
                }
                guard count > 0 else { return }
                lengths.add(count)
                for _ in 0..<times {
                    withUnsafeMutablePointer(to: &peer) { pointer in
                        _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            sendto(raw, bytes, count, 0, $0, length)
                        }
                    }
                }
            }
        }
    }

    /// Ends it; the lengths of what came.
    func stop() -> [Int] {
        shutdown(raw, Int32(SHUT_RDWR))
        thread.join()
        close(raw)
        return lengths.all
    }
}

/// Numbers from another thread.
private final class LengthLog: Sendable {
    private let lengths = Mutex<[Int]>([])
    var all: [Int] { lengths.withLock { $0 } }
    func add(_ length: Int) { lengths.withLock { $0.append(length) } }
}
