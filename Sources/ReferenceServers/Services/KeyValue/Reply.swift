/// What the kv service answers: a value of RESP2.
///
/// The servers read and write with code of their own: a judge must not share the parser of whom it judges.
package indirect enum Reply: Hashable, Sendable {
    case simple([UInt8])
    case error([UInt8])
    case integer(Int64)
    case bulk([UInt8])
    case null
    case array([Reply])
    case nullArray

    /// Appends the value as it goes on the wire.
    package func append(to out: inout [UInt8]) {
        switch self {
        case .simple(let text): Self.appendLine("+", text, to: &out)
        case .error(let text): Self.appendLine("-", text, to: &out)
        case .integer(let value): Self.appendLine(":", String(value).utf8, to: &out)
        case .null: Self.appendLine("$", "-1".utf8, to: &out)
        case .nullArray: Self.appendLine("*", "-1".utf8, to: &out)
        case .bulk(let body): Self.appendBulk(body, to: &out)
        case .array(let elements):
            Self.appendLine("*", String(elements.count).utf8, to: &out)
            for element in elements { element.append(to: &out) }
        }
    }

    static func appendBulk(_ body: [UInt8], to out: inout [UInt8]) {
        appendLine("$", String(body.count).utf8, to: &out)
        out.append(contentsOf: body)
        out.append(contentsOf: [0x0D, 0x0A])
    }

    static func appendLine(_ type: Unicode.Scalar, _ body: some Sequence<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: type))
        out.append(contentsOf: body)
        out.append(contentsOf: [0x0D, 0x0A])
    }

    /// Reads back what `append` has written; nil for anything else.
    package init?(_ bytes: [UInt8]) {
        var reader = ReplyReader(bytes: bytes)
        guard let value = reader.value(), reader.offset == bytes.count else { return nil }
        self = value
    }
}

/// Reads replies that this program has written itself.
private struct ReplyReader {
    let bytes: [UInt8]
    var offset = 0

    mutating func value() -> Reply? {
        guard let line = line(), let type = line.first else { return nil }
        let rest = line.dropFirst()
        switch type {
        case UInt8(ascii: "+"): return .simple(Array(rest))
        case UInt8(ascii: "-"): return .error(Array(rest))
        case UInt8(ascii: ":"): return Int64(String(decoding: rest, as: UTF8.self)).map(Reply.integer)
        case UInt8(ascii: "$"):
            guard let length = Int(String(decoding: rest, as: UTF8.self)) else { return nil }
            guard length >= 0 else { return .null }
            guard length <= bytes.count - offset - 2 else { return nil }
            defer { offset += length + 2 }
            return .bulk(Array(bytes[offset..<offset + length]))
        case UInt8(ascii: "*"):
            guard let count = Int(String(decoding: rest, as: UTF8.self)), count <= bytes.count else { return nil }
            guard count >= 0 else { return .nullArray }
            var elements: [Reply] = []
            for _ in 0..<count {
                guard let element = value() else { return nil }
                elements.append(element)
            }
            return .array(elements)
        default: return nil
        }
    }

    private mutating func line() -> ArraySlice<UInt8>? {
        guard let end = bytes[offset...].firstIndex(of: 0x0A), end > offset else { return nil }
        defer { offset = end + 1 }
        return bytes[offset..<end - 1]
    }
}
