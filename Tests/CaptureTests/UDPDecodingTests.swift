import Capture
import Testing

/// Goal: `--decode` finds the packets within datagrams of any port, and only where there are some. Method: one segment in
/// each kind of tunnel on a port that nobody assigned, with the rule and without; rules as people write them.
@Suite("What UDP ports carry")
struct UDPDecodingTests {
    static let (client, server) = (PacketBuilder.client, PacketBuilder.server)
    static let port: UInt16 = 7700
    static let ip = DissectTests.ip
    static let frame = PacketBuilder.ethernet(0x0800, ip)

    static let payloads: [UDPDecoding.Payload: [UInt8]] = [
        .vxlan: [8, 0, 0, 0, 0, 0, 1, 0] + frame,
        .vxlanGPE: [0x0C, 0, 0, 1, 0, 0, 1, 0] + ip,
        .geneve: [0, 0, 0x65, 0x58, 0, 0, 1, 0] + frame,
        .gtp: [0x30, 0xFF] + PacketBuilder.be(UInt16(ip.count)) + [0, 0, 0, 1] + ip,
        .l2tp: [0, 2, 0, 1, 0, 1, 0xFF, 3, 0, 0x21] + ip,
        .teredo: PacketBuilder.ipv6(6, DissectTests.segment),
        .gre: [0, 0, 8, 0] + ip,
        .mpls: [0, 0, 0x11, 64] + ip,
        .ethernet: frame,
        .ip: ip,
        .ppp: [0xFF, 3, 0, 0x21] + ip,
    ]

    static func outcome(_ payload: [UInt8], to port: UInt16, _ rules: [String]) throws -> Dissected {
        var decoding = UDPDecoding.usual
        for rule in rules {
            let isRule = decoding.add(rule)
            try #require(isRule)
        }
        var builder = PacketBuilder()
        let udp = PacketBuilder.udp(Self.client, PacketBuilder.Side(port: port), payload)
        builder.add(PacketBuilder.ethernet(0x0800, PacketBuilder.ipv4(client, server, 17, udp)))
        return dissect(builder.batch.records[0], in: builder.batch, decoding: decoding)
    }

    @Test("each kind, on any port that a rule names", arguments: UDPDecoding.Payload.allCases.filter { $0 != .data })
    func kinds(_ kind: UDPDecoding.Payload) throws {
        let payload = try #require(Self.payloads[kind])
        for rule in ["udp.port=7700,\(kind.rawValue)", "udp.port==7690-7710,\(kind.rawValue)"] {
            guard case .tcp(let segment) = try Self.outcome(payload, to: Self.port, [rule]) else {
                Issue.record("\(rule) is not decoded")
                continue
            }
            #expect(segment.sequence == 1000 && segment.payloadLength == 4)
        }
        guard case .udp(let datagram) = try Self.outcome(payload, to: Self.port, []) else {
            Issue.record("decoded without a rule")
            return
        }
        #expect(datagram.payloadLength == payload.count)
    }

    @Test("VXLAN is decoded at 8472, the port of Linux, unless a rule says otherwise; a datagram within is one")
    func linuxPort() throws {
        let payload = try #require(Self.payloads[.vxlan])
        guard case .tcp = try Self.outcome(payload, to: 8472, []) else {
            Issue.record("not decoded")
            return
        }
        guard case .udp(let outer) = try Self.outcome(payload, to: 8472, ["udp.port=8472,data"]) else {
            Issue.record("decoded against the rule")
            return
        }
        #expect(outer.destination.port == 8472)
        let inner = PacketBuilder.udp(PacketBuilder.Side(port: 1111), PacketBuilder.Side(port: 53), [1, 2, 3])
        let within = PacketBuilder.ethernet(0x0800, PacketBuilder.ipv4(Self.client, Self.server, 17, inner))
        guard case .udp(let datagram) = try Self.outcome([8, 0, 0, 0, 0, 0, 1, 0] + within, to: 8472, []) else {
            Issue.record("no datagram")
            return
        }
        #expect(datagram.destination.port == 53 && datagram.payloadLength == 3)
    }

    @Test("what is no packet stays the datagram that it is")
    func plain() throws {
        for payload in [
            [], [8], Array("GET k\r\n".utf8), [8, 0, 0, 0, 0, 0, 1, 0] + PacketBuilder.ethernet(0x0806, [0]),
        ] {
            for port: UInt16 in [4789, 8472, 2152, 1701, 3544, 6081, 4790, 6635, 4754] {
                guard case .udp(let datagram) = try Self.outcome(payload, to: port, []) else {
                    Issue.record("\(payload) at \(port)")
                    continue
                }
                #expect(datagram.destination.port == port && datagram.payloadLength == payload.count)
            }
        }
    }

    @Test(
        "rules that are none",
        arguments: [
            "", "8472,vxlan", "udp.port=8472", "udp.port=8472,vxlans", "udp.port=65536,vxlan", "tcp.port=1,vxlan",
            "udp.port=,vxlan", "udp.port=9-8,vxlan", "udp.port=1-2-3,vxlan", "udp.port=1,vxlan,gre",
            "udp.port=-1,vxlan",
        ])
    func nonsense(_ rule: String) {
        var decoding = UDPDecoding.usual
        let isRule = decoding.add(rule)
        #expect(!isRule)
    }
}
