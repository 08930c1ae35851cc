import Verification
package import Wire

extension RESPCodec {
    /// The words of a request, the value of a reply.
    package func words(_ bytes: [UInt8], from role: Role) -> String? {
        if role == .client, let words = RESPValue.requestWords(bytes.span) {
            let text = words.map { printable($0, limit: 40) }.joined(separator: " ")
            return text.count > 60 ? text.prefix(60) + "… (\(bytes.count) bytes)" : text
        }
        return RESPValue(bytes.span).map(Self.text)
    }

    private static func text(_ value: RESPValue) -> String {
        switch value {
        case .simple(let text): printable(text)
        case .error(let text): "-\(printable(text))"
        case .integer(let number): ":\(number)"
        case .bulk(let body): "\"\(printable(body))\""
        case .null: "null"
        case .array(let elements):
            "[" + elements.prefix(4).map(Self.text).joined(separator: ", ") + (elements.count > 4 ? ", …" : "") + "]"
        }
    }
}
