import Capture
import Testing

/// Goal: an ICMP error is told with the flow that it is about, and nothing that it quotes is taken as sent. Method: errors
/// of both versions about segments and datagrams, whole or cut to the eight bytes that RFC 792 asks for.
@Suite("ICMP errors")
struct ICMPErrorTests {
    static let (client, server) = (PacketBuilder.client, PacketBuilder.server)
    static let udp = PacketBuilder.udp(client, server, Array("GET k\r\n".utf8))
    static let segment = PacketBuilder.segment(client, server, 100, nil, .syn)

    /// An error of the router 10.9.9.9 that quotes a packet.
    static func error(_ type: UInt8, _ code: UInt8, mtu: UInt16 = 0, _ quoted: [UInt8]) -> [UInt8] {
        let router = PacketBuilder.Side(address: 0x0A09_0909, port: 0)
        let message = [type, code, 0, 0, 0, 0] + PacketBuilder.be(mtu) + quoted
        return PacketBuilder.ethernet(0x0800, PacketBuilder.ipv4(router, client, 1, message))
    }

    static func table(_ builder: PacketBuilder) -> FlowTable {
        var table = FlowTable(findAnomalies: true)
        table.datagrams = DatagramTable(findsTwins: true)
        table.add(builder.batch)
        return table
    }

    @Test("about a datagram and about a segment, quoted whole or by eight bytes", arguments: [28, 1000])
    func told(_ quote: Int) throws {
        var builder = PacketBuilder()
        let datagram = PacketBuilder.ipv4(Self.client, Self.server, 17, Self.udp)
        let syn = PacketBuilder.ipv4(Self.client, Self.server, 6, Self.segment)
        builder.add(PacketBuilder.ethernet(0x0800, datagram))
        builder.add(PacketBuilder.ethernet(0x0800, syn))
        builder.add(Self.error(3, 3, Array(datagram.prefix(quote))))
        builder.add(Self.error(3, 4, mtu: 1400, Array(syn.prefix(quote))))
        let table = Self.table(builder)
        let exchange = try #require(table.datagrams?.exchange(0))
        #expect(exchange.icmpErrors.map(\.meaning) == ["port unreachable"])
        #expect(exchange.icmpErrors.first?.packet.number == 3)
        #expect(exchange.icmpErrors.first?.isAboutClient == true)
        #expect(exchange.icmpErrors.first?.sender.description == "10.9.9.9")
        #expect(exchange.toServer.packets == 1 && exchange.toClient.packets == 0)
        #expect(table.otherPackets.isEmpty)
        let flow = try #require(table.finish().first)
        #expect(flow.icmpErrors.map(\.meaning) == ["packet too big"])
        #expect(flow.icmpErrors.first?.nextHopMTU == 1400)
        #expect(flow.toServer.packets == 1)
    }

    @Test("of IPv6, about what the server sent")
    func version6() throws {
        var builder = PacketBuilder()
        let asked = PacketBuilder.ipv6(17, PacketBuilder.udp(Self.client, Self.server, [1]))
        let answered = PacketBuilder.ipv6(17, PacketBuilder.udp(Self.server, Self.client, [2]))
        builder.add(PacketBuilder.ethernet(0x86DD, asked))
        builder.add(PacketBuilder.ethernet(0x86DD, answered))
        builder.add(PacketBuilder.ethernet(0x86DD, PacketBuilder.ipv6(58, [1, 4, 0, 0, 0, 0, 0, 0] + answered)))
        builder.add(PacketBuilder.ethernet(0x86DD, PacketBuilder.ipv6(58, [2, 0, 0, 0, 0, 0, 5, 0] + asked)))
        let exchange = try #require(Self.table(builder).datagrams?.exchange(0))
        #expect(exchange.icmpErrors.map(\.meaning) == ["port unreachable", "packet too big"])
        #expect(exchange.icmpErrors.map(\.isAboutClient) == [false, true])
        #expect(exchange.icmpErrors.map(\.nextHopMTU) == [nil, 1280])
    }

    @Test("about a flow that was not captured, or about nothing that can be read")
    func unknown() {
        var builder = PacketBuilder()
        builder.add(Self.error(3, 3, PacketBuilder.ipv4(Self.client, Self.server, 17, Self.udp)))
        builder.add(Self.error(3, 3, [0x45, 0, 0]))
        builder.add(Self.error(8, 0, PacketBuilder.ipv4(Self.client, Self.server, 17, Self.udp)))
        let table = Self.table(builder)
        #expect(table.otherPackets == [.icmpError: 1, .otherTransport: 2])
        #expect(table.datagrams?.count == 0)
    }

    @Test("a quoted fragment is not put together with those that were sent")
    func fragments() {
        var builder = PacketBuilder()
        let whole = PacketBuilder.udp(Self.client, Self.server, Array("0123456789abcdef".utf8))
        let first = PacketBuilder.ipv4(Self.client, Self.server, 17, Array(whole[..<16]), fragment: 0x2000)
        let last = PacketBuilder.ipv4(Self.client, Self.server, 17, Array(whole[16...]), fragment: 2)
        builder.add(PacketBuilder.ethernet(0x0800, first))
        builder.add(Self.error(11, 1, last))
        #expect(Self.table(builder).datagrams?.count == 0)
        builder.add(PacketBuilder.ethernet(0x0800, last))
        #expect(Self.table(builder).datagrams?.exchange(0).datagrams.first?.datagram.bytes.count == 16)
    }

    @Test("so many are kept of a flow, and all are counted")
    func bounded() {
        var builder = PacketBuilder()
        let datagram = PacketBuilder.ipv4(Self.client, Self.server, 17, Self.udp)
        builder.add(PacketBuilder.ethernet(0x0800, datagram))
        for _ in 0..<300 { builder.add(Self.error(3, 3, datagram)) }
        let exchange = Self.table(builder).datagrams?.exchange(0)
        #expect(exchange?.icmpErrors.count == 100)
        #expect(exchange?.icmpErrorCount == 300)
    }
}
