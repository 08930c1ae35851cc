/// What Wireshark 4.0.17 remembers of one direction of a connection. Sequence numbers are raw; 0 stands for "none", as
/// there.
struct WiresharkDirection {
    /// The highest sequence number after a segment so far, and when it came.
    var next: UInt32 = 0
    var nextTime = Timestamp(nanoseconds: 0)
    /// The end of the contiguous run: the highest number that the other side may acknowledge.
    var contiguous: UInt32 = 0
    /// The last acknowledgement number, and when the last segment of any kind came.
    var ack: UInt32 = 0
    var ackTime = Timestamp(nanoseconds: 0)
    /// The last window, as on the wire; -1 before the first segment.
    var window = -1
    /// The window scale: -1 unknown, -2 not in use.
    var scale = -1
    /// Duplicate acknowledgements so far; -1 after an acknowledgement of unseen data.
    var duplicates = 0
    /// The last segment was a keep-alive, or a probe of a closed window.
    var lastWasKeepAlive = false
    var lastWasProbe = false
    /// No acknowledgement has come in this direction.
    var awaitsFirstACK = true
    /// The sequence number that the direction began with.
    var base: UInt32?
}

/// A connection as Wireshark sees it.
struct WiresharkConnection {
    var directions = (WiresharkDirection(), WiresharkDirection())
    /// When the last SYN without ACK came, in nanoseconds (0: none did, as there), and the time from there to the first
    /// acknowledgement without SYN.
    var synTime: Int64 = 0
    var initialRoundTrip: Int64?

    /// Nanoseconds after which a segment with an old number is no longer taken as out of order, where the round trip
    /// is unknown.
    static let defaultReorderTime: Int64 = 3_000_000
    /// Nanoseconds after the last duplicate ACK in which a retransmission counts as fast.
    static let fastRetransmissionTime: Int64 = 20_000_000

    /// The flags of a segment of direction 0 or 1; remembers it.
    mutating func analyze(_ segment: Segment, at time: Timestamp, direction: Int) -> WiresharkFlags {
        let reorderTime = initialRoundTrip ?? Self.defaultReorderTime
        if direction == 0 { return Self.analyze(segment, time, &directions.0, &directions.1, reorderTime) }
        return Self.analyze(segment, time, &directions.1, &directions.0, reorderTime)
    }

    private static func analyze(
        _ segment: Segment, _ time: Timestamp, _ own: inout WiresharkDirection, _ other: inout WiresharkDirection,
        _ reorderTime: Int64
    ) -> WiresharkFlags {
        var flags = Self.windowFlags(segment, &own, other)
        if segment.acknowledgement != own.ack { own.duplicates = 0 }
        if segment.flags.contains(.ack), Self.acknowledgesUnseen(segment, &other) { flags.insert(.ackLostSegment) }
        if !flags.contains(.keepAlive) {
            flags.formUnion(Self.repeatFlags(segment, time, own, other, reorderTime))
        }
        Self.remember(segment, time, flags, &own)
        return flags
    }

    private static func isControl(_ segment: Segment) -> Bool {
        !segment.flags.isDisjoint(with: [.syn, .fin, .rst])
    }

