/// One direction of a flow while its packets come in: places each payload byte by its sequence number, the first copy
/// winning, in any order.
///
/// Bytes are written straight to their place, so segments that arrive early need no second buffer; the room they may
/// skip is bounded.
struct StreamBuilder {
    /// The farthest that a segment may lie beyond all bytes so far. The largest TCP window is 1 GiB, but none that a
    /// kernel grants by default is over 64 MiB; a segment farther out is not of this stream, or the capture lost so much
    /// that the stream is of no use.
    static let maximumHoleBytes = 64 << 20
    /// The most later chunks that a segment filling a hole may have behind it; a hole older than that stays.
    static let maximumChunksBehindHole = 16_384

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

    /// The sequence number of offset 0.
    var baseSequence: UInt32 = 0
    var base = Base.unknown
    /// The highest offset that a captured segment reached, whether or not its bytes were kept.
    var end = 0
    /// Where the first FIN stands; nil without one.
    var finOffset: Int?
    /// Segments that lay too far out to be placed.
    var unplaced = 0
    var stream = ByteStream()

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

    /// Places a segment's payload.
    mutating func place(_ segment: borrowing Segment, _ packet: PacketReference, _ bytes: [UInt8], keep: Bool) {
        let length = segment.payloadLength
        stream.payloadBytes += length
        let start = offset(of: segment.flags.contains(.syn) ? segment.sequence &+ 1 : segment.sequence)
        // A keep-alive repeats the last byte, or says anything in its place (RFC 9293, section 3.8.4).
        if length == 1, start == end - 1 { return }
        guard start - end <= Self.maximumHoleBytes else {
            unplaced += 1
            return
        }
        end = max(end, start + length)
        guard keep else { return }
        let skipped = max(0, -start)
        let from = start + skipped
        let to = start + segment.capturedPayloadLength
        guard from < to else { return }
        let source = segment.payloadOffset + skipped
        if from >= stream.coveredEnd {
            stream.append(at: from, bytes[source..<source + (to - from)], packet)
        } else {
            unplaced += stream.fill(from..<to, bytes, source, packet) ? 0 : 1
        }
    }

    /// The stream, its holes named.
    func finish(keep: Bool) -> ByteStream {
        var stream = stream
        let end = max(end, finOffset ?? 0)
        // The acknowledgement of a FIN counts one more than the bytes.
        if let finOffset, stream.acknowledged == finOffset + 1 { stream.acknowledged = finOffset }
        guard keep, end > 0 else { return stream }
        if stream.bytes.count < end {
            stream.bytes.append(contentsOf: repeatElement(0, count: end - stream.bytes.count))
        }
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
    /// The end of the last chunk.
    @inline(__always)
    var coveredEnd: Int {
        chunks.last.map { $0.offset + $0.length } ?? 0
    }

    /// Adds payload at or beyond the end of all chunks.
    mutating func append(at offset: Int, _ payload: ArraySlice<UInt8>, _ packet: PacketReference) {
        if chunks.isEmpty {
            chunks.reserveCapacity(8)
            bytes.reserveCapacity(256)
        }
        if offset > bytes.count { bytes.append(contentsOf: repeatElement(0, count: offset - bytes.count)) }
        bytes.append(contentsOf: payload)
        chunks.append(Chunk(offset: offset, length: payload.count, packet: packet))
    }

    /// Writes payload into the holes of `range`; false when a hole had too many chunks behind it to be filled.
    mutating func fill(_ range: Range<Int>, _ payload: [UInt8], _ source: Int, _ packet: PacketReference) -> Bool {
        var index = firstChunk(endingAfter: range.lowerBound)
        var cursor = range.lowerBound
        while cursor < range.upperBound {
            if index == chunks.count {
                let from = source + cursor - range.lowerBound
                append(at: cursor, payload[from..<source + range.count], packet)
                return true
            }
            let chunk = chunks[index]
            if chunk.offset > cursor {
                guard chunks.count - index <= StreamBuilder.maximumChunksBehindHole else { return false }
                let stop = min(chunk.offset, range.upperBound)
                let from = source + cursor - range.lowerBound
                bytes.replaceSubrange(cursor..<stop, with: payload[from..<from + (stop - cursor)])
                chunks.insert(Chunk(offset: cursor, length: stop - cursor, packet: packet), at: index)
                index += 1
                cursor = stop
            } else {
                cursor = max(cursor, chunk.offset + chunk.length)
                index += 1
            }
        }
        return true
    }

    /// The index of the first chunk that ends after `offset`.
    func firstChunk(endingAfter offset: Int) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].offset + chunks[middle].length <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
