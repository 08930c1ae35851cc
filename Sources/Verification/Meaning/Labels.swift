import Wire

extension Reading {
    /// `INCR counter`, `request 3`: a call for people.
    package func label(_ call: Call) -> String { meaning.label(call, self) }

    /// A conversation's name.
    package func name(_ conversation: Int) -> String {
        evidence.conversations[conversation].name
    }

    /// `bytes[range]`, the beginning of a request's first word, in capitals.
    package static func name(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        let capitals = bytes[range.prefix(longestName)].map { byte -> UInt8 in
            if byte >= 0x61, byte <= 0x7A { return byte - 0x20 }
            return (0x21...0x7E).contains(byte) ? byte : UInt8(ascii: "?")
        }
        return String(decoding: capitals, as: UTF8.self)
    }

    private static let longestName = 24

    /// Bytes without the line's end behind them.
    package static func withoutLineEnd(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        var rest = bytes[...]
        if rest.last == 0x0A { rest.removeLast() }
        if rest.last == 0x0D { rest.removeLast() }
        return rest
    }

    /// Bytes for people: printable ASCII as it is, the rest as `\x0A`, cut after `longestText`.
    package static func text(_ bytes: some Collection<UInt8>) -> String {
        escaped(bytes.prefix(longestText)) + (bytes.count > longestText ? "…" : "")
    }

    /// All of them: printable ASCII as it is, the rest as `\x0A`.
    package static func escaped(_ bytes: some Collection<UInt8>) -> String {
        var out = ""
        for byte in bytes {
            if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "\\") {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else if byte == 0x0A {
                out += "\\n"
            } else if byte == 0x0D {
                out += "\\r"
            } else {
                out += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }

    package static let longestText = 40
}
