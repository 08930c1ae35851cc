/// Texts between quotes, as JSON (RFC 8259, section 7) and EDN write them.
package enum JSONText {
    /// The text in quotes, for people: what a terminal would obey, or nobody would see, is escaped too.
    static func quoted(_ text: String) -> String {
        encoded(text).unicodeScalars.map { isShown($0) ? String($0) : "\\u{\(String($0.value, radix: 16))}" }.joined()
    }

    /// Whether a terminal shows the scalar, and no more.
    static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: false
        default: true
        }
    }

    /// The text that escapes stand for. What is no escape stays as it is.
    static func decoded(_ raw: some Collection<UInt8>) -> String {
        String(decoding: decodedBytes(raw), as: UTF8.self)
    }

    /// The same as bytes. What is no UTF-8 stays what it is, and so does half of a surrogate pair, as WTF-8 writes it.
    package static func decodedBytes(_ raw: some Collection<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(raw.count)
        var rest = Array(raw)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = rest.first else {
                out.append(byte)
                continue
            }
            if let plain = escapes[letter] {
                out.append(plain)
                rest.removeFirst()
            } else if letter == UInt8(ascii: "u"), let code = hexadecimal(rest.dropFirst()) {
                rest.removeFirst(5)
                out += encoded(joined(code, &rest))
            } else {
                out.append(byte)
            }
        }
        return out
    }

    /// The scalar that begins with this UTF-16 unit, the second half of a pair taken from `rest`.
    private static func joined(_ unit: UInt32, _ rest: inout ArraySlice<UInt8>) -> UInt32 {
        guard 0xD800..<0xDC00 ~= unit, rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]),
            let low = hexadecimal(rest.dropFirst(2)), 0xDC00..<0xE000 ~= low
        else { return unit }
        rest.removeFirst(6)
        return 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }

    private static func encoded(_ scalar: UInt32) -> [UInt8] {
        if let sound = Unicode.Scalar(scalar) { return Array(String(sound).utf8) }
        return [0xE0 | UInt8(scalar >> 12), 0x80 | UInt8(scalar >> 6 & 0x3F), 0x80 | UInt8(scalar & 0x3F)]
    }

    /// The text with its quotes.
    static func encoded(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\\(scalar)"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// Appends the text of these bytes with its quotes; what is no UTF-8 stays what it is.
    static func encode(_ bytes: some Sequence<UInt8>, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0x0A: out.append(contentsOf: "\\n".utf8)
            case 0..<0x20: out.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]

    private static func hexadecimal(_ text: ArraySlice<UInt8>) -> UInt32? {
        let digits = text.prefix(4)
        guard digits.count == 4 else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            guard let number = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(number)
        }
        return value
    }
}
