import Testing
import Wire
import Protocols

/// Goal: HTTP/1.1 framing finds exactly the end of a message, says where a stream stops being HTTP, and keeps its limits.
/// Method: messages of every kind cut at every byte, a table of malformed ones, each limit from both sides, and random
/// changes to good messages from a fixed seed.
@Suite("HTTP framing and heads")
struct HTTPCodecTests {
    let codec = HTTPCodec()

    func frame(_ bytes: [UInt8], _ role: Role) -> Framing { codec.frame(bytes.span, from: role) }

    func head(_ bytes: [UInt8], _ role: Role) -> HTTPHead? { HTTPHead(bytes.span, from: role) }

    func request(_ text: String) -> Framing { frame(Array(text.utf8), .client) }

    func reply(_ text: String, to request: String? = nil) -> Framing {
        guard let request else { return codec.frameReply(Array(text.utf8).span, to: nil) }
        return codec.frameReply(Array(text.utf8).span, to: Array(request.utf8).span)
    }

    static let requests = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET /a%20b?c=d HTTP/1.0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
        "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab\r\nc",
        "PUT /a HTTP/1.1\r\nHost: a\r\nCONTENT-length:\t5 , 5 \r\nContent-Length: 5\r\n\r\nabcde",
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n4\r\nWiki\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nExpires: never\r\nX:\r\n\r\n",
        "M-SEARCH * HTTP/1.1\r\n\r\n",
    ]

    @Test("a request is a message at its last byte and not before, whatever follows", arguments: requests)
    func requestSplits(text: String) {
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count {
            #expect(frame(Array(bytes[..<length]), .client) == .incomplete, "\(length) bytes")
        }
        for tail in ["", "GET /", "\r", "\u{0}"] {
            #expect(frame(bytes + Array(tail.utf8), .client) == .message(length: bytes.count))
        }
    }

    static let replies: [(String, String?)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", nil),
        ("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", nil),
        ("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", nil),
        ("HTTP/1.1 200 OK\nContent-Length: 3\n\nabc", nil),
        ("HTTP/1.1 204 No Content\r\n\r\n", nil),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", nil),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\nx",
            nil
        ),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", nil),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n00\r\n\r\n", nil),
        ("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n", "HEAD / HTTP/1.1\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "\r\nHEAD / HTTP/1.1\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\n\r\n"),
        ("HTTP/1.1 407 No\r\nContent-Length: 1\r\n\r\nx", "CONNECT a:1 HTTP/1.1\r\n\r\n"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "HEADER / HTTP/1.1\r\n\r\n"),
    ]

    @Test("a reply ends where its request and its head say", arguments: replies)
    func replySplits(text: String, question: String?) {
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count {
            let part = String(decoding: bytes[..<length], as: UTF8.self)
            #expect(reply(part, to: question) == .incomplete, "\(length) bytes")
        }
        for tail in ["", "HTTP/1.1 200 OK\r\n", "x"] {
            #expect(reply(text + tail, to: question) == .message(length: bytes.count))
        }
    }

    @Test("a reply with neither length nor chunks ends with the stream, and no other does")
    func endsWithStream() {
        let open = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
        #expect(reply(open) == .incomplete)
        let ends = { (text: String) in codec.endsWithStream(Array(text.utf8).span, to: nil) }
        #expect(ends(open))
        #expect(ends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nabc") == false)
        #expect(ends("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc"))
        #expect(!ends("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"))
        #expect(!ends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc"))
        #expect(!ends("HTTP/1.1 200 OK\r\nX: "))
        #expect(!ends("HTTP/1.1 204 OK\r\n\r\n"))
    }

    @Test("malformed requests are said with their place")
    func malformedRequests() {
        let table: [(String, Int)] = [
            ("GE(T / HTTP/1.1\r\n\r\n", 2), (" GET / HTTP/1.1\r\n\r\n", 0), ("GET  / HTTP/1.1\r\n\r\n", 3),
            ("GET / HTTP/2.0\r\n\r\n", 3), ("GET / HTTP/1.1 \r\n\r\n", 3), ("GET /\r\n\r\n", 3),
            ("GET / HTTP/1.1\n\n", 14),
            ("\rX", 1), ("GET / HTTP/1.1\r\rX", 15), ("GET / HTTP/1.1\r\n folded: 1\r\n\r\n", 16),
            ("GET / HTTP/1.1\r\nA: 1\r\n\tb\r\n\r\n", 22), ("GET / HTTP/1.1\r\nA : 1\r\n\r\n", 17),
            ("GET / HTTP/1.1\r\n: 1\r\n\r\n", 16), ("GET / HTTP/1.1\r\nA\r\n\r\n", 17),
            ("GET / HTTP/1.1\r\nA: \u{0}\r\n\r\n", 19),
            ("PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 51),
            ("PUT / HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\n", 35),
            ("PUT / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 32),
            ("PUT / HTTP/1.1\r\nContent-Length: 1x\r\n\r\n", 32),
            ("PUT / HTTP/1.1\r\nContent-Length:\r\n\r\n", 31),
            ("PUT / HTTP/1.1\r\nContent-Length: 9999999999999999999999\r\n\r\n", 32),
            ("PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 64),
            ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", 35),
            ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 63),
            ("PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 42),
            ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 46),
            ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", 52),
            ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc", 47),
            ("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffff\r\n", 56),
        ]
        for (text, offset) in table {
            guard case .malformed(let place, _) = request(text) else {
                Issue.record("\(text.debugDescription) is \(request(text))")
                continue
            }
            #expect(place == offset, "\(text.debugDescription)")
        }
    }

    @Test("malformed replies are found at their first wrong byte")
    func malformedReplies() {
        let table: [(String, Int)] = [
            ("X", 0), ("HTTP/2", 5), ("HTTP/1.1200 OK\r\n", 0), ("HTTP/1.1 99 OK\r\n", 0), ("HTTP/1.1 2000 OK\r\n", 0),
            ("HTTP/1.1 20x OK\r\n", 0), ("HTTP/1.1 099 OK\r\n", 0), ("tHTTP/1.1 200 OK\r\n\r\n", 0),
            ("HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na", 31),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n 2\r\n\r\na", 36),
            ("HTTP/1.1 200 OK\r\nContent-LengHTTP/1.1 200 OK\r\n\r\n", 17),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", 52),
        ]
        for (text, offset) in table {
            guard case .malformed(let place, _) = reply(text) else {
                Issue.record("\(text.debugDescription) is \(reply(text))")
                continue
            }
            #expect(place == offset, "\(text.debugDescription)")
        }
        #expect(reply("HTT") == .incomplete)
        let interim = String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: HTTPHead.maximumInterim + 1)
        #expect(reply(interim) != .incomplete)
    }

    @Test(
        "what servers send against the letter and clients understand is noted, and framed as clients do",
        arguments: [
            ("HTTP/1.1 200 OK\r\nServer : a\r\nContent-Length: 2\r\n\r\nok", HTTPOddity.spaceBeforeColon),
            ("HTTP/1.1 200 OK\r\nA: 1\r\n\t2\r\nContent-Length: 2\r\n\r\nok", .foldedField),
            ("HTTP/1.1 200 OK\r\nA B: 1\r\nContent-Length: 2\r\n\r\nok", .oddFieldName),
            ("HTTP/1.1 200 OK\r\n: 1\r\nContent-Length: 2\r\n\r\nok", .oddFieldName),
            ("HTTP/1.1 200 OK\r\nwelcome\r\nContent-Length: 2\r\n\r\nok", .lineWithoutColon),
            ("HTTP/1.1 200 OK\ncontent-length: 2\n\nok", .bareLF),
            ("HTTP/1.1 200 OK\r\nA: 1\r2\r\nContent-Length: 2\r\n\r\nok", .bareCR),
            ("\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", .emptyLine),
            ("http/1.1 200 ok\r\nContent-Length: 2\r\n\r\nok", .statusLine),
            ("HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok", .statusLine),
            ("HTTP/0.9 200\r\nContent-Length: 2\r\n\r\nok", .statusLine),
            ("HTTP/1.1 200OK\r\nContent-Length: 2\r\n\r\nok", .statusLine),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .lengthAndCoding),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                .codedTwice
            ),
        ])
    func oddities(text: String, oddity: HTTPOddity) {
        #expect(reply(text) == .message(length: text.utf8.count))
        #expect(HTTPHead(Array(text.utf8).span, from: .server)?.oddity == oddity)
    }

    @Test(
        "no oddities",
        arguments: [
            "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n000000000000002 ;a=b\r\nok\r\n0\r\nT: 1\r\n\r\n",
        ])
    func plain(text: String) {
        #expect(reply(text) == .message(length: text.utf8.count))
        let head = HTTPHead(Array(text.utf8).span, from: .server)
        #expect(head != nil && head?.oddity == nil)
    }

    @Test("heads, fields and methods keep to their limits")
    func limits() {
        let start = "GET / HTTP/1.1\r\n"
        let room = HTTPHead.maximumBytes - start.utf8.count - 4
        #expect(
            request(start + "A:" + String(repeating: "b", count: room - 2) + "\r\n\r\n")
                == .message(length: HTTPHead.maximumBytes))
        #expect(request(start + "A:" + String(repeating: "b", count: room + 3)) != .incomplete)
        let fields = String(repeating: "A:\r\n", count: HTTPHead.maximumFields)
        #expect(request(start + fields + "\r\n") == .message(length: start.utf8.count + fields.utf8.count + 2))
        #expect(request(start + fields + "A:\r\n") != .incomplete)
        #expect(request(String(repeating: "A", count: HTTPHead.maximumMethodBytes)) == .incomplete)
        #expect(request(String(repeating: "A", count: HTTPHead.maximumMethodBytes + 1)) != .incomplete)
        #expect(request("PUT / HTTP/1.1\r\nContent-Length: \(HTTPCodec.maximumBodyBytes)\r\n\r\n") == .incomplete)
        #expect(request("PUT / HTTP/1.1\r\nContent-Length: \(HTTPCodec.maximumBodyBytes + 1)\r\n\r\n") != .incomplete)
    }

    @Test("words become requests, and every request that is written is one")
    func encoding() throws {
        let text = { (words: String) in
            String(decoding: codec.encodeRequest(words.split(separator: " ").map { Array($0.utf8) }), as: UTF8.self)
        }
        #expect(text("GET a") == "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(text("HEAD /a bytes=0-9") == "HEAD /a HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-9\r\n\r\n")
        #expect(text("DELETE /a") == "DELETE /a HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(text("PUT /a b c") == "PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nb c")
        #expect(text("PUT /a") == "PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        for first in UInt8.min...UInt8.max {
            let bytes = codec.encodeRequest([[first], [first, 0x20, first], [first]])
            #expect(frame(bytes, .client) == .message(length: bytes.count))
        }
        #expect(frame(codec.encodeRequest([]), .client) != .incomplete)
    }

    @Test("a head tells what it says, and a body comes without its chunks")
    func heads() throws {
        let bytes = Array(
            ("HTTP/1.0 206 Partial\r\nConnection: x, Keep-Alive\r\nContent-Range: bytes 2-4/9\r\nvary: *\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;q\r\nc\r\n0\r\n\r\n").utf8)
        let head = try #require(self.head(bytes, .server))
        #expect(head.status == 206 && !head.closes)
        #expect(head.flags == [.isVersion10, .saysKeepAlive, .isVariant, .isChunked])
        #expect(String(decoding: bytes[head.contentRange], as: UTF8.self) == "bytes 2-4/9")
        let (body, range) = head.body(in: bytes)
        #expect(Array(body[range]) == Array("abc".utf8))
        let question = Array("GET /x HTTP/1.1\r\nConnection: close\r\nRange: bytes=1-\r\nIf-Match: a\r\n\r\n".utf8)
        let asked = try #require(self.head(question, .client))
        #expect(String(decoding: question[asked.method] + question[asked.target], as: UTF8.self) == "GET/x")
        #expect(asked.closes && asked.flags.contains(.isConditional) && asked.range.count == 8)
        #expect(self.head(Array(bytes[..<40]), .server) == nil)
    }

    @Test("no bytes trap, and what is said of a beginning stays true")
    func random() {
        var random = RandomBytes(seed: 11)
        let texts = Self.requests + Self.replies.map(\.0)
        for round in 0..<4000 {
            var bytes = Array(texts[round % texts.count].utf8)
            for _ in 0..<random.next(4) {
                let place = random.next(bytes.count)
                switch random.next(3) {
                case 0: bytes[place] = UInt8(random.next(256))
                case 1: bytes.remove(at: place)
                default: bytes.insert(contentsOf: Array("\r\n:0 ,;".utf8).prefix(random.next(7)), at: place)
                }
                if bytes.isEmpty { bytes = [0x0D] }
            }
            for role in [Role.client, .server] {
                let whole = codec.frame(bytes.span, from: role)
                var last = Framing.incomplete
                for length in 0...bytes.count {
                    let part = codec.frame(Array(bytes[..<length]).span, from: role)
                    #expect(last == .incomplete || part == last, "\(bytes) cut at \(length)")
                    last = part
                }
                #expect(last == whole)
                if let head = HTTPHead(bytes.span, from: role) { _ = head.body(in: bytes) }
            }
        }
    }
}

/// xorshift, so that a failure can be repeated.
private struct RandomBytes {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(limit))
    }
}
