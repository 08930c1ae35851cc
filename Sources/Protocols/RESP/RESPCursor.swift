import Wire

/// A bounded reader over RESP bytes. The one place where RESP is taken apart; framing and decoding both use it.
struct RESPCursor: ~Escapable {
    let bytes: Span<UInt8>
    var offset = 0
    /// Why the last read failed.
    var outcome: Framing = .incomplete

    @_lifetime(copy bytes)
    init(bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    /// The range of the next line without its CR LF (a bare LF ends a line too, as in Redis's inline requests).
    mutating func line() -> Range<Int>? {
        let start = offset
        let limit = min(bytes.count, start + RESPCodec.maximumLineBytes)
        var index = start
        while index < limit {
            if bytes[index] == 0x0A {
                offset = index + 1
                let end = index > start && bytes[index - 1] == 0x0D ? index - 1 : index
                return start..<end
            }
            index += 1
        }
        if limit < bytes.count { fail("a line is longer than \(RESPCodec.maximumLineBytes) bytes") }
        return nil
    }

    /// The line's decimal number, after its type byte.
    mutating func number(_ line: Range<Int>) -> Int64? {
        guard let value = decimal(line.lowerBound + 1..<line.upperBound) else {
            offset = line.lowerBound
            fail("expected a decimal number after the type byte")
            return nil
        }
        return value
    }

    /// Parses a signed decimal that fits in 64 bits.
    func decimal(_ range: Range<Int>) -> Int64? {
        var index = range.lowerBound
        var negative = false
        if index < range.upperBound, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
            negative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < range.upperBound else { return nil }
        var value: Int64 = 0
        while index < range.upperBound {
            let digit = Int64(bytes[index]) - 0x30
            guard (0...9).contains(digit) else { return nil }
            let (scaled, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                negative ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
            guard !over, !carry else { return nil }
            value = sum
            index += 1
        }
        return value
    }

    /// The body of a bulk string whose header line announced `length` bytes.
    mutating func bulkBody(_ length: Int64) -> Range<Int>? {
        guard length <= RESPCodec.maximumBulkBytes else {
            fail("a bulk string of \(length) bytes is over \(RESPCodec.maximumBulkBytes)")
            return nil
        }
        let start = offset
        let end = start + Int(length)
        if end < bytes.count, bytes[end] != 0x0D || (end + 1 < bytes.count && bytes[end + 1] != 0x0A) {
            offset = end
            fail("a bulk string of \(length) bytes does not end with CR LF")
            return nil
        }
        guard end + 2 <= bytes.count else { return nil }
        offset = end + 2
        return start..<end
    }

    /// Moves over one value. False: see `outcome`.
    mutating func skipValue(depth: Int) -> Bool {
        guard let line = line() else { return false }
        guard !line.isEmpty else {
            offset = line.lowerBound
            fail("expected a type byte")
            return false
        }
        let type = bytes[line.lowerBound]
        switch type {
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            return true
        case UInt8(ascii: ":"):
            return number(line) != nil
        case UInt8(ascii: "$"):
            guard let length = number(line) else { return false }
            return length < 0 || bulkBody(length) != nil
        case UInt8(ascii: "*"):
            guard let count = elementCount(line, depth: depth) else { return false }
            return skipValues(count, depth: depth + 1)
        default:
            return skipThird(line, type, depth)
        }
    }

    private mutating func skipValues(_ count: Int, depth: Int) -> Bool {
        for _ in 0..<max(0, count) where !skipValue(depth: depth) { return false }
        return true
    }

    /// The types that RESP3 adds.
    ///
    /// Source: <https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md>.
    private mutating func skipThird(_ line: Range<Int>, _ type: UInt8, _ depth: Int) -> Bool {
        switch type {
        case UInt8(ascii: "_") where line.count == 1: return true
        case UInt8(ascii: "#") where line.count == 2 && [0x74, 0x66].contains(bytes[line.lowerBound + 1]): return true
        case UInt8(ascii: ",") where isDouble(line): return true
        case UInt8(ascii: "(") where isDecimal(line): return true
        case UInt8(ascii: "!"), UInt8(ascii: "="):
            guard let length = number(line) else { return false }
            guard length >= 0 else {
                offset = line.lowerBound
                fail("a text of \(length) bytes")
                return false
            }
            return bulkBody(length) != nil
        case UInt8(ascii: "~"), UInt8(ascii: ">"):
            guard let count = countOfSome(line, depth: depth) else { return false }
            return skipValues(count, depth: depth + 1)
        case UInt8(ascii: "%"):
            guard let count = countOfSome(line, depth: depth) else { return false }
            return skipValues(2 * count, depth: depth + 1)
        case UInt8(ascii: "|"): return passAttributes(line, depth: depth) && skipValue(depth: depth + 1)
        default:
            offset = line.lowerBound
            fail("expected one of + - : $ * _ # , ( ! = % ~ > |")
            return false
        }
    }

    /// Moves over attributes, which go ahead of the value that they are about, to that value.
    mutating func passAttributes(_ line: Range<Int>, depth: Int) -> Bool {
        var line = line
        for _ in depth..<RESPCodec.maximumDepth {
            guard let count = countOfSome(line, depth: depth), skipValues(2 * count, depth: depth + 1) else {
                return false
            }
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "|") else { return true }
            guard let next = self.line() else { return false }
            line = next
        }
        offset = line.lowerBound
        fail("attributes of attributes are over the limit")
        return false
    }

    /// The count of what cannot be null.
    mutating func countOfSome(_ line: Range<Int>, depth: Int) -> Int? {
        guard let count = elementCount(line, depth: depth) else { return nil }
        guard count >= 0 else {
            offset = line.lowerBound
            fail("\(count) elements")
            return nil
        }
        return count
    }

    /// `1.5`, `-3e7`, `inf`, `nan`.
    private func isDouble(_ line: Range<Int>) -> Bool {
        let text = line.dropFirst().map { bytes[$0] }
        guard !text.isEmpty, text.count <= 32 else { return false }
        if ["inf", "-inf", "nan", "-nan"].contains(where: { text.elementsEqual($0.utf8) }) { return true }
        return text.contains { (0x30...0x39).contains($0) }
            && text.allSatisfy { (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0) }
    }

    private func isDecimal(_ line: Range<Int>) -> Bool {
        var digits = line.dropFirst()
        if let first = digits.first, bytes[first] == UInt8(ascii: "-") { digits = digits.dropFirst() }
        return !digits.isEmpty && digits.allSatisfy { (0x30...0x39).contains(bytes[$0]) }
    }

    /// The checked element count of an array's header line; negative for the null array.
    mutating func elementCount(_ line: Range<Int>, depth: Int) -> Int? {
        guard let count = number(line) else { return nil }
        guard depth < RESPCodec.maximumDepth, count <= RESPCodec.maximumElements else {
            offset = line.lowerBound
            fail("an array of \(count) elements at depth \(depth) is over the limit")
            return nil
        }
        return Int(count)
    }

    private mutating func fail(_ reason: String) {
        outcome = .malformed(offset: offset, reason: reason)
    }
}
