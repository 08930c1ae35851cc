import Wire

extension HTTPReader {
    /// Notes a header field that matters. False: see `outcome`.
    mutating func field(_ name: Range<Int>, _ value: Range<Int>, _ head: inout HTTPHead) -> Bool {
        // Most fields are told apart by their length and first letter.
        switch (name.count, bytes[name.lowerBound] | 0x20) {
        case (14, UInt8(ascii: "c")) where equals("content-length", name): return contentLength(value, &head)
        case (17, UInt8(ascii: "t")) where equals("transfer-encoding", name): return transferCoding(value, &head)
        case (10, UInt8(ascii: "c")) where equals("connection", name):
            if hasItem("close", value) { head.flags.insert(.saysClose) }
            if hasItem("keep-alive", value) { head.flags.insert(.saysKeepAlive) }
        case (4, UInt8(ascii: "h")) where equals("host", name): head.host = value
        case (5, UInt8(ascii: "r")) where equals("range", name): head.range = value
        case (13, UInt8(ascii: "c")) where equals("content-range", name): head.contentRange = value
        case (16, UInt8(ascii: "c")) where equals("content-encoding", name): head.flags.insert(.isVariant)
        case (6, UInt8(ascii: "e")) where equals("expect", name):
            if hasItem("100-continue", value) { head.flags.insert(.expectsContinue) }
        case (4, UInt8(ascii: "v")) where equals("vary", name): head.flags.insert(.isVariant)
        case (7, UInt8(ascii: "u")) where equals("upgrade", name): head.flags.insert(.upgrades)
        case (12, UInt8(ascii: "c")) where equals("content-type", name):
            if value.count >= 10, equals("multipart/", value.prefix(10)) { head.flags.insert(.isMultipart) }
        case (8...19, UInt8(ascii: "i")) where equals("if-", name.prefix(3)): head.flags.insert(.isConditional)
        default: break
        }
        return true
    }

    /// Equal numbers may be repeated, different ones are malformed. RFC 9112 section 6.3.
    private mutating func contentLength(_ value: Range<Int>, _ head: inout HTTPHead) -> Bool {
        for item in items(value) {
            guard let length = decimal(item), length <= HTTPCodec.maximumBodyBytes else {
                fail(at: item.lowerBound, "expected a Content-Length of at most \(HTTPCodec.maximumBodyBytes)")
                return false
            }
            guard head.contentLength ?? length == length else {
                fail(at: item.lowerBound, "two different Content-Lengths")
                return false
            }
            head.contentLength = length
        }
        guard head.contentLength != nil else {
            fail(at: value.lowerBound, "an empty Content-Length")
            return false
        }
        return true
    }

    private mutating func transferCoding(_ value: Range<Int>, _ head: inout HTTPHead) -> Bool {
        // Once meant that nothing is coded; RFC 2616 section 3.6.
        let codings = items(value).filter { !equals("identity", $0) }
        guard !codings.isEmpty else { return true }
        guard !head.flags.contains(.isChunked) else {
            if role == .server, codings.count == 1, equals("chunked", codings[0]) {
                note(.codedTwice)
                return true
            }
            fail(at: value.lowerBound, "chunked is not the last transfer coding")
            return false
        }
        for (index, item) in codings.enumerated() where equals("chunked", item) {
            guard index == codings.count - 1 else {
                fail(at: item.lowerBound, "chunked is not the last transfer coding")
                return false
            }
            head.flags.insert(.isChunked)
            head.flags.remove(.isOtherwiseCoded)
            return true
        }
        head.flags.insert(.isOtherwiseCoded)
        return true
    }

    // MARK: Bytes

    /// The members of a comma-separated list, without white space around them; empty ones are left out.
    private func items(_ value: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start = value.lowerBound
        for index in value.lowerBound...value.upperBound
        where index == value.upperBound || bytes[index] == UInt8(ascii: ",") {
            let item = trimmed(start..<index)
            if !item.isEmpty { found.append(item) }
            start = index + 1
        }
        return found
    }

    private func hasItem(_ text: StaticString, _ value: Range<Int>) -> Bool {
        items(value).contains { equals(text, $0) }
    }

    /// Whether `range` holds `text`, which is in small letters, in any case.
    func equals(_ text: StaticString, _ range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return false }
        for (index, place) in range.enumerated() {
            let byte = bytes[place]
            let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            if lower != text.utf8Start[index] { return false }
        }
        return true
    }

    func contains(_ byte: UInt8, in range: Range<Int>) -> Bool {
        for index in range where bytes[index] == byte { return true }
        return false
    }

    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    /// Digits alone, at most 18 of them.
    func decimal(_ range: Range<Int>) -> Int? {
        guard (1...18).contains(range.count), range.upperBound <= bytes.count else { return nil }
        var value = 0
        for index in range {
            let digit = Int(bytes[index]) - 0x30
            guard (0...9).contains(digit) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    static func hexadecimal(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x37
        case 0x61...0x66: Int(byte) - 0x57
        default: nil
        }
    }

    /// What a method or a field name is made of. RFC 9110 section 5.6.2.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
