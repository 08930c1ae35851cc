/// One direction of a flow while its packets come in: places each payload byte by its sequence number, the first copy
/// winning, in any order.
///
/// Bytes are written straight to their place, so segments that arrive early need no second buffer; the room they may
/// skip is bounded.
struct StreamBuilder {
    /// The farthest that a segment may lie beyond all bytes so far. The largest TCP window is 1 GiB, but kernels grant
    /// 6 MiB by default; a segment farther out is not of this stream, or the capture lost so much that the stream is of
    /// no use.
    static let maximumHoleBytes = 16 << 20
    /// The most zeros that stand for missing bytes in all streams of a table: they take memory, and a small file can ask
    /// for many.
    static let maximumPaddingBytes = 256 << 20
    /// The most later chunks that a segment filling a hole may have behind it; a hole older than that stays.
    static let maximumChunksBehindHole = 16_384
    /// The most gaps listed in all streams of a table whose bytes are not kept: further ones are counted.
    static let maximumGaps = 1 << 18

    /// What the streams of a table may still take.
    struct Room {
        /// Zeros that stand for missing bytes.
        var padding = maximumPaddingBytes
        /// Gaps listed where bytes are not kept.
        var gaps = maximumGaps
    }

    /// How offset 0 is known.
    enum Base {
        case unknown
        /// From an acknowledgement of the other side, before any segment of this one.
        case acknowledged
        /// From the first segment, which was no SYN.
        case firstSegment
        /// From the SYN.
        case syn
    }

    var stream = ByteStream()
    /// The highest offset that a captured segment reached, whether or not its bytes were kept.
    var end = 0
    /// Where the first FIN stands; nil without one.
    var finOffset: Int?
    var base = Base.unknown
    /// The sequence number of offset 0.
    var baseSequence: UInt32 = 0

    /// The offset of a sequence number: the one nearest to `end`, so that the number may wrap.
    @inline(__always)
    func offset(of sequence: UInt32) -> Int {
        let reference = baseSequence &+ UInt32(truncatingIfNeeded: end)
        return end + Int(Int32(bitPattern: sequence &- reference))
    }

    /// Whether a SYN with this initial sequence number belongs to a new connection.
    func contradicts(initialSequence: UInt32) -> Bool {
        base != .unknown && baseSequence != initialSequence &+ 1
    }

    /// Whether a segment says what was said before, in a direction of which something came.
    func isBehind(_ segment: borrowing Segment, _ other: borrowing StreamBuilder) -> Bool {
        guard base == .syn || base == .firstSegment else { return false }
        if segment.flags.contains(.syn) { return true }
        if offset(of: segment.sequence) < end { return true }
        guard segment.flags.contains(.ack) else { return false }
        return other.offset(of: segment.acknowledgement) < other.stream.acknowledged
    }

    /// Accounts for a segment of this direction, its payload aside.
    @inline(__always)
    mutating func open(with segment: borrowing Segment) {
        if base == .syn { return }
        let isSYN = segment.flags.contains(.syn)
        let first = isSYN ? segment.sequence &+ 1 : segment.sequence
        switch base {
        case .unknown:
            setBase(first, isSYN ? .syn : .firstSegment)
        case .acknowledged:
            // An acknowledgement may be captured before its data.
            if isSYN || offset(of: first) < 0 {
                setBase(first, isSYN ? .syn : .firstSegment)
            } else {
                base = .firstSegment
            }
        case .firstSegment:
            if isSYN, first == baseSequence { base = .syn }
        case .syn: break
        }
    }

    private mutating func setBase(_ sequence: UInt32, _ kind: Base) {
        if base == .acknowledged {
            stream.acknowledged += Int(Int32(bitPattern: baseSequence &- sequence))
            if stream.acknowledged < 0 { stream.acknowledged = 0 }
        }
        baseSequence = sequence
        base = kind
    }

    /// The other side acknowledged everything before `number`; returns its offset.
    @inline(__always)
    mutating func acknowledge(_ number: UInt32) -> Int {
        if base == .unknown {
            setBase(number, .acknowledged)
            return 0
        }
        var reached = offset(of: number)
        if base == .firstSegment, end == 0, reached == 1 {
            // The first segment was a keep-alive: its number is one below the next byte's.
            baseSequence = number
            reached = 0
        }
        if reached > stream.acknowledged { stream.acknowledged = reached }
        return reached
    }

    /// Counts a segment's payload; where it begins, or nil where it is not of the stream.
    @inline(__always)
    private mutating func account(_ segment: borrowing Segment) -> Int? {
        let length = segment.payloadLength
        stream.payloadBytes += length
        let start = offset(of: segment.flags.contains(.syn) ? segment.sequence &+ 1 : segment.sequence)
        // A keep-alive repeats the last byte, or says anything in its place (RFC 9293, section 3.8.4).
        if length == 1, start == end - 1 { return nil }
        guard start - end <= Self.maximumHoleBytes else {
            stream.unplaced += 1
            return nil
        }
        return start
    }

