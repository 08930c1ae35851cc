/// Takes one packet apart down to TCP or UDP.
///
/// Knows Ethernet (VLAN and QinQ tags, LLC with SNAP), Linux SLL and SLL2, BSD NULL and LOOP, PPP, raw IP; MPLS, PPPoE,
/// GRE, IP in IP, VXLAN, Geneve, GTP-U, L2TP and Teredo around them; IPv4 with options, IPv6 with extension headers. Of
/// a tunnelled packet it gives the innermost segment or datagram. The payload's length comes from the IP length, and is
/// no longer than any length around it allows; a length of 0, which segmentation offload leaves in super-packets, means
/// "all that the packet had". Checksums are not looked at: on loopback they are never finished. Fragments are not put
/// together here, but by `FlowTable`. Allocates nothing.
public func dissect(_ record: PacketRecord, in batch: PacketBatch, decoding: UDPDecoding = .usual) -> Dissected {
    var dissector = Dissector(reassembles: false, decoding: decoding)
    switch dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes) {
    case .tcp: return .tcp(dissector.segment)
    case .udp: return .udp(Datagram(dissector.segment))
    case .other(let reason): return .other(reason)
    }
}

/// The dissection without the copies: the last packet's fields stay in `segment`.
struct Dissector {
    /// The fields of the last TCP segment; of a UDP datagram only addresses, ports, payload and what IP says.
    var segment = Segment()
    /// The last packet is a TCP segment of which only the ports could be read, or one inside an ICMP error.
    var isPartialTCP = false
    /// Fragments waiting for their datagram; nil where they are not put together.
    var fragments: FragmentTable?
    /// Where the packet ends that is being read, or the datagram that was put together from fragments.
    var packetEnd = 0
    /// Which UDP ports carry packets.
    let decoding: UDPDecoding
    /// How many headers lie around the present one.
    var depth = 0
    /// What the last packet, an ICMP error, says; nil for other packets. The ends of the flow that it is about are those
    /// of `segment`.
    var report: ICMPReport?
    /// The packet that is being read lies in an ICMP error: only its beginning is there.
    var isQuoted = false

    enum Outcome {
        case tcp
        case udp
        case other(NotTransport)
    }

    /// The most tunnels within one another, the most VLAN tags or MPLS labels, and the most IPv6 extension headers
    /// walked; more is malformed.
    static let maximumHeaders = 16

    init(reassembles: Bool = true, decoding: UDPDecoding = .usual) {
        fragments = reassembles ? FragmentTable() : nil
        self.decoding = decoding
    }

    /// Takes `record` apart; `bytes` and `linkTypes` are its batch's.
    mutating func dissect(_ record: PacketRecord, _ bytes: RawSpan, _ linkTypes: [LinkType]) -> Outcome {
        let start = record.offset
        guard start >= 0, record.capturedLength >= 0, record.capturedLength <= bytes.byteCount - start,
            linkTypes.indices.contains(record.interface)
        else { return .other(.malformed) }
        let layer = Layer(
            start: start, end: start + record.capturedLength,
            wireEnd: start + max(record.capturedLength, record.wireLength))
        isPartialTCP = false
        depth = 0
        report = nil
        segment.isReassembled = false
        segment.lostBytes = 0
        segment.isHeaderCut = false
        packetEnd = layer.wireEnd
        if linkTypes[record.interface] == .ethernet, takeUsual(bytes, layer) { return .tcp }
        return link(linkTypes[record.interface], bytes, layer)
    }

    /// Where a protocol's bytes lie: those captured end at `end`, those of the wire would have ended at `wireEnd`.
    struct Layer {
        var start: Int
        var end: Int
        var wireEnd: Int

        @inline(__always)
        var captured: Int { end - start }

        @inline(__always)
        func dropping(_ count: Int) -> Layer {
            Layer(start: start + count, end: end, wireEnd: wireEnd)
        }

        /// What a length field leaves of it: what follows is padding, or of another header. A length of 0 was not filled
        /// in, and leaves all.
        @inline(__always)
        func clipped(to count: Int) -> Layer {
            guard count > 0 else { return self }
            return Layer(start: start, end: min(end, start + count), wireEnd: min(wireEnd, start + count))
        }
    }
}
