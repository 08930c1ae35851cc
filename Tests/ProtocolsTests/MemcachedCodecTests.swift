import Protocols
import Testing
import Wire

/// Goal: memcached's messages end where its doc/protocol.txt says. Method: examples, cut everywhere; numbers of any size.
@Suite("The framing of memcached's protocol")
struct MemcachedCodecTests {
    private let codec = MemcachedCodec()

    private func frame(_ text: String, _ role: Role) -> Framing {
        let bytes = Array(text.utf8)
        return codec.frame(bytes.span, from: role)
    }

    @Test(
        "whole messages, and none of their beginnings",
        arguments: [
            ("get a\r\n", Role.client), ("get a b c\r\n", .client), ("get a\n", .client),
            ("set a 0 0 5\r\nhello\r\n", .client), ("set a 0 0 4 noreply\r\n\r\n\r\n\r\n", .client),
            ("cas a 0 0 5 17\r\nhello\r\n", .client), ("ms a 2 T0 F3\r\nab\r\n", .client), ("mg a v\r\n", .client),
            ("append a 0 0 0\r\n\r\n", .client), ("incr a 1\r\n", .client), ("quit\r\n", .client), ("\r\n", .client),
            // What memcached refuses without reading a value.
            ("set a 0 0 -1\r\n", .client), ("set a 0 0\r\n", .client), ("set a 0 0 five\r\n", .client),
            ("set \(String(repeating: "k", count: 251)) 0 0 5\r\n", .client), ("ms a S2\r\n", .client),
            ("END\r\n", .server), ("VALUE a 0 5\r\nhello\r\nEND\r\n", .server),
            ("VALUE a 0 5\r\nEND\r\n\r\nVALUE b 7 0 18\r\n\r\nEND\r\n", .server), ("STORED\r\n", .server),
            ("VA 5 f0\r\nhello\r\n", .server), ("HD O12\r\n", .server), ("17\r\n", .server),
            ("STAT pid 1\r\nSTAT uptime 2\r\nEND\r\n", .server), ("CLIENT_ERROR bad data chunk\r\n", .server),
            ("VALUE a 0 1\r\nx\r\nSERVER_ERROR out of memory writing get response\r\n", .server), ("MN\r\n", .server),
        ])
    func whole(_ text: String, _ role: Role) {
        #expect(frame(text, role) == .message(length: text.utf8.count))
        #expect(frame(text + "next", role) == .message(length: text.utf8.count))
        for length in 0..<text.utf8.count {
            let part = frame(String(decoding: Array(text.utf8).prefix(length), as: UTF8.self), role)
            #expect(part == .incomplete, "\(length) of \(text)")
        }
    }

    @Test("a value is as long as announced, whatever stands behind it")
    func badChunk() {
        #expect(frame("set a 0 0 3\r\nhello\r\n", .client) == .message(length: 13 + 5))
    }

    @Test("what is no message is said to be none")
    func malformed() {
        let cases: [(String, Role)] = [
            ("set a 0 0 99999999999999999999999999\r\n", .client), (String(repeating: "a", count: 2 << 20), .client),
            ("STORED\n", .server), ("VALUE a 0 5\r\nhello!!END\r\n", .server), ("VALUE a 0\r\n", .server),
            ("VALUE a 0 x\r\n", .server), ("VALUE a 0 1\r\nx\r\nSTORED\r\n", .server), ("VA\r\n", .server),
            ("VALUE a 0 99999999999999999999999999\r\n", .server),
        ]
        for (text, role) in cases {
            guard case .malformed = frame(text, role) else {
                Issue.record("\(text.prefix(40)): \(frame(text, role))")
                continue
            }
        }
    }

    @Test("requests are written as words; the length of a value is counted")
    func encode() {
        let words = { (text: String) in text.split(separator: " ").map { Array($0.utf8) } }
        #expect(codec.encodeRequest(words("set a 7 0 hello")) == Array("set a 7 0 5\r\nhello\r\n".utf8))
        #expect(
            codec.encodeRequest(words("add a 0 0 hello noreply")) == Array("add a 0 0 5 noreply\r\nhello\r\n".utf8))
        #expect(codec.encodeRequest(words("cas a 0 0 hello 17")) == Array("cas a 0 0 5 17\r\nhello\r\n".utf8))
        #expect(codec.encodeRequest(words("ms a hello T0 O1")) == Array("ms a 5 T0 O1\r\nhello\r\n".utf8))
        #expect(codec.encodeRequest(words("incr a 1")) == Array("incr a 1\r\n".utf8))
    }

    @Test("what asks for no reply, or for none in the ordinary case, is not answered")
    func silent() {
        let isAnswered = { (text: String) in
            let bytes = Array(text.utf8)
            return codec.isAnswered(bytes.span)
        }
        for text in ["set a 0 0 1 noreply\r\nx\r\n", "delete a noreply\r\n", "quit\r\n", "mg a v q\r\n"] {
            #expect(!isAnswered(text), "\(text)")
        }
        for text in [
            "set a 0 0 7\r\nnoreply\r\n", "get noreply\r\n", "mg q v\r\n", "ms a 1\r\nq\r\n", "mn\r\n", "\r\n",
        ] {
            #expect(isAnswered(text), "\(text)")
        }
    }
}