    /// Notes what a segment's payload covers, where bytes are not kept; true when some of it was covered before.
    @inline(__always)
    mutating func cover(_ segment: borrowing Segment, _ room: inout Room) -> Bool {
        guard let start = account(segment) else { return false }
        guard start == end, segment.capturedPayloadLength == segment.payloadLength else {
            return cover(start, captured: segment.capturedPayloadLength, length: segment.payloadLength, &room)
        }
        end += segment.payloadLength
        return false
    }

    private mutating func cover(_ start: Int, captured: Int, length: Int, _ room: inout Room) -> Bool {
        var isRepeat = false
        let from = max(0, start)
        let to = max(from, start + captured)
        if from < min(to, end) {
            switch stream.uncover(from..<min(to, end), &room.gaps) {
            case .repeats: isRepeat = true
            case .allNew: break
            case .tooManyGaps: stream.unplaced += 1
            }
        }
        guard start + length > end else { return isRepeat }
        if from > end { stream.addGap(end..<from, &room.gaps) }
        if max(to, end) < start + length { stream.addGap(max(to, end)..<start + length, &room.gaps) }
        end = start + length
        return isRepeat
    }

    /// Places a segment's payload; true when its bytes differ from those already there.
    ///
    /// - Parameter acknowledged: the offset of the other direction that the segment acknowledges.
    mutating func place(
        _ segment: inout Segment, _ packet: PacketReference, _ bytes: [UInt8], acknowledged: Int, _ room: inout Room
    ) -> Bool {
        let length = segment.payloadLength
        guard let start = account(segment) else { return false }
        let from = max(0, start)
        let to = start + segment.capturedPayloadLength
        let missing = max(0, from - stream.bytes.count)
        guard missing <= room.padding else {
            stream.unplaced += 1
            return false
        }
        end = max(end, start + length)
        // Before the beginning, or behind the end: of a connection that had these ports before, or has them next.
        if start < 0 || start + length > finOffset ?? .max { stream.contradictions += 1 }
        guard from < to else { return false }
        let source = segment.payloadOffset + from - start
        if from >= stream.coveredEnd {
            room.padding -= missing
            stream.append(at: from, bytes[source..<source + (to - from)], packet, acknowledged: acknowledged)
            return false
        }
        let differs = stream.differs(from..<to, bytes, source)
        if differs { stream.contradictions += 1 }
        if !stream.fill(from..<to, bytes, source, packet, acknowledged: acknowledged) { stream.unplaced += 1 }
        return differs
    }

    /// Notes a FIN or RST.
    ///
    /// - Parameter acknowledged: how far its sender has acknowledged the other direction; nil where nobody will ask.
    mutating func noteEnd(_ segment: inout Segment, _ packet: PacketReference, acknowledged: Int?) {
        if stream.fin == nil, stream.reset == nil { stream.acknowledgedAtEnd = acknowledged }
        if segment.flags.contains(.fin), stream.fin == nil {
            stream.fin = packet
            finOffset = offset(of: segment.sequence) + segment.payloadLength
        }
        if segment.flags.contains(.rst), stream.reset == nil {
            stream.reset = packet
            if acknowledged != nil { stream.resetOffset = offset(of: segment.sequence) }
        }
    }

    /// The stream, its holes named.
    func finish(keep: Bool, padding: inout Int) -> ByteStream {
        var stream = stream
        stream.finish(end: end, finOffset: finOffset)
        var end = stream.length
        guard keep else {
            if end > self.end { stream.gaps.append(self.end..<end) }
            return stream
        }
        guard end > 0 else { return stream }
        let missing = end - stream.bytes.count
        if missing > 0, missing <= padding, missing <= Self.maximumHoleBytes {
            stream.pad(missing)
            padding -= missing
        }
        end = min(end, stream.bytes.count)
        var covered = 0
        for chunk in stream.chunks {
            if chunk.offset > covered { stream.gaps.append(covered..<chunk.offset) }
            covered = chunk.offset + chunk.length
        }
        if covered < end { stream.gaps.append(covered..<end) }
        return stream
    }
}

extension ByteStream {
    /// Sets the length of a stream whose segments reached `end`, and whose first FIN stands at `finOffset`.
    @inline(__always)
    mutating func finish(end: Int, finOffset: Int?) {
        length = end
        guard let finOffset else { return }
        if finOffset - end <= StreamBuilder.maximumHoleBytes { length = max(end, finOffset) }
        // The acknowledgement of a FIN counts one more than the bytes.
        if acknowledged == finOffset + 1 { acknowledged = finOffset }
    }
}
