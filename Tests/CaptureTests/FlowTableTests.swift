import Capture
import Testing

/// Goal: flows, roles, streams and their gaps are exact. Method: conversations written packet by packet, each with one
/// peculiarity, and the flow compared with what it must be.
@Suite("Flows and streams")
struct FlowTableTests {
    static let client = PacketBuilder.client
    static let server = PacketBuilder.server

    /// SYN, SYN-ACK, ACK with the given initial sequence numbers.
    static func connected(_ clientISN: UInt32 = 999, _ serverISN: UInt32 = 4999) -> PacketBuilder {
        var packets = PacketBuilder()
        packets.tcp(client, server, seq: clientISN, .syn)
        packets.tcp(server, client, seq: serverISN, ack: clientISN &+ 1, .syn)
        packets.tcp(client, server, seq: clientISN &+ 1, ack: serverISN &+ 1)
        return packets
    }

    static func flows(_ packets: PacketBuilder, serverPort: UInt16? = nil) -> [Flow] {
        var table = FlowTable(serverPort: serverPort)
        table.add(packets.batch)
        return table.finish()
    }

    static func text(_ stream: ByteStream) -> String { String(decoding: stream.bytes, as: UTF8.self) }

    @Test("a whole conversation")
    func whole() throws {
        var packets = Self.connected()
        packets.tcp(Self.client, Self.server, seq: 1000, ack: 5000, .psh, payload: "PING")
        packets.tcp(Self.server, Self.client, seq: 5000, ack: 1004, .psh, payload: "PONG!")
        packets.tcp(Self.client, Self.server, seq: 1004, ack: 5005, .fin)
        packets.tcp(Self.server, Self.client, seq: 5005, ack: 1005, .fin)
        packets.tcp(Self.client, Self.server, seq: 1005, ack: 5006)
        let flow = try #require(Self.flows(packets).first)
        #expect(flow.client.port == 40_000)
        #expect(flow.server.port == 6379)
        #expect(flow.handshake == .complete)
        #expect(flow.teardown == .clientClosedFirst)
        #expect(Self.text(flow.toServer) == "PING")
        #expect(Self.text(flow.toClient) == "PONG!")
        #expect(flow.toServer.acknowledged == 4)
        #expect(flow.toClient.acknowledged == 5)
        #expect(flow.toServer.packets == 5)
        #expect(flow.toServer.fin?.number == 6)
        #expect(flow.toClient.packet(at: 4)?.number == 5)
        #expect(flow.toServer.gaps.isEmpty && flow.toClient.gaps.isEmpty)
        #expect(flow.lastTime.nanoseconds - flow.firstTime.nanoseconds == 7000)
    }

    @Test("the first copy of a byte wins, segments come in any order, sequence numbers wrap")
    func reassembly() throws {
        var packets = Self.connected(0xFFFF_FFFB)  // offset 0 is 0xFFFF_FFFC
        packets.tcp(Self.client, Self.server, seq: 2, ack: 5000, payload: "ghi")
        packets.tcp(Self.client, Self.server, seq: 0xFFFF_FFFC, ack: 5000, payload: "abc")
        packets.tcp(Self.client, Self.server, seq: 0xFFFF_FFFE, ack: 5000, payload: "CDEFGHIJ")
        packets.tcp(Self.server, Self.client, seq: 5000, ack: 6)
        let stream = try #require(Self.flows(packets).first).toServer
        #expect(Self.text(stream) == "abcDEFghiJ")
        #expect(stream.chunks.map(\.packet.number) == [5, 6, 4, 6])
        #expect(stream.chunks.map(\.offset) == [0, 3, 6, 9])
        #expect(stream.acknowledged == 10)
        #expect(stream.payloadBytes == 14)
        #expect(stream.gaps.isEmpty)
    }

    @Test("what the capture misses is a gap: lost segments, cut payload, bytes before a FIN")
    func gaps() throws {
        var packets = Self.connected()
        packets.tcp(Self.client, Self.server, seq: 1002, ack: 5000, payload: "cdef", keep: 14 + 40 + 2)
        packets.tcp(Self.client, Self.server, seq: 1009, ack: 5000, .fin)
        packets.tcp(Self.server, Self.client, seq: 5000, ack: 1010)
        let stream = try #require(Self.flows(packets).first).toServer
        #expect(stream.bytes == [0, 0] + Array("cd".utf8) + [0, 0, 0, 0, 0])
        #expect(stream.gaps == [0..<2, 4..<9])
        #expect(stream.acknowledged == 9)
        #expect(stream.packet(at: 1) == nil)
    }

    @Test("where bytes are not kept, gaps are known all the same, and flows with repeats are named")
    func gapsWithoutBytes() throws {
        var packets = Self.connected()
        packets.tcp(Self.client, Self.server, seq: 1002, ack: 5000, payload: "cdef", keep: 14 + 40 + 2)
        packets.tcp(Self.client, Self.server, seq: 1012, ack: 5000, payload: "mn")
        packets.tcp(Self.client, Self.server, seq: 1007, ack: 5000, payload: "hij")
        packets.tcp(Self.client, Self.server, seq: 1018, ack: 5000, .fin)
        var table = FlowTable(keepStreams: false)
        table.add(packets.batch)
        #expect(table.uncomparedFlows.isEmpty)
        packets.batch.records.removeAll()
        packets.tcp(Self.client, Self.server, seq: 1009, ack: 5000, payload: "jklm")
        table.add(packets.batch)
        #expect(table.uncomparedFlows == [0])
        let stream = try #require(table.finish().first).toServer
        #expect(stream.gaps == [0..<2, 4..<7, 14..<18])
        #expect(stream.bytes.isEmpty && stream.chunks.isEmpty)
    }

