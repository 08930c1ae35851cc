import Capture
import Testing

/// Goal: what lies behind the end that any header around a segment names is not taken for its payload, whatever IP's own
/// length says. Method: for each header with a length, a segment of four bytes of payload whose IP length and frame go on
/// for some more; and the same with the length not filled in.
@Suite("Lengths around a packet")
struct OuterLengthTests {
    static let (client, server) = (PacketBuilder.client, PacketBuilder.server)
    static let segment = PacketBuilder.segment(client, server, 1000, 2000, .psh, 77, [], Array("PING".utf8))
    static let trailer: [UInt8] = [9, 9, 9, 9, 9]

    /// IP that claims the trailer too.
    static let ip = PacketBuilder.ipv4(
        client, server, 6, segment, totalLength: 20 + segment.count + trailer.count)
    static let ipv6: [UInt8] = {
        var bytes = PacketBuilder.ipv6(6, segment)
        bytes[5] += UInt8(trailer.count)
        return bytes
    }()

    /// Each header with the length of what it holds, that of `inner` or another.
    typealias Wrap = @Sendable (_ inner: [UInt8], _ length: Int?) -> [UInt8]

    static func udp(_ port: UInt16, _ payload: [UInt8], length: Int) -> [UInt8] {
        let head =
            PacketBuilder.be(UInt16(50_000)) + PacketBuilder.be(port) + PacketBuilder.be(UInt16(length)) + [0, 0]
        return PacketBuilder.ethernet(
            0x0800,
            PacketBuilder.ipv4(
                client, server, 17, head + payload, totalLength: 28 + payload.count + trailer.count))
    }

    static func tunnel(_ port: UInt16, _ header: [UInt8]) -> Wrap {
        { inner, length in udp(port, header + inner, length: length.map { $0 + 8 + header.count } ?? 0) }
    }

    static let snap: [UInt8] = [0xAA, 0xAA, 3, 0, 0, 0, 8, 0]

    static let wraps: [(String, LinkType, Wrap)] = [
        (
            "802.3", .ethernet,
            { inner, length in PacketBuilder.ethernet(UInt16(length.map { $0 + 8 } ?? 0), snap + inner) }
        ),
        (
            "802.3 in a VLAN", .ethernet,
            { inner, length in
                PacketBuilder.ethernet(
                    0x8100, [0, 5] + PacketBuilder.be(UInt16(length.map { $0 + 8 } ?? 0)) + snap + inner)
            }
        ),
        (
            "PPPoE", .ethernet,
            { inner, length in
                PacketBuilder.ethernet(
                    0x8864,
                    [0x11, 0, 0, 1] + PacketBuilder.be(UInt16(length.map { $0 + 2 } ?? 0)) + [0, 0x21] + inner)
            }
        ),
        ("VXLAN", .ethernet, tunnel(4789, [8, 0, 0, 0, 0, 0, 1, 0] + PacketBuilder.ethernet(0x0800, []))),
        ("VXLAN of Linux", .ethernet, tunnel(8472, [8, 0, 0, 0, 0, 0, 1, 0] + PacketBuilder.ethernet(0x0800, []))),
        ("Geneve", .ethernet, tunnel(6081, [0, 0, 8, 0, 0, 0, 1, 0])),
        ("GRE in UDP", .ethernet, tunnel(4754, [0, 0, 8, 0])),
        ("MPLS in UDP", .ethernet, tunnel(6635, [0, 0, 0x11, 64])),
        (
            "GTP-U", .ethernet,
            { inner, length in
                udp(2152, [0x30, 0xFF] + PacketBuilder.be(UInt16(length ?? 0)) + [0, 0, 0, 1] + inner, length: 0)
            }
        ),
        (
            "L2TP", .ethernet,
            { inner, length in
                udp(
                    1701,
                    [0x40, 2] + PacketBuilder.be(UInt16(length.map { $0 + 12 } ?? 0)) + [0, 1, 0, 1] + [
                        0xFF, 3, 0, 0x21,
                    ]
                        + inner, length: 0)
            }
        ),
        (
            "PPTP", .raw,
            { inner, length in
                PacketBuilder.ipv4(
                    client, server, 47,
                    [0x20, 1, 0x88, 0x0B] + PacketBuilder.be(UInt16(length.map { $0 + 2 } ?? 0)) + [0, 7, 0, 0x21]
                        + inner,
                    totalLength: 0)
            }
        ),
        (
            "IP in IP", .raw,
            { inner, length in
                PacketBuilder.ipv4(client, server, 4, inner, totalLength: length.map { $0 + 20 } ?? 0)
            }
        ),
        (
            "netfilter log", LinkType(rawValue: 239),
            { inner, length in
                [2, 0, 0, 0] + PacketBuilder.le(UInt16((length ?? inner.count + 5) + 4)) + [9, 0] + inner
            }
        ),
    ]

    @Test("the segment ends where the header around it says", arguments: wraps.indices)
    func clips(_ index: Int) {
        let (name, link, wrap) = Self.wraps[index]
        let real = Self.ip.count
        #expect(Self.payload(link, wrap(Self.ip, real) + Self.trailer) == Array("PING".utf8), "\(name)")
        let whole = Self.payload(link, wrap(Self.ip, nil) + Self.trailer)
        #expect(whole == Array("PING".utf8) + Self.trailer, "\(name), length not filled in")
    }

    @Test(
        "a shorter length than the headers take is no segment, and nothing is read beyond it", arguments: wraps.indices)
    func short(_ index: Int) {
        let (name, link, wrap) = Self.wraps[index]
        for length in 1..<Self.ip.count - 4 {
            guard name != "VXLAN", name != "VXLAN of Linux" || length > 14 else { continue }
            #expect(Self.payload(link, wrap(Self.ip, length) + Self.trailer) == nil, "\(name), \(length) bytes")
        }
    }

    @Test("IPv6 is cut as IPv4 is")
    func version6() {
        let frame = PacketBuilder.ethernet(
            0x8864,
            [0x11, 0, 0, 1] + PacketBuilder.be(UInt16(Self.ipv6.count + 2)) + [0, 0x57] + Self.ipv6 + Self.trailer)
        #expect(Self.payload(.ethernet, frame) == Array("PING".utf8))
    }

    @Test("LLC in a cooked capture has no length in the type's place")
    func cooked() {
        let frame = [UInt8](repeating: 0, count: 14) + [0, 4] + Self.snap + Self.ip + Self.trailer
        #expect(Self.payload(.linuxSLL, frame) == Array("PING".utf8) + Self.trailer)
    }

    /// The payload of the TCP segment within; nil where there is none.
    static func payload(_ link: LinkType, _ bytes: [UInt8]) -> [UInt8]? {
        var builder = PacketBuilder()
        builder.batch.linkTypes = [link]
        builder.add(bytes)
        guard case .tcp(let segment) = dissect(builder.batch.records[0], in: builder.batch) else { return nil }
        return Array(
            builder.batch.bytes[segment.payloadOffset..<segment.payloadOffset + segment.capturedPayloadLength])
    }
}
