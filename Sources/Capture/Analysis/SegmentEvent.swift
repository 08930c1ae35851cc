/// A segment as the analysis sees it: its numbers as offsets of its flow's streams.
struct SegmentEvent {
    var flow: Int
    var direction: Int
    var packet: PacketReference
    var entry: SegmentHistory.Entry
    /// The offset of its first byte, SYN or FIN.
    var start: Int
    /// What it takes: payload, SYN, FIN.
    var taken: Int
    var payload: Int
    var flags: TCPFlags
    var windowScale: UInt8?
    var maximumSegmentSize: UInt16?
    /// The offset that it acknowledges in the other direction; far below all others without the flag.
    var acknowledged: Int
    /// The TCP time stamp that it echoes; nil without the option.
    var echo: UInt32?
    var sackBlocks: Int
    /// The first SACK block's left edge, and the highest right edge.
    var sackLeft: UInt32
    var sackHighest: UInt32
    /// The first SACK block reports bytes that came twice.
    var reportsDuplicate: Bool

    var end: Int { start + taken }
    var isControl: Bool { !flags.isDisjoint(with: [.syn, .fin, .rst]) }
    var acknowledges: Bool { flags.contains(.ack) }
    var nanoseconds: Int64 { packet.time.nanoseconds }

    /// What stands in `acknowledged` for "nothing".
    static let nothing = Int.min / 2

    @inline(__always)
    init(_ segment: borrowing Segment, _ record: PacketRecord, flow: Int, direction: Int, start: Int, acknowledged: Int)
    {
        self.flow = flow
        self.direction = direction
        packet = PacketReference(number: record.number, time: record.time)
        entry = SegmentHistory.Entry(segment, record)
        self.start = start
        // What a reset says is a reason for people, no part of the stream (RFC 9293, section 3.5.2).
        taken = segment.flags.contains(.rst) ? 0 : segment.sequenceLength
        payload = segment.flags.contains(.rst) ? 0 : segment.payloadLength
        flags = segment.flags
        windowScale = segment.windowScale
        maximumSegmentSize = segment.maximumSegmentSize
        self.acknowledged = acknowledged
        echo = segment.timestampValue == nil ? nil : segment.timestampEcho
        sackBlocks = segment.sackBlocks
        sackLeft = segment.sackLeft
        sackHighest = segment.sackHighest
        reportsDuplicate = segment.reportsDuplicate
    }
}

extension SegmentHistory.Entry {
    @inline(__always)
    init(_ segment: borrowing Segment, _ record: PacketRecord) {
        time = record.time
        sequence = segment.sequence
        acknowledgement = segment.acknowledgement
        hasTimestamp = segment.timestampValue != nil
        timestampValue = segment.timestampValue ?? 0
        number = UInt32(truncatingIfNeeded: record.number)
        length = UInt32(truncatingIfNeeded: segment.payloadLength)
        identification = segment.isIPv6 ? 0 : UInt16(truncatingIfNeeded: segment.identification ?? 0)
        flags = segment.flags.rawValue
        window = segment.window
        interface = UInt16(truncatingIfNeeded: record.interface)
        timeToLive = segment.timeToLive
    }
}
