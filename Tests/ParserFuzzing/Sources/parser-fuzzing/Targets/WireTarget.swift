import Wire
import Protocols

/// Every protocol's framing, and the decoding of RESP and HTTP. The first byte chooses codec and role; the rest is a stream.
struct WireTarget: ParserTarget {
    let name = "wire"

    func run(_ input: [UInt8]) {
        guard let choice = input.first else { return }
        let codec = WireProtocols.all[Int(choice >> 1) % WireProtocols.all.count]
        let stream = Array(input.dropFirst())
        let role: Role = choice & 1 == 0 ? .client : .server
        let messages = Self.messages(stream, role, codec)
        requireEqual(
            Self.messagesInPieces(stream, role, codec, 1 + stream.count % 7), messages, "pieces give the same messages")
        for message in messages.prefix(Self.mostMessages) {
            Self.checkPrefixes(message, role, codec)
            if codec is RESPCodec { RESPProperties.check(message, role) }
            if codec is HTTPCodec { HTTPProperties.check(message, role) }
            if let tag = TaggedLineCodec.tag(of: message.span) {
                require(!message[tag].isEmpty && !message[tag].contains(0x20), "a tag is a word of its line")
            }
        }
        Self.checkMalformed(stream, role, codec)
        Self.checkEncoding(stream, codec)
    }

    /// Looking at more is slow, and tells nothing else.
    private static let mostMessages = 64

    private static func messages(_ stream: [UInt8], _ role: Role, _ codec: any WireCodec) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var offset = 0
        while case .message(let length) = codec.frame(stream.span.extracting(offset..<stream.count), from: role) {
            require((1...stream.count - offset).contains(length), "a message lies in its stream")
            messages.append(Array(stream[offset..<offset + length]))
            offset += length
        }
        return messages
    }

    /// As a reader of a socket does.
    private static func messagesInPieces(
        _ stream: [UInt8], _ role: Role, _ codec: any WireCodec, _ piece: Int
    ) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var offset = 0
        for end in stride(from: piece, to: stream.count + piece, by: piece) {
            let held = stream.span.extracting(0..<min(end, stream.count))
            while case .message(let length) = codec.frame(held.extracting(offset..<held.count), from: role) {
                messages.append(Array(stream[offset..<offset + length]))
                offset += length
            }
        }
        return messages
    }

    /// A message ends where it ends, whatever follows, and its beginnings are incomplete.
    private static func checkPrefixes(_ message: [UInt8], _ role: Role, _ codec: any WireCodec) {
        requireEqual(codec.frame(message.span, from: role), .message(length: message.count), "a message is a message")
        _ = codec.isAnswered(message.span)
        for end in stride(from: 0, to: message.count, by: 1 + message.count / 32) {
            let framing = codec.frame(message.span.extracting(0..<end), from: role)
            requireEqual(framing, .incomplete, "the first \(end) of \(message.count) bytes are incomplete")
        }
    }

    /// What is malformed stays so whatever follows, and says where.
    private static func checkMalformed(_ stream: [UInt8], _ role: Role, _ codec: any WireCodec) {
        guard case .malformed(let offset, let reason) = codec.frame(stream.span, from: role) else { return }
        require((0...stream.count).contains(offset) && !reason.isEmpty, "damage has its place and its reason")
        for tail in [[0x0A], [0x0D, 0x0A], [0x30]] as [[UInt8]] {
            let framing = codec.frame((stream + tail).span, from: role)
            requireEqual(framing, .malformed(offset: offset, reason: reason), "damage does not heal")
        }
    }

    /// What the codec writes is one request, unless the words hold what ends it.
    private static func checkEncoding(_ stream: [UInt8], _ codec: any WireCodec) {
        let words = stream.split(separator: 0x20).prefix(8).map(Array.init)
        guard !words.isEmpty, !stream.contains(0x0A), !stream.contains(0x0D) else { return }
        let request = codec.encodeRequest(words)
        requireEqual(
            codec.frame(request.span, from: .client), .message(length: request.count), "\(codec.name) frames its own")
    }

    func seeds() -> [[UInt8]] {
        let requests = [["SET", "k", "v"], ["GET", "k"], ["PING"]].map { $0.map { Array($0.utf8) } }
        let replies = "+OK\r\n:12\r\n$3\r\nabc\r\n$-1\r\n*2\r\n:-1\r\n*1\r\n$0\r\n\r\n-ERR no\r\n*-1\r\n"
        var seeds: [[UInt8]] = []
        for (index, codec) in WireProtocols.all.enumerated() {
            let stream = requests.flatMap(codec.encodeRequest)
            seeds.append([UInt8(2 * index)] + stream)
            seeds.append([UInt8(2 * index + 1)] + (codec is RESPCodec ? Array(replies.utf8) : stream))
            seeds.append([UInt8(2 * index)] + HTTPProperties.requests.utf8)
            seeds.append([UInt8(2 * index + 1)] + HTTPProperties.replies.utf8)
            seeds.append([UInt8(2 * index)] + "set a b\nPING \"x y\"\r\n\r\n*0\r\n".utf8)
            seeds.append([UInt8(2 * index)] + MemcachedText.requests.utf8)
            seeds.append([UInt8(2 * index + 1)] + MemcachedText.replies.utf8)
            seeds.append([UInt8(2 * index + 1)] + "RSP 17 3 abc\nREQ  9 2 xy\nHTTP/1.1 200 OK\r\n\r\n".utf8)
        }
        return seeds
    }
}

