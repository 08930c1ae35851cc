import Protocols
import Testing
import Wire

/// Goal: beanstalkd's messages end where its doc/protocol.txt says. Method: its examples, cut everywhere; numbers of any size.
@Suite("The framing of beanstalkd's protocol")
struct BeanstalkCodecTests {
    private let codec = BeanstalkCodec()

    private func frame(_ text: String, _ role: Role) -> Framing {
        let bytes = Array(text.utf8)
        return codec.frame(bytes.span, from: role)
    }

    @Test(
        "whole messages, and none of their beginnings",
        arguments: [
            ("put 0 0 60 5\r\nhello\r\n", Role.client), ("put 1 2 3 0\r\n\r\n", .client), ("reserve\r\n", .client),
            ("use default\r\n", .client), ("put 0 0 60 4\r\n\r\n\r\n\r\n", .client), ("INSERTED 17\r\n", .server),
            ("RESERVED 17 5\r\nhello\r\n", .server), ("FOUND 1 2\r\n\r\n\r\n", .server),
            ("OK 9\r\n---\na: 1\n\r\n", .server),
            ("TIMED_OUT\r\n", .server), ("put 0 0 60\r\n", .client), ("put 0 0 60 five\r\n", .client),
            ("OK\r\n", .server),
        ])
    func whole(_ text: String, _ role: Role) {
        #expect(frame(text, role) == .message(length: text.utf8.count))
        #expect(frame(text + "next", role) == .message(length: text.utf8.count))
        for length in 0..<text.utf8.count {
            #expect(frame(String(decoding: Array(text.utf8).prefix(length), as: UTF8.self), role) == .incomplete)
        }
    }

    @Test("what is no message is said to be none")
    func malformed() {
        let hugeBody = "put 0 0 60 99999999999999999999999999\r\n"
        for text in ["reserve\n", "\n", hugeBody, String(repeating: "a", count: 70_000)] {
            guard case .malformed = frame(text, .client) else {
                Issue.record("\(text.prefix(40)): \(frame(text, .client))")
                continue
            }
        }
    }

    @Test("requests are written as words; the length of a job is counted")
    func encode() {
        let words = { (text: String) in text.split(separator: " ").map { Array($0.utf8) } }
        #expect(codec.encodeRequest(words("put 0 0 60 hello")) == Array("put 0 0 60 5\r\nhello\r\n".utf8))
        #expect(codec.encodeRequest(words("peek 17")) == Array("peek 17\r\n".utf8))
        #expect(codec.isAnswered(Array("put 0 0 60 5\r\n".utf8).span) && !codec.isAnswered(Array("quit\r\n".utf8).span))
    }
}
