/// The escapes that HTML and XML 1.0 have in common.
enum Markup {
    /// Text from outside, made safe for text and attributes.
    ///
    /// What XML 1.0 may not hold, and HTML does not show (control characters but line feed and tab, U+FFFE, U+FFFF), becomes
    /// U+FFFD.
    /// - Parameter lineFeed: what stands for a line feed.
    /// - Complexity: O(length of the text).
    static func escaped(_ text: String, lineFeed: String = "\n") -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            case "\n": out += lineFeed
            case "\t": out.unicodeScalars.append(scalar)
            default: out.unicodeScalars.append(isAllowed(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return out
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case ..<0x20, 0x7F, 0xFFFE, 0xFFFF: false
        default: true
        }
    }
}
