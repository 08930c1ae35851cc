/// The flag bits of a TCP header (RFC 9293, section 3.1).
public struct TCPFlags: OptionSet, Hashable, Sendable {
    /// The bits as on the wire, AccECN/NS at 0x100.
    public var rawValue: UInt16

    /// Creates flags from the bits on the wire.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// No more data from the sender.
    public static let fin = TCPFlags(rawValue: 0x01)
    /// Synchronize sequence numbers.
    public static let syn = TCPFlags(rawValue: 0x02)
    /// Reset the connection.
    public static let rst = TCPFlags(rawValue: 0x04)
    /// Push.
    public static let psh = TCPFlags(rawValue: 0x08)
    /// The acknowledgement number is significant.
    public static let ack = TCPFlags(rawValue: 0x10)
    /// The urgent pointer is significant.
    public static let urg = TCPFlags(rawValue: 0x20)

    /// A SYN that answers none.
    @inline(__always)
    var isOpening: Bool { contains(.syn) && !contains(.ack) }
}

/// One TCP segment, as its headers say. Plain bytes: making and copying one allocates nothing.
public struct Segment: Sendable {
    // The flow table hands it on as `inout`, though nothing changes it: each function that takes it as `borrowing` and is
    // not inlined would get a copy, which costs more than most of these calls.

    /// The addresses, IPv4 in the low half: what the flow table hashes without building an `IPAddress`.
    var sourceHigh: UInt64 = 0
    var sourceLow: UInt64 = 0
    var destinationHigh: UInt64 = 0
    var destinationLow: UInt64 = 0
    /// The sender's port.
    public internal(set) var sourcePort: UInt16 = 0
    /// The receiver's port.
    public internal(set) var destinationPort: UInt16 = 0
    /// Whether the addresses are IPv6.
    public internal(set) var isIPv6 = false

    /// The sequence number.
    public internal(set) var sequence: UInt32 = 0
    /// The acknowledgement number; means something only with the flag.
    public internal(set) var acknowledgement: UInt32 = 0
    /// The flags.
    public internal(set) var flags: TCPFlags = []
    /// The window as on the wire, not scaled.
    public internal(set) var window: UInt16 = 0
    /// The IPv4 identification, or that of an IPv6 fragment header; nil for IPv6 otherwise.
    public internal(set) var identification: UInt32?

    /// The IP time to live, or hop limit.
    public internal(set) var timeToLive: UInt8 = 0

    /// Where the TCP header starts in the batch.
    public internal(set) var headerOffset = 0
    /// Where the options start in the batch.
    public internal(set) var optionsOffset = 0
    /// How many bytes of options were captured.
    public internal(set) var optionsLength = 0
    /// Where the payload starts in the batch.
    public internal(set) var payloadOffset = 0
    /// Payload bytes that the packet had, by the IP length.
    public internal(set) var payloadLength = 0
    /// Payload bytes that the capture kept, at most `payloadLength`.
    public internal(set) var capturedPayloadLength = 0
    /// Bytes that the IP length promises beyond the end of the packet that the file calls whole: a tool cut it, and did not
    /// keep the length that it had.
    public internal(set) var lostBytes = 0
    /// Some of those bytes are of the TCP header.
    var isHeaderCut = false

    /// The sender's timestamp option (RFC 7323); nil without one.
    public internal(set) var timestampValue: UInt32?
    /// The timestamp that it echoes.
    public internal(set) var timestampEcho: UInt32 = 0
    /// The window scale option's shift count; nil without one.
    public internal(set) var windowScale: UInt8?
    /// The maximum segment size option; nil without one.
    public internal(set) var maximumSegmentSize: UInt16?
    /// Whether the SACK-permitted option is there.
    public internal(set) var sackPermitted = false
    /// How many SACK blocks there are, at most 4 (RFC 2018).
    public internal(set) var sackBlocks = 0
    /// The first SACK block; of a duplicate (RFC 2883) where it lies before the acknowledgement number.
    var sackLeft: UInt32 = 0
    var sackRight: UInt32 = 0
    /// The highest right edge of all blocks.
    var sackHighest: UInt32 = 0
    /// The segment came in fragments: its offsets are those of the datagram that was put together, not of the batch.
    var isReassembled = false

    /// Who sent it.
    public var source: Endpoint {
        Endpoint(address: address(sourceHigh, sourceLow), port: sourcePort)
    }

    /// Whom it was sent to.
    public var destination: Endpoint {
        Endpoint(address: address(destinationHigh, destinationLow), port: destinationPort)
    }

    /// Sequence numbers that it takes: payload, SYN and FIN.
    public var sequenceLength: Int {
        payloadLength + (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0)
    }

    /// Whether the first SACK block reports bytes that came twice (RFC 2883).
    var reportsDuplicate: Bool {
        sackBlocks > 0 && Int32(bitPattern: sackRight &- acknowledgement) <= 0
    }

    private func address(_ high: UInt64, _ low: UInt64) -> IPAddress {
        isIPv6 ? .v6(high, low) : .v4(UInt32(truncatingIfNeeded: low))
    }
}

/// One UDP datagram, as its headers say.
public struct Datagram: Sendable {
    /// Who sent it.
    public internal(set) var source: Endpoint
    /// Whom it was sent to.
    public internal(set) var destination: Endpoint
    /// The captured payload's place in the batch's bytes.
    public internal(set) var payload: Range<Int>
    /// Payload bytes that the packet had.
    public internal(set) var payloadLength: Int
}

/// What a packet is.
public enum Dissected: Sendable {
    /// A TCP segment.
    case tcp(Segment)
    /// A UDP datagram.
    case udp(Datagram)
    /// Something else, or too little of it.
    case other(NotTransport)
}

/// Why a packet is no TCP segment (and, but for `datagram`, no UDP datagram either).
public enum NotTransport: String, Hashable, Sendable {
    /// The link type is none that this module knows.
    case unknownLinkType = "unknown link type"
    /// A network protocol other than IPv4 and IPv6, such as ARP.
    case notIP = "not IP"
    /// A transport other than TCP and UDP, such as ICMP.
    case otherTransport = "neither TCP nor UDP"
    /// UDP, where only connections are looked at.
    case datagram = "UDP"
    /// An ICMP error about a flow of which nothing was captured.
    case icmpError = "ICMP errors about flows that were not captured"
    /// A fragment that does not hold the whole datagram.
    case fragment = "IP fragment"
    /// The capture cut the headers.
    case cut = "headers cut by the capture"
    /// A header's own fields contradict each other or the packet's length.
    case malformed = "malformed header"
}
