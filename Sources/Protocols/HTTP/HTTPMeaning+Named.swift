import Verification
import Wire

/// Requests as a method on a path, with the body, if there is one.
extension HTTPMeaning {
    func named(_ call: Call, _ reading: Reading) -> NamedRequest? {
        let request = reading.request(call)
        guard !call.isOpaque, let target = target(call, reading),
            let head = HTTPHead(request.bytes.span, from: .client)
        else { return nil }
        let (bytes, body) = head.body(in: request.bytes)
        return NamedRequest(
            name: methodName(call, request, reading), object: Array(request.bytes[target]),
            arguments: body.isEmpty ? [] : [Array(bytes[body])])
    }

    /// The body; nothing where there is none, or nothing was found. Other refusals are told by their status.
    func named(_ reply: Message, _ head: ReplyHead?, _ values: inout HistoryValues) -> NamedAnswer {
        guard let http = head?.http else { return .value(values.code(bytes: reply.bytes)) }
        if http.status == 404 || http.status == 410 { return .value(History.null) }
        if http.status >= 400 { return .refused(Int(http.status)) }
        let (bytes, body) = Self.body(reply)
        return .value(body.isEmpty ? History.null : values.code(bytes: bytes[body]))
    }
}
