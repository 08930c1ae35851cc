/// Where one captured packet lies in its batch, and what the capture says of it.
public struct PacketRecord: Sendable {
    /// The packet's number in its capture, from 1, in capture order: tshark's `frame.number`.
    public var number: Int
    /// When it was captured.
    public var time: Timestamp
    /// Where its bytes start in `PacketBatch.bytes`.
    public var offset: Int
    /// Bytes kept; at most `wireLength`.
    public var capturedLength: Int
    /// Bytes that the packet had.
    public var wireLength: Int
    /// The index of its interface.
    public var interface: Int

    /// Creates a record.
    public init(
        number: Int, time: Timestamp, offset: Int, capturedLength: Int, wireLength: Int, interface: Int = 0
    ) {
        self.number = number
        self.time = time
        self.offset = offset
        self.capturedLength = capturedLength
        self.wireLength = wireLength
        self.interface = interface
    }
}

/// Packets in capture order, their bytes in one buffer: one allocation for thousands of packets.
public struct PacketBatch: Sendable {
    /// The packets' bytes.
    public var bytes: [UInt8]
    /// The packets.
    public var records: [PacketRecord]
    /// The link type of each interface, by `PacketRecord.interface`.
    public var linkTypes: [LinkType]

    /// Creates a batch.
    public init(bytes: [UInt8] = [], records: [PacketRecord] = [], linkTypes: [LinkType]) {
        self.bytes = bytes
        self.records = records
        self.linkTypes = linkTypes
    }
}

/// A link type as in pcap files: <https://www.tcpdump.org/linktypes.html>.
public struct LinkType: RawRepresentable, Hashable, Sendable {
    /// The number in the file.
    public var rawValue: UInt32

    /// Creates a link type from the number in the file.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// BSD loopback: four bytes of address family, in the byte order of the writing host.
    public static let null = LinkType(rawValue: 0)
    /// Ethernet.
    public static let ethernet = LinkType(rawValue: 1)
    /// FDDI with LLC.
    static let fddi = LinkType(rawValue: 10)
    /// PPP, in HDLC framing, or over Ethernet.
    static let ppp = LinkType(rawValue: 9)
    static let pppHDLC = LinkType(rawValue: 50)
    static let pppEthernet = LinkType(rawValue: 51)
    /// Cisco's HDLC.
    static let ciscoHDLC = LinkType(rawValue: 104)
    /// Raw IP as some BSDs number it, and as OpenBSD does.
    static let rawBSD = LinkType(rawValue: 12)
    static let rawOpenBSD = LinkType(rawValue: 14)
    /// IPv4 or IPv6 without a link header.
    public static let raw = LinkType(rawValue: 101)
    /// OpenBSD loopback: four bytes of address family, big-endian.
    public static let loop = LinkType(rawValue: 108)
    /// Linux "cooked" capture, version 1.
    public static let linuxSLL = LinkType(rawValue: 113)
    /// IPv4 without a link header.
    public static let ipv4 = LinkType(rawValue: 228)
    /// IPv6 without a link header.
    public static let ipv6 = LinkType(rawValue: 229)
    /// Linux "cooked" capture, version 2.
    public static let linuxSLL2 = LinkType(rawValue: 276)
}
