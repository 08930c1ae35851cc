/// A JSON value, for files that tests compare with; no more than they need.
enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// Parses a file's bytes; nil when they are no JSON.
    init?(_ bytes: [UInt8]) {
        var reader = Reader(bytes: bytes)
        guard let value = reader.value() else { return nil }
        self = value
    }

    subscript(_ key: String) -> JSON {
        if case .object(let members) = self { members[key] ?? .null } else { .null }
    }

    var items: [JSON] { if case .array(let items) = self { items } else { [] } }
    var text: String { if case .string(let text) = self { text } else { "" } }
    var double: Double { if case .number(let number) = self { number } else { 0 } }
    var int: Int { Int(double) }

    private struct Reader {
        let bytes: [UInt8]
        var offset = 0

        mutating func value() -> JSON? {
            skipSpace()
            guard offset < bytes.count else { return nil }
            switch bytes[offset] {
            case UInt8(ascii: "{"): return object()
            case UInt8(ascii: "["): return array()
            case UInt8(ascii: "\""): return string().map(JSON.string)
            case UInt8(ascii: "t"): return word("true", .bool(true))
            case UInt8(ascii: "f"): return word("false", .bool(false))
            case UInt8(ascii: "n"): return word("null", .null)
            default: return number()
            }
        }

        private mutating func skipSpace() {
            while offset < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[offset]) { offset += 1 }
        }

        private mutating func take(_ character: Character) -> Bool {
            skipSpace()
            guard offset < bytes.count, bytes[offset] == character.asciiValue else { return false }
            offset += 1
            return true
        }

        private mutating func word(_ text: String, _ value: JSON) -> JSON? {
            offset += text.utf8.count
            return value
        }

        private mutating func number() -> JSON? {
            let start = offset
            while offset < bytes.count, Array("+-.eE0123456789".utf8).contains(bytes[offset]) { offset += 1 }
            return Double(String(decoding: bytes[start..<offset], as: UTF8.self)).map(JSON.number)
        }

        private mutating func string() -> String? {
            guard take("\"") else { return nil }
            var out: [UInt8] = []
            while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
                if bytes[offset] == UInt8(ascii: "\\") { offset += 1 }
                out.append(bytes[offset])
                offset += 1
            }
            offset += 1
            return String(decoding: out, as: UTF8.self)
        }

        private mutating func array() -> JSON? {
            offset += 1
            var items: [JSON] = []
            if take("]") { return .array([]) }
            repeat {
                guard let item = value() else { return nil }
                items.append(item)
            } while take(",")
            return take("]") ? .array(items) : nil
        }

        private mutating func object() -> JSON? {
            offset += 1
            var members: [String: JSON] = [:]
            if take("}") { return .object([:]) }
            repeat {
                skipSpace()
                guard let key = string(), take(":"), let item = value() else { return nil }
                members[key] = item
            } while take(",")
            return take("}") ? .object(members) : nil
        }
    }
}
