import Testing
import Wire
import Protocols

/// Goal: the views that copy nothing say the same as full decoding. Method: a list of messages, and every prefix of each, plus
/// a few thousand random short byte strings from a fixed seed.
@Suite("RESP without copying")
struct RESPViewTests {
    static let replies = [
        "+OK\r\n", "-ERR no\r\n", ":42\r\n", ":-7\r\n", "$3\r\nabc\r\n", "$0\r\n\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n",
        "*2\r\n:1\r\n$1\r\na\r\n", ":x\r\n", "$3\r\nabcd\r\n", "?\r\n", "\r\n",
    ]

    @Test("heads agree with values") func heads() {
        for text in Self.replies {
            let bytes = Array(text.utf8)
            let head = RESPHead(bytes.span)
            switch RESPValue(bytes.span) {
            case .simple(let body): #expect(head?.kind == .simple && Array(bytes[head!.body]) == body)
            case .error(let body): #expect(head?.kind == .error && Array(bytes[head!.body]) == body)
            case .integer(let value): #expect(head?.kind == .integer && head?.number == value)
            case .bulk(let body): #expect(head?.kind == .bulk && Array(bytes[head!.body]) == body)
            case .null: #expect(head?.kind == .null)
            case .array(let elements): #expect(head?.kind == .array && head?.number == Int64(elements.count))
            case nil: #expect(head == nil, "\(text)")
            }
        }
    }

    @Test("word ranges agree with words, and random bytes trap nothing") func words() {
        var generator = SystemSeed(state: 7)
        let alphabet = Array("*$123-\r\n ab\"".utf8)
        var inputs = [
            "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", "GET  k\r\n", "*0\r\n", "\r\n", "*1\r\n:1\r\n", "*1\r\n$-1\r\n",
        ].map { Array($0.utf8) }
        for _ in 0..<5000 {
            inputs.append(
                (0..<Int.random(in: 0...24, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! })
        }
        for bytes in inputs {
            var ranges: [Range<Int>] = [0..<0]
            let isRead = RESPValue.appendWordRanges(of: bytes.span, to: &ranges)
            #expect(ranges.first == 0..<0)
            let words = RESPValue.requestWords(bytes.span)
            if isRead {
                #expect(ranges.dropFirst().map { Array(bytes[$0]) } == words)
            } else {
                #expect(ranges.count == 1)
                #expect(words == nil || bytes.contains(UInt8(ascii: "\"")))
            }
            _ = RESPHead(bytes.span)
            for role in [Role.client, .server] { _ = RESPCodec().frame(bytes.span, from: role) }
        }
    }

    @Test("only blank requests are silent") func silent() {
        let codec = RESPCodec()
        for text in ["\r\n", "\n", "  \r\n", "*0\r\n", "*-1\r\n"] {
            let isAnswered = codec.isAnswered(Array(text.utf8).span)
            #expect(!isAnswered)
        }
        for text in ["PING\r\n", "*1\r\n$4\r\nPING\r\n", " x\r\n"] {
            let isAnswered = codec.isAnswered(Array(text.utf8).span)
            #expect(isAnswered)
        }
    }
}

/// A small generator with a fixed seed.
struct SystemSeed: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
