/// Texts between quotes, as JSON (RFC 8259, section 7) and EDN write them.
enum JSONText {
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
    static func decoded(_ raw: some BidirectionalCollection<UInt8>) -> String {
        guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
        var units: [UInt16] = []
        var rest = Array(String(decoding: raw, as: UTF8.self).utf16)[...]
        while let unit = rest.popFirst() {
            guard unit == 0x5C, let letter = rest.first, letter < 0x80 else {
                units.append(unit)
                continue
            }
            if let plain = escapes[UInt8(letter)] {
                units.append(UInt16(plain))
                rest.removeFirst()
            } else if letter == 0x75, let code = hexadecimal(rest.dropFirst().prefix(4)) {
                units.append(code)
                rest.removeFirst(5)
            } else {
                units.append(unit)
            }
        }
        return String(decoding: units, as: UTF16.self)
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

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]

    private static func hexadecimal(_ digits: ArraySlice<UInt16>) -> UInt16? {
        guard digits.count == 4 else { return nil }
        var value: UInt16 = 0
        for digit in digits {
            guard let scalar = Unicode.Scalar(digit), let number = Character(scalar).hexDigitValue, digit < 0x80 else {
                return nil
            }
            value = value << 4 | UInt16(number)
        }
        return value
    }
}
