import Capture
import Wire

/// One direction of a flow, cut into messages.
struct StreamReading {
    var messages: [Message] = []
    var partial: Message?
    var malformed: Malformation?
    var missing = 0

    /// So many bytes are read before their memory is given back: of a long stream there would be two copies.
    private static let givenBackAtOnce = 8 << 20

    /// Reads up to the stream's end, its first gap, or the first bytes that are no message.
    ///
    /// - Parameters:
    ///   - stream: its bytes go as they are read, if nobody else holds them.
    ///   - asked: Of a server's stream, the requests, where the codec frames replies by them.
    ///   - first: The packet of the first of these where replies before it answer requests from before the capture.
    /// - Complexity: O(bytes + chunks).
    init(
        _ stream: consuming ByteStream, from role: Role, codec: any WireCodec, fallback: Timestamp,
        to asked: [Message] = [], after first: Int? = nil
    ) {
        for gap in stream.gaps { missing += gap.count }
        let end = min(stream.bytes.count, max(0, stream.gaps.first?.lowerBound ?? stream.bytes.count))
        var locator = PacketLocator(chunks: stream.chunks, fallback: fallback)
        var offset = 0
        messages.reserveCapacity(min(stream.chunks.count, 64))
        var next = 0
        var kept = 0
        while offset < end {
            if offset - kept >= Self.givenBackAtOnce {
                stream.giveBack(upTo: offset)
                kept = offset
            }
            var request: Message?
            if !asked.isEmpty {
                let isEarlier = next == 0 && first.map { locator.packet(at: offset).number <= $0 } ?? false
                // A reply beyond the last request is one more to that.
                request = isEarlier ? nil : asked[min(next, asked.count - 1)]
                if !isEarlier { next += 1 }
            }
            switch Self.frame(stream.bytes.span.extracting(offset..<end), role, codec, request) {
            case .message(let length) where (1...(end - offset)).contains(length):
                messages.append(message(stream, offset..<offset + length, role, codec, &locator))
                offset += length
            case .message(let length):
                malformed = malformation(
                    stream, offset..<end, at: 0, "the codec framed \(length) of \(end - offset) bytes", &locator)
                return
            case .incomplete:
                let rest = message(stream, offset..<end, role, codec, &locator)
                let isWhole = end == stream.bytes.count && stream.fin != nil && stream.reset == nil && role == .server
                if isWhole, Self.endsWithStream(rest, codec, request) { messages.append(rest) } else { partial = rest }
                return
            case .malformed(let at, let reason):
                malformed = malformation(stream, offset..<end, at: at, reason, &locator)
                return
            }
        }
    }

    private func message(
        _ stream: ByteStream, _ range: Range<Int>, _ role: Role, _ codec: any WireCodec, _ locator: inout PacketLocator
    ) -> Message {
        let preamble = role == .server ? codec.preamble(stream.bytes.span.extracting(range)) : 0
        return locator.message(stream.bytes, range, preamble: preamble)
    }

    private static func frame(
        _ bytes: Span<UInt8>, _ role: Role, _ codec: any WireCodec, _ request: Message?
    ) -> Framing {
        guard role == .server else { return codec.frame(bytes, from: role) }
        guard let request else { return codec.frameReply(bytes, to: nil) }
        return codec.frameReply(bytes, to: request.bytes.span)
    }

    private static func endsWithStream(_ rest: Message, _ codec: any WireCodec, _ request: Message?) -> Bool {
        guard let request else { return codec.endsWithStream(rest.bytes.span, to: nil) }
        return codec.endsWithStream(rest.bytes.span, to: request.bytes.span)
    }

    private func malformation(
        _ stream: ByteStream, _ range: Range<Int>, at: Int, _ reason: String, _ locator: inout PacketLocator
    ) -> Malformation {
        let rest = range.lowerBound..<min(range.upperBound, range.lowerBound + Malformation.maximumRestBytes)
        let offending = min(max(range.lowerBound, range.lowerBound + at), range.upperBound - 1)
        return Malformation(
            offset: range.lowerBound, reason: reason, packet: stream.packet(at: offending),
            rest: Array(stream.bytes[rest]), unread: range.count)
    }
}

/// Finds the packets of ascending ranges in one pass over the chunks.
struct PacketLocator {
    let chunks: [ByteStream.Chunk]
    let fallback: Timestamp
    private var index = 0
    private var pool: MessagePool

    init(chunks: [ByteStream.Chunk], fallback: Timestamp) {
        self.chunks = chunks
        self.fallback = fallback
        pool = MessagePool(messages: chunks.count)
    }

    mutating func packet(at offset: Int) -> PacketReference {
        while index < chunks.count, chunks[index].offset + chunks[index].length <= offset { index += 1 }
        guard index < chunks.count else {
            return chunks.last?.packet ?? PacketReference(number: 0, time: fallback)
        }
        return chunks[index].packet
    }

    mutating func message(_ bytes: [UInt8], _ range: Range<Int>, preamble: Int = 0) -> Message {
        let first = packet(at: min(range.lowerBound + preamble, range.upperBound - 1))
        let acknowledged = index < chunks.count ? chunks[index].acknowledged : ByteStream.Chunk.unknownAcknowledgement
        let last = packet(at: range.upperBound - 1)
        return Message(
            bytes: pool.bytes(bytes, range), offset: range.lowerBound, first: first, last: last,
            acknowledged: acknowledged)
    }
}
