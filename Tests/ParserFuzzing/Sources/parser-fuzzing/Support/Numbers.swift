/// Numbers as peers and files write them, most of them near the ends of what integers hold.
enum Numbers {
    static let texts = [
        "0", "1", "2", "3", "7", "-1", "-2", "-0", "+5", "00000000000000000007", "", "65535", "65536", "1048576",
        "2147483647", "2147483648", "4294967295", "4294967296", "536870911", "536870912", "536870913", "1099511627776",
        "999999999999999999", "4611686018427387903", "4611686018427387904", "9223372036854775800",
        "9223372036854775805", "9223372036854775806", "9223372036854775807", "9223372036854775808",
        "-9223372036854775807", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
        "18446744073709551616", "99999999999999999999999", "1e308", "1.5", "0x10", "nan",
    ]

    /// One of them.
    static func next(_ reader: inout InputReader) -> String {
        texts[Int(reader.u8()) % texts.count]
    }

    /// A text with a number in the place of each `#`.
    static func fill(_ template: String, _ reader: inout InputReader) -> String {
        var out = ""
        for character in template {
            if character == "#" { out += next(&reader) } else { out.append(character) }
        }
        return out
    }
}