/// What memcached's clients and servers say.
enum MemcachedText {
    static let requests =
        "get a b\r\nset a 7 0 3 noreply\r\nabc\r\ncas a 0 0 2 17\r\n\r\n\r\nms a 1 F3 O9 q\r\nx\r\nmg a v f k\r\nmn\r\n"
        + "gat 0 a\r\nset a 0 0 -1\r\nincr a 18446744073709551615\r\nadd a 0 0 2\r\nabcd\r\n"
    static let replies =
        "VALUE a 7 3\r\nabc\r\nVALUE b 0 5 17\r\nEND\r\n\r\nEND\r\nSTORED\r\nVA 1 f3 O9\r\nx\r\nHD O9\r\nEN\r\n"
        + "STAT pid 1\r\nEND\r\nCLIENT_ERROR bad data chunk\r\nERROR\r\n18446744073709551615\r\nMN\r\n"
}

/// What must hold of HTTP messages.
enum HTTPProperties {
    static let requests =
        "PUT /a HTTP/1.1\r\nHost: b\r\nContent-Length: 3, 3\r\nExpect: 100-continue\r\n\r\nabc\r\nHEAD /a HTTP/1.0\r\n"
        + "Range: bytes=0-9\r\nIf-None-Match: \"x\"\r\nConnection: a, close\r\n\r\nPOST * HTTP/1.1\r\nTransfer-Encoding: "
        + "gzip, chunked\r\n\r\n4;x=\"y\"\r\nWiki\r\n0\r\nTrailer: z\r\n\r\n"
    static let replies =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 206 Part\r\nContent-Range: bytes 0-2/9\r\nContent-Length: 3\r\n\r\nabc"
        + "HTTP/1.1 204 None\r\nVary: *\r\n\r\nHTTP/1.0 200 OK\nTransfer-Encoding: chunked\n\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nContent-Type: multipart/byteranges\r\n\r\nto the end"

    /// A framed message has a head, and its body lies in it; a reply to HEAD ends with its head.
    static func check(_ message: [UInt8], _ role: Role) {
        guard let head = HTTPHead(message.span, from: role) else { fatalError("property: a framed message has a head") }
        require((1...message.count).contains(head.end), "a head lies in its message")
        let (bytes, range) = head.body(in: message)
        require(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a body lies in its bytes")
        require(range.count <= message.count - head.end, "a body is no longer than its frame")
        guard role == .server else { return }
        let question = Array("HEAD / HTTP/1.1\r\n\r\n".utf8)
        requireEqual(
            HTTPCodec().frameReply(message.span, to: question.span), .message(length: head.end), "HEAD gets no body")
    }
}

/// What must hold of RESP messages.
enum RESPProperties {
    static func check(_ message: [UInt8], _ role: Role) {
        if role == .server { checkReply(message) } else { checkRequest(message) }
    }

    /// A reply's value, its head, and what writing it gives.
    private static func checkReply(_ message: [UInt8]) {
        guard let value = RESPValue(message.span) else { fatalError("property: a framed reply has a value") }
        var written: [UInt8] = []
        value.append(to: &written)
        requireEqual(RESPCodec().frame(written.span, from: .server), .message(length: written.count), "it is one reply")
        requireEqual(RESPValue(written.span), value, "what is written is read again")
        guard let head = RESPHead(message.span) else { fatalError("property: a framed reply has a head") }
        switch (value, head.kind) {
        case (.simple(let body), .simple), (.error(let body), .error), (.bulk(let body), .bulk):
            requireEqual(Array(message[head.body]), body, "the head says where the body lies")
        case (.integer(let number), .integer): requireEqual(head.number, number, "the head says the number")
        case (.array(let elements), .array): requireEqual(Int(head.number), elements.count, "the head says the count")
        case (.null, .null): break
        default: fatalError("property: value and head are of one kind")
        }
    }

    /// Words copied and words as ranges.
    private static func checkRequest(_ message: [UInt8]) {
        let words = RESPValue.requestWords(message.span)
        var ranges: [Range<Int>] = []
        if RESPValue.appendWordRanges(of: message.span, to: &ranges) {
            requireEqual(ranges.map { Array(message[$0]) }, words ?? [[0]], "ranges and copies are the same words")
        } else {
            require(ranges.isEmpty, "nothing is appended in vain")
        }
        guard let words, !words.isEmpty else { return }
        let again = RESPCodec().encodeRequest(words)
        requireEqual(RESPValue.requestWords(again.span), words, "words written are words read")
        requireEqual(RESPCodec().isAnswered(message.span), true, "a request with words is answered")
    }
}
