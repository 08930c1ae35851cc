import Testing
import Wire
import Protocols

/// Goal: RESP framing finds exactly the end of a message, says where a stream stops being RESP, and keeps its limits.
/// Method: one message of every kind cut at every byte, a table of malformed inputs with their offsets, inputs just at and
/// over each limit, and random bytes and values from fixed seeds.
@Suite("RESP framing and values")
struct RESPCodecTests {
    let codec = RESPCodec()

    func frame(_ text: String, _ role: Role = .server) -> Framing { frame(Array(text.utf8), role) }

    func frame(_ bytes: [UInt8], _ role: Role = .server) -> Framing { codec.frame(bytes.span, from: role) }

    static let replies = [
        "+OK\r\n", "+\r\n", "-ERR no\r\n", ":0\r\n", ":-9223372036854775808\r\n", ":+7\r\n", "$0\r\n\r\n",
        "$5\r\na\r\nbc\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n", "*3\r\n:1\r\n$1\r\na\r\n*1\r\n+x\r\n",
        "*2\r\n*0\r\n$-1\r\n",
    ]

    @Test("a reply is a message at its last byte and not before, whatever follows", arguments: replies)
    func splits(text: String) {
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count { #expect(frame(Array(bytes[..<length])) == .incomplete, "\(length) bytes") }
        #expect(frame(bytes) == .message(length: bytes.count))
        #expect(frame(bytes + Array("+next\r\n".utf8)) == .message(length: bytes.count))
    }

    @Test(
        "a request is an array or a line",
        arguments: ["*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n", "PING\r\n", "\r\n", "+x\r\n"])
    func requests(text: String) {
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count { #expect(frame(Array(bytes[..<length]), .client) == .incomplete) }
        #expect(frame(bytes + [0x58], .client) == .message(length: bytes.count))
    }

    @Test("malformed input is said with its offset")
    func malformed() {
        let table: [(String, Int, String)] = [
            ("?\r\n", 0, "expected one of + - : $ * _ # , ( ! = % ~ > |"),
            ("\r\n", 0, "expected a type byte"),
            ("\n", 0, "expected a type byte"),
            (":\r\n", 0, "expected a decimal number after the type byte"),
            (":1x\r\n", 0, "expected a decimal number after the type byte"),
            (":-\r\n", 0, "expected a decimal number after the type byte"),
            (":9223372036854775808\r\n", 0, "expected a decimal number after the type byte"),
            ("$x\r\n", 0, "expected a decimal number after the type byte"),
            ("*1.5\r\n", 0, "expected a decimal number after the type byte"),
            ("$3\r\nabcd\r\n", 7, "a bulk string of 3 bytes does not end with CR LF"),
            ("$3\r\nabc\r\r", 7, "a bulk string of 3 bytes does not end with CR LF"),
            ("*2\r\n:1\r\n?\r\n", 8, "expected one of + - : $ * _ # , ( ! = % ~ > |"),
            ("*1\r\n*1\r\n:z\r\n", 8, "expected a decimal number after the type byte"),
        ]
        for (text, offset, reason) in table {
            #expect(frame(text) == .malformed(offset: offset, reason: reason), "\(text.debugDescription)")
            #expect(RESPValue(Array(text.utf8).span) == nil)
        }
    }

    @Test("a bulk string that breaks its frame is found out before its end")
    func earlyMalformation() {
        #expect(
            frame("$3\r\nabcX") == .malformed(offset: 7, reason: "a bulk string of 3 bytes does not end with CR LF"))
    }

    @Test("bulk strings up to the limit are awaited, and no longer ones")
    func bulkLimit() {
        let limit = RESPCodec.maximumBulkBytes
        #expect(frame("$\(limit)\r\n") == .incomplete)
        #expect(
            frame("$\(limit + 1)\r\n")
                == .malformed(
                    offset: "$\(limit + 1)\r\n".utf8.count,
                    reason: "a bulk string of \(limit + 1) bytes is over \(limit)"))
        #expect(frame("$\(Int64.max)\r\nx") != .incomplete)
    }

