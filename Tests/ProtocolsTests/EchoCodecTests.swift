import Testing
import Wire
import Protocols

/// Goal: the two echo protocols frame what they write, at every split, and refuse what is too long. Method: messages cut at
/// every byte, inputs just at and over the limits, random bytes from a fixed seed, and the table of protocols.
@Suite("Echo framing")
struct EchoCodecTests {
    static let codecs: [any WireCodec] = [EchoLineCodec(), EchoLengthCodec()]

    @Test("a message ends at its last byte", arguments: codecs.indices)
    func splits(index: Int) {
        let codec = Self.codecs[index]
        for words in [[], [[]], [Array("a b".utf8)], [Array("a".utf8), Array("bc".utf8)]] as [[[UInt8]]] {
            let bytes = codec.encodeRequest(words)
            for role in [Role.client, .server] {
                for length in 0..<bytes.count {
                    let framing = codec.frame(Array(bytes[..<length]).span, from: role)
                    #expect(framing == .incomplete)
                }
                let framing = codec.frame((bytes + bytes).span, from: role)
                #expect(framing == .message(length: bytes.count))
            }
        }
    }

    @Test("words are joined by a space")
    func encoding() {
        let words = [Array("a".utf8), Array("bc".utf8)]
        #expect(EchoLineCodec().encodeRequest(words) == Array("a bc\n".utf8))
        #expect(EchoLengthCodec().encodeRequest(words) == [0, 0, 0, 4] + Array("a bc".utf8))
        #expect(EchoLengthCodec().encodeRequest([[UInt8](repeating: 1, count: 258)]).prefix(4) == [0, 0, 1, 2])
    }

    @Test("lengths over the limit are malformed")
    func lengthLimit() {
        let codec = EchoLengthCodec()
        let limit = codec.frame([1, 0, 0, 0].span, from: .client)
        #expect(limit == .incomplete)
        let over = codec.frame([1, 0, 0, 1].span, from: .client)
        #expect(over == .malformed(offset: 0, reason: "length 16777217 is over 16777216"))
        let most = codec.frame([255, 255, 255, 255].span, from: .server)
        #expect(most == .malformed(offset: 0, reason: "length 4294967295 is over 16777216"))
    }

    @Test("a line that does not end is malformed at the limit")
    func lineLimit() {
        let limit = Lines.maximumBytes
        let open = [UInt8](repeating: 0x61, count: limit)
        let below = EchoLineCodec().frame(open.span.extracting(0..<limit - 1), from: .client)
        #expect(below == .incomplete)
        let over = EchoLineCodec().frame(open.span, from: .client)
        #expect(over == .malformed(offset: limit, reason: "no line feed in \(limit) bytes"))
    }

    @Test("random bytes trap nothing, and no message is longer than they are", arguments: codecs.indices)
    func random(index: Int) {
        var generator = SystemSeed(state: 14)
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                UInt8.random(in: 0...12, using: &generator)
            }
            if case .message(let length) = Self.codecs[index].frame(bytes.span, from: .client) {
                #expect((1...bytes.count).contains(length))
            }
        }
    }

    @Test("every protocol is found by its name")
    func names() {
        #expect(WireProtocols.names.hasPrefix("echo, echo-length, tagged, resp, http"))
        for codec in WireProtocols.all { #expect(WireProtocols.named(codec.name)?.name == codec.name) }
        #expect(WireProtocols.named("gopher") == nil)
        #expect(WireProtocols.all.filter(\.hasSharedState).map(\.name).starts(with: ["resp", "http"]))
    }
}