    /// Flags that windows, acknowledgement numbers and gaps give, in Wireshark's order.
    private static func windowFlags(
        _ segment: Segment, _ own: inout WiresharkDirection, _ other: WiresharkDirection
    ) -> WiresharkFlags {
        var flags: WiresharkFlags = []
        let length = segment.payloadLength
        let sequence = segment.sequence
        let window = Int(segment.window)
        if length == 1, sequence == own.next, other.window == 0 { return .zeroWindowProbe }
        let control = isControl(segment)
        if window == 0, !control { flags.insert(.zeroWindow) }
        if own.next != 0, after(sequence, own.next), !segment.flags.contains(.rst) { flags.insert(.lostSegment) }
        if length <= 1, sequence == own.next &- 1, !control { flags.insert(.keepAlive) }
        let same = length == 0 && sequence == own.next && segment.acknowledgement == own.ack && !control
        if same, window != 0, window != own.window { flags.insert(.windowUpdate) }
        if length > 0, other.scale != -1, !control {
            let shift = other.awaitsFirstACK || other.scale == -2 ? 0 : other.scale
            let limit = other.ack &+ UInt32(truncatingIfNeeded: other.window) << UInt32(shift)
            if sequence &+ UInt32(truncatingIfNeeded: length) == limit { flags.insert(.windowFull) }
        }
        guard same, window == own.window else { return flags }
        if window != 0, other.lastWasKeepAlive {
            flags.insert(.keepAliveACK)
        } else if window == 0, other.lastWasProbe {
            flags.insert(.zeroWindowProbeACK)
        } else if window != 0 {
            own.duplicates = own.duplicates < 0 ? 1 : own.duplicates + 1
            flags.insert(.duplicateACK)
        }
        return flags
    }

    private static func acknowledgesUnseen(_ segment: Segment, _ other: inout WiresharkDirection) -> Bool {
        guard other.contiguous != 0, after(segment.acknowledgement, other.contiguous) else { return false }
        if after(other.next, other.contiguous) {
            other.contiguous = other.next
            return true
        }
        defer { other.duplicates = -1 }
        return other.duplicates == 0
    }

    /// Retransmission, out of order and their kin.
    private static func repeatFlags(
        _ segment: Segment, _ time: Timestamp, _ own: WiresharkDirection, _ other: WiresharkDirection,
        _ reorderTime: Int64
    ) -> WiresharkFlags {
        let length = UInt32(truncatingIfNeeded: segment.payloadLength)
        let takesOne = !segment.flags.isDisjoint(with: [.syn, .fin])
        guard length > 0 || takesOne else { return [] }
        let sequence = segment.sequence
        if length > 0, other.ack != 0, !after(sequence &+ length, other.ack) {
            return [.retransmission, .spuriousRetransmission]
        }
        guard own.next != 0, after(own.next, sequence), !(length > 1 && sequence == own.next &- 1) else { return [] }
        // Unsigned, as there: a time that goes back is a very long time, and -1 duplicates are very many.
        let sinceACK = UInt64(bitPattern: time.nanoseconds &- other.ackTime.nanoseconds)
        if UInt(bitPattern: other.duplicates) >= 2, other.ack == sequence, sinceACK < fastRetransmissionTime {
            return [.retransmission, .fastRetransmission]
        }
        let end = sequence &+ length &+ (takesOne ? 1 : 0)
        let sinceNext = UInt64(bitPattern: time.nanoseconds &- own.nextTime.nanoseconds)
        if sinceNext < UInt64(bitPattern: reorderTime), own.next != end { return .outOfOrder }
        return .retransmission
    }

    private static func remember(
        _ segment: Segment, _ time: Timestamp, _ flags: WiresharkFlags, _ own: inout WiresharkDirection
    ) {
        let takesOne = !segment.flags.isDisjoint(with: [.syn, .fin])
        let end = segment.sequence &+ UInt32(truncatingIfNeeded: segment.payloadLength) &+ (takesOne ? 1 : 0)
        if own.next == 0 || after(end, own.next), !flags.contains(.zeroWindowProbe) {
            own.next = end
            own.nextTime = time
        }
        if own.contiguous == 0 || segment.sequence == own.contiguous { own.contiguous = own.next }
        own.window = Int(segment.window)
        own.ack = segment.acknowledgement
        own.ackTime = time
        own.lastWasKeepAlive = flags.contains(.keepAlive)
        own.lastWasProbe = flags.contains(.zeroWindowProbe)
    }

    /// Whether `left` comes after `right` in sequence space.
    @inline(__always)
    private static func after(_ left: UInt32, _ right: UInt32) -> Bool {
        Int32(bitPattern: right &- left) < 0
    }
}
