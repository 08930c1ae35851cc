import Wire

/// Where a reply lost bytes.
struct Cut {
    /// How many bytes of the reply came before the hole.
    var offset: Int
    /// How many bytes are missing, if that can be told.
    var missing: Int?
}

extension Dialogue {
    /// A stream is put together for this analysis up to this length.
    static let maximumRawBytes = 64 << 20
    /// The next reply may begin like the missing bytes; so many bytes before the first difference are tried.
    static let maximumBacktrack = 40
    /// So many bytes tell the beginning of one reply from that of another.
    static let tellingBytes = 40
    /// The next reply to show up after a hole is at most so many requests further.
    static let maximumHole = 256
    /// At most so many places are tried as the beginning of the next reply.
    static let maximumResyncs = 1 << 14
    /// At most so many places are tried as the one where a reply goes on after a hole.
    static let maximumMatches = 64

    /// The reply stream from this reply on, as bytes.
    func rawReplies(from reply: Int) -> [UInt8] {
        var raw: [UInt8] = []
        for index in reply..<max(reply, replies.count) where raw.count < Self.maximumRawBytes {
            raw += replies[index].bytes
        }
        if raw.count < Self.maximumRawBytes {
            raw += conversation.partialReply?.bytes ?? conversation.malformedReply?.rest ?? []
        }
        return raw
    }

    /// Finds out whether `raw` begins with a piece of the reply to `request` and goes on with later replies, or with a
    /// later piece of the same reply.
    func cut(_ request: Int, _ raw: [UInt8]) -> Cut? {
        var resumption = Resumption(of: self, at: request + 1, raw)
        for expected in meaning.expectedReplies(request, like: raw, self) {
            let common = commonPrefix(raw, expected)
            guard common > 0, common < expected.count, common < raw.count else { continue }
            for back in 0..<min(common, Self.maximumBacktrack) where resumption.isPossible(at: common - back) {
                return Cut(offset: common - back, missing: expected.count - common + back)
            }
            if let skipped = skip(raw, expected, common) { return Cut(offset: common, missing: skipped) }
        }
        return cutByResync(request, raw)
    }

    /// How many bytes of `expected` are missing at `offset` if `raw` goes on with a later part of it.
    private func skip(_ raw: [UInt8], _ expected: [UInt8], _ offset: Int) -> Int? {
        let probe = raw[offset..<min(raw.count, offset + 24)]
        guard probe.count >= 4 else { return nil }
        var at = offset + 1
        var matches = 0
        // A repetitive value matches in many places, and any of them may be the one.
        while at + probe.count <= expected.count, matches < Self.maximumMatches {
            if expected[at] == probe.first!, expected[at..<at + probe.count] == probe {
                matches += 1
                let rest = min(expected.count - at, raw.count - offset)
                if expected[at..<at + rest] == raw[offset..<offset + rest] { return at - offset }
            }
            at += 1
        }
        return nil
    }

    /// Without knowing the value: the bulk string announces more than comes before the rest of the stream reads as
    /// exactly the replies to all later requests.
    private func cutByResync(_ request: Int, _ raw: [UInt8]) -> Cut? {
        guard request + 1 < count, raw.count < Malformation.maximumRestBytes,
            conversation.partialReply != nil || conversation.malformedReply != nil,
            let (start, length) = meaning.announcedBody(request, raw, self)
        else { return nil }
        var tries = 0
        for at in start..<max(start, raw.count) where meaning.mayBeginReply(raw, at: at) {
            tries += 1
            if tries > Self.maximumResyncs { return nil }
            if readsAsReplies(raw, at, to: request + 1) { return Cut(offset: at, missing: length - (at - start)) }
        }
        return nil
    }

    private func readsAsReplies(_ raw: [UInt8], _ start: Int, to request: Int) -> Bool {
        var offset = start
        for index in request..<count {
            guard
                case .message(let length) = reading.evidence.codec.frameReply(
                    raw.span.extracting(offset..<raw.count), to: self.request(index).bytes.span),
                length <= raw.count - offset
            else { return false }
            let message = Message(
                bytes: Array(raw[offset..<offset + length]), offset: 0, first: lastPacket, last: lastPacket)
            let head = meaning.head(of: message)
            guard head != nil, meaning.showsPlace(head),
                meaning.fitsShape(call(index), self.request(index), head, message, reading)
            else { return false }
            offset += length
        }
        return offset == raw.count
    }

    func commonPrefix(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var length = 0
        let limit = min(left.count, right.count)
        while length < limit, left[length] == right[length] { length += 1 }
        return length
    }
}
