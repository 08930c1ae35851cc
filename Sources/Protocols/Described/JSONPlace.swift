/// Finds one value in a JSON text by its path, without making anything of the rest.
///
/// - Complexity: O(bytes). Source: RFC 8259.
struct JSONPlace: ~Escapable {
    private let bytes: Span<UInt8>
    private let end: Int
    private var offset: Int

    /// Objects and arrays in one another.
    private static let maximumDepth = 64

    /// Where the value at `path` lies: names of members, and numbers of elements from 0. A text is told without its quotes, as it is
    /// written; nil where it is not there, or the text is no JSON as far as it is looked at.
    static func find(_ path: [String], in bytes: [UInt8], _ range: Range<Int>) -> Range<Int>? {
        var place = JSONPlace(bytes: bytes.span, range)
        for name in path { guard place.enter(name) else { return nil } }
        return place.value()
    }

    @_lifetime(copy bytes)
    private init(bytes: Span<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = min(range.upperBound, bytes.count)
    }

    private var next: UInt8? {
        mutating get {
            while offset < end, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
            return offset < end ? bytes[offset] : nil
        }
    }

    /// Goes to a member, or an element.
    private mutating func enter(_ name: String) -> Bool {
        switch next {
        case UInt8(ascii: "{"): return enterMember(name)
        case UInt8(ascii: "["): return Int(name).map { enterElement($0) } ?? false
        default: return false
        }
    }

    private mutating func enterMember(_ name: String) -> Bool {
        offset += 1
        while next == UInt8(ascii: "\"") {
            guard let key = text(), next == UInt8(ascii: ":") else { return false }
            offset += 1
            if isEqual(key, name) { return true }
            guard skip(depth: 0), next == UInt8(ascii: ",") else { return false }
            offset += 1
        }
        return false
    }

    private mutating func enterElement(_ index: Int) -> Bool {
        offset += 1
        for _ in 0..<max(0, index) {
            guard skip(depth: 0), next == UInt8(ascii: ",") else { return false }
            offset += 1
        }
        return next != UInt8(ascii: "]")
    }

    private func isEqual(_ range: Range<Int>, _ name: String) -> Bool {
        guard range.count == name.utf8.count else { return false }
        for (index, byte) in zip(range, name.utf8) where bytes[index] != byte { return false }
        return true
    }

    /// The value that begins here.
    private mutating func value() -> Range<Int>? {
        guard let first = next else { return nil }
        if first == UInt8(ascii: "\"") { return text() }
        let start = offset
        return skip(depth: 0) ? start..<offset : nil
    }

    /// A text, without its quotes.
    private mutating func text() -> Range<Int>? {
        offset += 1
        let start = offset
        while offset < end {
            switch bytes[offset] {
            case UInt8(ascii: "\\"): offset += 2
            case UInt8(ascii: "\""):
                offset += 1
                return start..<offset - 1
            default: offset += 1
            }
        }
        return nil
    }

    /// Goes behind the value that begins here.
    private mutating func skip(depth: Int) -> Bool {
        guard let first = next, depth < Self.maximumDepth else { return false }
        switch first {
        case UInt8(ascii: "\""): return text() != nil
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let close: UInt8 = first == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]")
            offset += 1
            while let byte = next {
                if byte == close {
                    offset += 1
                    return true
                }
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") {
                    offset += 1
                } else {
                    guard skip(depth: depth + 1) else { return false }
                }
            }
            return false
        default:
            let start = offset
            while offset < end, bytes[offset] > 0x20, !",:]}".utf8.contains(bytes[offset]) { offset += 1 }
            return offset > start
        }
    }
}