    @Test("keep-alive bytes are not stream bytes, probes of a closed window are")
    func keepAlive() throws {
        var packets = Self.connected()
        packets.tcp(Self.client, Self.server, seq: 1000, ack: 5000, payload: "ab")
        packets.tcp(Self.client, Self.server, seq: 1001, ack: 5000, payload: "?")
        packets.tcp(Self.client, Self.server, seq: 1002, ack: 5000, payload: "c")
        let stream = try #require(Self.flows(packets).first).toServer
        #expect(Self.text(stream) == "abc")
    }

    @Test("a SYN with another initial number is a new flow; the same number is a repeat")
    func portReuse() {
        var packets = Self.connected(999)
        packets.tcp(Self.client, Self.server, seq: 999, .syn)
        packets.tcp(Self.client, Self.server, seq: 1000, ack: 5000, payload: "one")
        packets.tcp(Self.client, Self.server, seq: 77_000, .syn)
        packets.tcp(Self.server, Self.client, seq: 9000, ack: 77_001, .syn)
        packets.tcp(Self.client, Self.server, seq: 77_001, ack: 9001, payload: "two")
        let flows = Self.flows(packets)
        #expect(flows.map { Self.text($0.toServer) } == ["one", "two"])
        #expect(flows.map(\.id) == [0, 1])
    }

    @Test("without a SYN the server's port decides, else the higher port is the client's")
    func roles() {
        var packets = PacketBuilder()
        packets.tcp(Self.client, Self.server, seq: 50, ack: 70, payload: "x")
        packets.tcp(Self.server, Self.client, seq: 70, ack: 51, payload: "y")
        #expect(Self.flows(packets).first?.client.port == 40_000)
        #expect(Self.flows(packets, serverPort: 40_000).first?.client.port == 6379)
        #expect(Self.flows(packets).first?.handshake == .missing)
        #expect(Self.flows(packets).first.map { Self.text($0.toClient) } == "y")
    }

    @Test("refusals, resets and half-closes are told apart")
    func endings() {
        var refused = PacketBuilder()
        refused.tcp(Self.client, Self.server, seq: 1, .syn)
        refused.tcp(Self.server, Self.client, seq: 0, ack: 2, .rst)
        #expect(Self.flows(refused).first?.handshake == .refused)
        #expect(Self.flows(refused).first?.teardown == .serverReset)

        var reset = Self.connected()
        reset.tcp(Self.server, Self.client, seq: 5000, ack: 1000, .fin)
        reset.tcp(Self.client, Self.server, seq: 1000, .rst)
        #expect(Self.flows(reset).first?.teardown == .clientReset)

        var half = Self.connected()
        half.tcp(Self.client, Self.server, seq: 1000, ack: 5000, .fin)
        #expect(Self.flows(half).first?.teardown == .clientHalfClosed)
        #expect(Self.flows(Self.connected()).first?.teardown == .open)
    }

    @Test("a segment absurdly far ahead is not placed, and its room not allocated")
    func farAhead() throws {
        var packets = Self.connected()
        packets.tcp(Self.client, Self.server, seq: 1000 &+ (1 << 30), ack: 5000, payload: "wild")
        packets.tcp(Self.client, Self.server, seq: 1000, ack: 5000, payload: "tame")
        let stream = try #require(Self.flows(packets).first).toServer
        #expect(Self.text(stream) == "tame")
    }

    /// Method: a stream is cut into segments, which are repeated, shuffled within a bound and lost at random; the
    /// result is compared with a table of bytes filled in the obvious way.
    @Test("random segments agree with the obvious reference", arguments: 0..<50)
    func reference(_ seed: Int) throws {
        var generator = SeededGenerator(state: UInt64(seed))
        let start = UInt32.random(in: .min ... .max, using: &generator)
        let length = 600
        var expected = [UInt8?](repeating: nil, count: length)
        var packets = Self.connected(start &- 1)
        var end = 0
        for _ in 0..<60 {
            let from = Int.random(in: 0..<length, using: &generator)
            let count = min(Int.random(in: 2...40, using: &generator), length - from)
            let letter = UInt8.random(in: 97...122, using: &generator)
            if count == 1, from == end - 1 { continue }
            for offset in from..<from + count where expected[offset] == nil { expected[offset] = letter }
            end = max(end, from + count)
            packets.tcp(
                Self.client, Self.server, seq: start &+ UInt32(from), ack: 5000,
                payload: String(repeating: Character(Unicode.Scalar(letter)), count: count))
        }
        let stream = try #require(Self.flows(packets).first).toServer
        #expect(stream.bytes == expected[..<end].map { $0 ?? 0 })
        #expect(Set(stream.gaps.flatMap(Array.init)) == Set((0..<end).filter { expected[$0] == nil }))
        for offset in 0..<end { #expect((stream.packet(at: offset) == nil) == (expected[offset] == nil)) }
    }
}