    @Test("arrays keep to their limits of elements and of depth")
    func arrayLimits() {
        let limit = RESPCodec.maximumElements
        #expect(frame("*\(limit)\r\n") == .incomplete)
        #expect(
            frame("*\(limit + 1)\r\n")
                == .malformed(offset: 0, reason: "an array of \(limit + 1) elements at depth 0 is over the limit"))
        let depth = RESPCodec.maximumDepth
        let deepest = String(repeating: "*1\r\n", count: depth) + ":1\r\n"
        #expect(frame(deepest) == .message(length: deepest.utf8.count))
        #expect(RESPValue(Array(deepest.utf8).span) != nil)
        #expect(
            frame("*1\r\n" + deepest)
                == .malformed(offset: 4 * depth, reason: "an array of 1 elements at depth \(depth) is over the limit"))
    }

    @Test("a line that does not end is malformed at the limit")
    func lineLimit() {
        let limit = RESPCodec.maximumLineBytes
        let open = [UInt8](repeating: 0x2B, count: limit)
        #expect(frame(open) == .incomplete)
        let reason = "a line is longer than \(limit) bytes"
        #expect(frame(open + [0x2B]) == .malformed(offset: 0, reason: reason))
        #expect(frame(open + [0x2B], .client) == .malformed(offset: 0, reason: reason))
        let longest = [UInt8](repeating: 0x2B, count: limit - 1) + [0x0A]
        #expect(frame(longest) == .message(length: limit))
    }

    @Test("random bytes trap nothing, and no message is longer than they are or does not decode")
    func random() {
        var generator = SystemSeed(state: 11)
        let alphabet = Array("*$+-:0123456789\r\n\r\n\r\nab".utf8)
        for round in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                round % 4 == 0
                    ? UInt8.random(in: 0...255, using: &generator) : alphabet.randomElement(using: &generator)!
            }
            for role in [Role.client, .server] {
                switch frame(bytes, role) {
                case .message(let length):
                    #expect((1...bytes.count).contains(length))
                    if role == .server { #expect(RESPValue(bytes.span) != nil) }
                case .incomplete: break
                case .malformed(let offset, _): #expect((0...bytes.count).contains(offset))
                }
            }
        }
    }

    static func value(_ generator: inout SystemSeed, depth: Int = 0) -> RESPValue {
        let bytes = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
            UInt8.random(in: 0...255, using: &generator)
        }
        let text = bytes.filter { $0 != 0x0A && $0 != 0x0D }
        switch Int.random(in: 0...(depth < 4 ? 6 : 4), using: &generator) {
        case 0: return .simple(text)
        case 1: return .error(text)
        case 2: return .integer(Int64.random(in: .min ... .max, using: &generator))
        case 3: return .null
        case 4: return .bulk(bytes)
        default:
            return .array(
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in value(&generator, depth: depth + 1) })
        }
    }

    @Test("what is encoded frames as one message and decodes to itself")
    func roundTrip() {
        var generator = SystemSeed(state: 12)
        for _ in 0..<2000 {
            let value = Self.value(&generator)
            var bytes: [UInt8] = []
            value.append(to: &bytes)
            #expect(frame(bytes) == .message(length: bytes.count))
            #expect(RESPValue(bytes.span) == value)
        }
    }

    @Test("requests of any words read back as these words")
    func requestWords() {
        var generator = SystemSeed(state: 13)
        for _ in 0..<1000 {
            let words = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                (0..<Int.random(in: 0...30, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator)
                }
            }
            let bytes = codec.encodeRequest(words)
            #expect(frame(bytes, .client) == .message(length: bytes.count))
            #expect(RESPValue.requestWords(bytes.span) == words)
        }
    }

    @Test("inline requests are split at white space")
    func inline() {
        let table: [(String, [String])] = [
            ("PING\r\n", ["PING"]), ("  SET  a\tb \n", ["SET", "a", "b"]), ("\r\n", []), (" \t \r\n", []),
        ]
        for (text, words) in table {
            #expect(RESPValue.requestWords(Array(text.utf8).span) == words.map { Array($0.utf8) })
        }
        #expect(RESPValue.requestWords(Array("PING".utf8).span) == nil)
    }
}
