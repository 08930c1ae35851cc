import Verification
package import Wire

extension HTTPCodec {
    /// Method, target and body, or status and body.
    package func words(_ bytes: [UInt8], from role: Role) -> String? {
        guard let head = HTTPHead(bytes.span, from: role) else { return nil }
        let first =
            role == .client
            ? "\(printable(bytes[head.method], limit: 24)) \(printable(bytes[head.target], limit: 40))"
            : "\(head.status)"
        let range = head.range.isEmpty ? "" : " \(printable(bytes[head.range], limit: 24))"
        let (body, place) = head.body(in: bytes)
        if !place.isEmpty { return "\(first)\(range) \"\(printable(body[place], limit: 40))\" (\(place.count) bytes)" }
        guard role == .server, let length = head.contentLength, length > 0 else { return first + range }
        return "\(first) (length \(length))"
    }
}
