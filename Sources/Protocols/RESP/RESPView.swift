public import Wire

/// The top of one RESP value, read without copying it: what a checker needs of most replies.
public struct RESPHead: Sendable, Equatable {
    /// The type byte, with the null string and the null array told apart from the rest.
    public enum Kind: UInt8, Sendable {
        case simple, error, integer, bulk, null, array
    }

    /// The number of an integer, the element count of an array, 0 otherwise.
    public var number: Int64
    // A checker keeps millions of heads; no message is longer than what 32 bits count.
    private var bodyStart: UInt32
    private var bodyEnd: UInt32
    /// What the value is.
    public var kind: Kind

    /// Where the text of a simple string or an error, or the bytes of a bulk string, lie in the message.
    public var body: Range<Int> { Int(bodyStart)..<Int(bodyEnd) }

    /// Text: a bulk or a simple string.
    public var isText: Bool { kind == .bulk || kind == .simple }

    /// A head that was read before.
    package init(kind: Kind, number: Int64, body: Range<Int>) {
        self.kind = kind
        self.number = number
        (bodyStart, bodyEnd) = (UInt32(clamping: body.lowerBound), UInt32(clamping: body.upperBound))
    }

    /// Reads the head of the value that `bytes` begins with; nil unless the bytes needed for it are there and well
    /// formed. The elements of an array are not looked at.
    ///
    /// - Complexity: O(length of the first line).
    public init?(_ bytes: Span<UInt8>) {
        var cursor = RESPCursor(bytes: bytes)
        guard let line = cursor.line(), !line.isEmpty else { return nil }
        number = 0
        (bodyStart, bodyEnd) = (UInt32(clamping: line.lowerBound + 1), UInt32(clamping: line.upperBound))
        switch bytes[line.lowerBound] {
        case UInt8(ascii: "+"): kind = .simple
        case UInt8(ascii: "-"): kind = .error
        case UInt8(ascii: ":"):
            guard let value = cursor.number(line) else { return nil }
            kind = .integer
            number = value
        case UInt8(ascii: "$"):
            guard let length = cursor.number(line) else { return nil }
            kind = length < 0 ? .null : .bulk
            guard length >= 0 else { return }
            guard let range = cursor.bulkBody(length) else { return nil }
            (bodyStart, bodyEnd) = (UInt32(clamping: range.lowerBound), UInt32(clamping: range.upperBound))
        case UInt8(ascii: "*"):
            guard let count = cursor.elementCount(line, depth: 0) else { return nil }
            kind = count < 0 ? .null : .array
            number = Int64(max(0, count))
        default:
            guard let third = RESPHead(third: bytes, line, &cursor) else { return nil }
            self = third
        }
    }
}

extension RESPHead {
    /// The types of RESP3 as what they come to: a map is an array of names and values, a double is a text.
    private init?(third bytes: Span<UInt8>, _ line: Range<Int>, _ cursor: inout RESPCursor) {
        let text = line.lowerBound + 1..<line.upperBound
        switch bytes[line.lowerBound] {
        case UInt8(ascii: "_") where text.isEmpty: self.init(kind: .null, number: 0, body: text)
        case UInt8(ascii: "#") where text.count == 1:
            self.init(kind: .integer, number: bytes[text.lowerBound] == 0x74 ? 1 : 0, body: text)
        case UInt8(ascii: ","), UInt8(ascii: "("): self.init(kind: .bulk, number: 0, body: text)
        case UInt8(ascii: "!"), UInt8(ascii: "="):
            guard let length = cursor.number(line), length >= 0, let body = cursor.bulkBody(length) else { return nil }
            let isError = bytes[line.lowerBound] == UInt8(ascii: "!")
            // The format of a verbatim text goes ahead of it, and a colon.
            let start = isError ? body.lowerBound : min(body.upperBound, body.lowerBound + 4)
            self.init(kind: isError ? .error : .bulk, number: 0, body: start..<body.upperBound)
        case UInt8(ascii: "~"), UInt8(ascii: ">"), UInt8(ascii: "%"):
            guard let count = cursor.elementCount(line, depth: 0), count >= 0 else { return nil }
            let isMap = bytes[line.lowerBound] == UInt8(ascii: "%")
            self.init(kind: .array, number: Int64(isMap ? 2 * count : count), body: text)
        case UInt8(ascii: "|"):
            guard cursor.passAttributes(line, depth: 0), cursor.offset < bytes.count,
                bytes[cursor.offset] != UInt8(ascii: "|"),
                let head = RESPHead(bytes.extracting(cursor.offset..<bytes.count))
            else { return nil }
            let start = cursor.offset
            let body = head.body.lowerBound + start..<head.body.upperBound + start
            self.init(kind: head.kind, number: head.number, body: body)
        default: return nil
        }
    }
}

extension RESPValue {
    /// Appends where each word of a request lies in it, copying nothing.
    ///
    /// - Returns: False, with nothing appended, where `requestWords` would return nil, and for an inline request with
    ///   quotes, whose words are not plain ranges.
    /// - Complexity: O(count of `bytes`) for an inline request, O(words) for an array.
    public static func appendWordRanges(of bytes: Span<UInt8>, to ranges: inout [Range<Int>]) -> Bool {
        guard bytes.count > 0 else { return false }
        var cursor = RESPCursor(bytes: bytes)
        let before = ranges.count
        guard bytes[0] == UInt8(ascii: "*") else {
            guard let line = cursor.line() else { return false }
            return appendInlineRanges(of: bytes, line, to: &ranges)
        }
        guard let header = cursor.line(), let count = cursor.elementCount(header, depth: 0) else { return false }
        for _ in 0..<max(0, count) {
            guard let line = cursor.line(), !line.isEmpty, bytes[line.lowerBound] == UInt8(ascii: "$"),
                let length = cursor.number(line), length >= 0, let body = cursor.bulkBody(length)
            else {
                ranges.removeSubrange(before...)
                return false
            }
            ranges.append(body)
        }
        return true
    }

    private static func appendInlineRanges(
        of bytes: Span<UInt8>, _ line: Range<Int>, to ranges: inout [Range<Int>]
    ) -> Bool {
        let before = ranges.count
        var start: Int?
        for index in line {
            switch bytes[index] {
            case 0x20, 0x09:
                if let from = start { ranges.append(from..<index) }
                start = nil
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                ranges.removeSubrange(before...)
                return false
            default:
                if start == nil { start = index }
            }
        }
        if let from = start { ranges.append(from..<line.upperBound) }
        return true
    }
}

extension RESPHead {
    /// Whether `bytes` begin with a type byte and what may stand on its line, however they go on; a request with an array.
    public static func begins(_ bytes: Span<UInt8>, from role: Role) -> Bool {
        guard bytes.count > 0, role == .server || bytes[0] == UInt8(ascii: "*") else { return false }
        var cursor = RESPCursor(bytes: bytes)
        switch bytes[0] {
        case UInt8(ascii: "+"), UInt8(ascii: "-"): return true
        case UInt8(ascii: ":"), UInt8(ascii: "$"), UInt8(ascii: "*"), UInt8(ascii: "%"), UInt8(ascii: "~"),
            UInt8(ascii: ">"):
            guard let line = cursor.line() else { return bytes.count <= longestNumber }
            return cursor.number(line) != nil
        default: return false
        }
    }

    /// A type byte, a sign and 64 bits in decimal; shorter lines may not have ended yet.
    private static let longestNumber = 21
}
