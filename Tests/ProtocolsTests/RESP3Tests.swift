import Protocols
import Testing
import Wire

/// Goal: the types that RESP3 adds are framed and read, and what is none of them is refused. Method: each type by the
/// examples of the specification, cut at every byte; values that come close.
@Suite("Types of RESP3")
struct RESP3Tests {
    static let values = [
        "_\r\n", "#t\r\n", "#f\r\n", ",3.25\r\n", ",-1e7\r\n", ",inf\r\n", ",nan\r\n",
        "(3492890328409238509324850943\r\n",
        "!21\r\nSYNTAX invalid syntax\r\n", "=15\r\ntxt:Some string\r\n", "%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n",
        "~3\r\n+a\r\n+b\r\n_\r\n", ">2\r\n+message\r\n+text\r\n", "|1\r\n+ttl\r\n:3\r\n$1\r\nx\r\n",
        "*2\r\n%1\r\n$1\r\na\r\n~0\r\n#t\r\n",
    ]

    @Test("each is one message, and not whole before its last byte", arguments: values)
    func framed(text: String) {
        let bytes = Array(text.utf8)
        let codec = RESPCodec()
        let whole = codec.frame(bytes.span, from: .server)
        #expect(whole == .message(length: bytes.count))
        for cut in 0..<bytes.count {
            let framing = codec.frame(bytes.span.extracting(..<cut), from: .server)
            #expect(framing == .incomplete)
        }
        let (value, head) = (RESPValue(bytes.span), RESPHead(bytes.span))
        #expect(value != nil && head != nil)
    }

    @Test(
        "what comes close is none",
        arguments: [
            "_x\r\n", "#x\r\n", ",\r\n", ",1.5x\r\n", "(1.5\r\n", "(-\r\n", "=-1\r\n", "?1\r\n", "%-1\r\n", "~-1\r\n",
            "|-1\r\n:1\r\n",
        ])
    func refused(text: String) {
        let bytes = Array(text.utf8)
        if case .malformed = RESPCodec().frame(bytes.span, from: .server) { return }
        Issue.record("\(text) is taken for a value")
    }

    @Test("they read as what they come to")
    func read() {
        let value = { (text: String) in
            let bytes = Array(text.utf8)
            return RESPValue(bytes.span)
        }
        #expect(value("_\r\n") == .null)
        #expect(value("#t\r\n") == .integer(1))
        #expect(value(",3.25\r\n") == .bulk(Array("3.25".utf8)))
        #expect(value("=7\r\ntxt:abc\r\n") == .bulk(Array("abc".utf8)))
        #expect(value("!3\r\nERR\r\n") == .error(Array("ERR".utf8)))
        #expect(value("%1\r\n+a\r\n:1\r\n") == .array([.simple(Array("a".utf8)), .integer(1)]))
        #expect(value("|1\r\n+ttl\r\n:3\r\n:9\r\n") == .integer(9))
        let bytes = Array("|1\r\n+ttl\r\n:3\r\n$3\r\nabc\r\n".utf8)
        let head = RESPHead(bytes.span)
        #expect(head?.kind == .bulk && head?.body == 18..<21)
    }

    @Test("an error with line ends is written so that it is read again")
    func errors() {
        var bytes: [UInt8] = []
        RESPValue.error(Array("a\r\nb".utf8)).append(to: &bytes)
        let value = RESPValue(bytes.span)
        #expect(value == .error(Array("a\r\nb".utf8)))
    }

    @Test("attributes of attributes end, however many there are")
    func nested() {
        let bytes = Array(String(repeating: "|0\r\n", count: 1 << 20).utf8)
        if case .message = RESPCodec().frame(bytes.span, from: .server) { Issue.record("framed") }
        let head = RESPHead(bytes.span)
        #expect(head == nil)
    }

    @Test("a push answers nobody, but for that of a subscription")
    func pushed() {
        let subscribe = RESPCodec().encodeRequest([Array("SUBSCRIBE".utf8), Array("c".utf8)])
        let place = { (text: String) in
            let bytes = Array(text.utf8)
            var pairing = RESPCodec().pairing()
            return pairing?.place(of: bytes.span, after: subscribe.span)
        }
        #expect(place(">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n") == .unsolicited)
        #expect(place(">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n") == .unsolicited)
        #expect(place(">3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n") == .reply(more: 0))
        #expect(place("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n") == .unsolicited)
    }
}
