/// Fields of a request's header that say who asks: RFC 9110, section 11; RFC 7617.
enum HTTPCredentials {
    /// A field's name in lower case; nil where it is no `NAME: VALUE` on one line.
    static func name(ofField field: [UInt8]) -> String? {
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            field[..<colon].allSatisfy(HTTPReader.isToken),
            field[colon...].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
        else { return nil }
        return String(decoding: field[..<colon], as: UTF8.self).lowercased()
    }

    /// What of a field is secret: what stands behind the scheme, and for Basic also the password in it.
    static func secrets(ofField field: [UInt8], isGiven: Bool) -> [[UInt8]] {
        guard let name = name(ofField: field) else { return [] }
        let words = field[(name.utf8.count + 1)...].split { $0 == 0x20 || $0 == 0x09 }
        var secrets: [[UInt8]] = []
        if isGiven, telling.contains(where: name.contains), let last = words.last { secrets.append(Array(last)) }
        guard words.count == 2, String(decoding: words[0], as: UTF8.self).lowercased() == "basic",
            let pair = decoded(words[1]), let colon = pair.firstIndex(of: UInt8(ascii: ":"))
        else { return secrets }
        return secrets + [pair, Array(pair[(colon + 1)...])]
    }

    /// What the names of fields with secrets have in them.
    private static let telling = ["auth", "cookie", "token", "key", "secret", "password", "session"]

    /// The body of a request that logs in.
    static func secrets(ofLogin words: [[UInt8]]) -> [[UInt8]] {
        words.count > 2 && words[0] != Array("GET".utf8) ? [Array(words[2...].joined(separator: [0x20]))] : []
    }

    /// 401 Unauthorized, 407 Proxy Authentication Required.
    static func isDenied(_ reply: [UInt8]) -> Bool {
        guard let status = HTTPReply(reply)?.status else { return false }
        return status == 401 || status == 407
    }

    /// Base64, RFC 4648; nil for what is none.
    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (bits, count) = (0, 0)
        for byte in text where byte != UInt8(ascii: "=") {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            (bits, count) = ((bits << 6 | value) & 0xFFFF, count + 6)
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
