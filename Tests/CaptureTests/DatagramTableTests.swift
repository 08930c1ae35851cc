import Capture
import Testing

/// Goal: who asks whom over UDP is told right, also where the capture began in the middle, and a packet that is there
/// twice is no second datagram of the sender. Method: hand-made datagrams.
@Suite("Exchanges of datagrams")
struct DatagramTableTests {
    static let (client, server) = (PacketBuilder.client, PacketBuilder.server)

    static func datagram(
        _ from: PacketBuilder.Side, _ to: PacketBuilder.Side, _ text: String, identification: UInt16 = 0
    ) -> [UInt8] {
        PacketBuilder.ethernet(
            0x0800,
            PacketBuilder.ipv4(
                from, to, 17, PacketBuilder.udp(from, to, Array(text.utf8)), identification: identification))
    }

    static func exchanges(_ builder: PacketBuilder, port: UInt16? = nil, kept: DatagramTable.Kept = .all)
        -> [DatagramFlow]
    {
        var table = DatagramTable(serverPort: port, kept: kept, findsTwins: true)
        table.add(builder.batch)
        return table.finish()
    }

    @Test("the client: by the server's port, by the one ephemeral port, by the first datagram")
    func roles() {
        func client(_ from: UInt16, _ to: UInt16, port: UInt16? = nil) -> UInt16? {
            var builder = PacketBuilder()
            builder.add(Self.datagram(.init(port: from), .init(port: to), "x"))
            return Self.exchanges(builder, port: port).first?.client.port
        }
        #expect(client(40_000, 53) == 40_000)
        #expect(client(53, 40_000) == 40_000)
        #expect(client(40_000, 50_000) == 40_000)
        #expect(client(50_000, 40_000) == 50_000)
        #expect(client(500, 53) == 500)
        #expect(client(40_000, 53, port: 40_000) == 53)
        #expect(client(40_000, 50_000, port: 40_000) == 50_000)
        #expect(client(53, 53, port: 53) == 53)
    }

    @Test("counts without payloads, of one exchange, of all")
    func kept() {
        var builder = PacketBuilder()
        builder.add(Self.datagram(Self.client, Self.server, "GET a"))
        builder.add(Self.datagram(Self.server, Self.client, "abc"))
        builder.add(Self.datagram(.init(port: 40_001), Self.server, "GET b"), keep: 14 + 20 + 8 + 2)
        for kept in [DatagramTable.Kept.none, .one(1), .all] {
            let flows = Self.exchanges(builder, kept: kept)
            #expect(flows.map(\.toServer.payloadBytes) == [5, 5])
            #expect(flows.map(\.toClient.payloadBytes) == [3, 0])
            #expect(flows.map(\.toServer.unlistedGapBytes) == [0, 3])
            switch kept {
            case .none: #expect(flows.map(\.datagrams.count) == [0, 0])
            case .one: #expect(flows.map(\.datagrams.count) == [0, 1])
            case .all: #expect(flows.map(\.datagrams.count) == [2, 1])
            }
        }
        #expect(Self.exchanges(builder)[1].datagrams[0].datagram.isWhole == false)
    }

    @Test("the same packet twice is told; the same bytes under another identification are the sender's")
    func twins() {
        var builder = PacketBuilder()
        for (text, identification) in [("a", 7), ("a", 7), ("a", 8), ("b", 9), ("c", 9), ("d", 0), ("d", 0)]
            as [(String, UInt16)]
        {
            builder.add(Self.datagram(Self.client, Self.server, text, identification: identification))
        }
        for number in 10..<20 as Range<UInt16> {
            builder.add(Self.datagram(Self.client, Self.server, "x", identification: number))
        }
        let flow = Self.exchanges(builder)[0]
        #expect(flow.anomalies.map(\.packet.number) == [2])
        #expect(flow.anomalies.map(\.kind) == [.networkDuplicate])
        #expect(flow.anomalies.map(\.related) == [1])
        #expect(flow.toServer.anomalies[.networkDuplicate] == 1)
    }

    @Test("a capture that has each packet twice doubled them itself; so did one on two interfaces")
    func capturedTwice() {
        var builder = PacketBuilder()
        var interfaces = PacketBuilder()
        interfaces.batch.linkTypes = [.ethernet, .ethernet]
        for number in 1...5 as ClosedRange<UInt16> {
            let bytes = Self.datagram(Self.client, Self.server, "x\(number)", identification: number)
            for interface in 0...1 {
                builder.add(bytes)
                interfaces.add(bytes, interface: interface)
            }
        }
        for flow in [Self.exchanges(builder)[0], Self.exchanges(interfaces)[0]] {
            #expect(Set(flow.anomalies.map(\.kind)) == [.captureDuplicate])
            #expect(flow.toServer.anomalies[.captureDuplicate] == 5)
            #expect(flow.toServer.anomalies[.networkDuplicate] == 0)
        }
    }
}
