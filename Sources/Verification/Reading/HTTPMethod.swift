import Wire

/// What a checker knows of an HTTP method. RFC 9110 section 9, RFC 4918 section 9.
enum HTTPMethod: UInt8 {
    /// Has no model: it may change anything.
    case other
    case get, head, put, delete
    /// Touch nothing.
    case options, trace
    /// Turns the connection into a tunnel.
    case connect
    /// May change what other paths hold.
    case elsewhere

    /// Methods are told apart by case.
    init(_ bytes: ArraySlice<UInt8>) {
        self = Self.names[String(decoding: bytes.prefix(16), as: UTF8.self)] ?? .other
    }

    private static let names: [String: HTTPMethod] = [
        "GET": .get, "HEAD": .head, "PUT": .put, "DELETE": .delete, "OPTIONS": .options, "TRACE": .trace,
        "CONNECT": .connect, "MOVE": .elsewhere, "COPY": .elsewhere, "BIND": .elsewhere, "REBIND": .elsewhere,
        "PROPFIND": .options, "REPORT": .options, "SEARCH": .options,
    ]

    /// In signatures: the same for all methods without a model.
    var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .put: "PUT"
        case .delete: "DELETE"
        default: "method"
        }
    }

    /// A server may work on a run of these at once. RFC 9112 section 9.3.2.
    var isSafe: Bool { [.get, .head, .options, .trace].contains(self) }
}

/// An HTTP request, understood. Its method and target are words of its call.
struct HTTPCall {
    var method: HTTPMethod
    var flags: HTTPHead.Flags
    /// Whether the client says that it wants no more than this one reply.
    var closes: Bool
    /// Whether it asks for a range, and whether its body is only a part, or coded.
    var hasRange: Bool
    var isPartial: Bool
}

extension Reading {
    /// Takes an HTTP request apart, into `words` and `requests`.
    mutating func readHTTP(_ call: inout Call, _ request: Message) {
        call.firstWord = words.count
        guard let head = HTTPHead(request.bytes.span, from: .client) else {
            call.isOpaque = true
            requests.append(
                HTTPCall(method: .other, flags: [], closes: false, hasRange: false, isPartial: false))
            return
        }
        words.append([head.method, head.target])
        call.wordCount = 2
        let method = HTTPMethod(request.bytes[head.method])
        requests.append(
            HTTPCall(
                method: method, flags: head.flags, closes: head.closes, hasRange: !head.range.isEmpty,
                isPartial: !head.contentRange.isEmpty || head.flags.contains(.isVariant)))
        if let reply = call.head?.http {
            methods.add(methodName(call, request), status: Int(reply.status))
            let isUpgraded = reply.status == 101 && head.flags.contains(.upgrades)
            // Whose body is refused before it was sent may send something else in its place.
            let refusesBody = head.flags.contains(.expectsContinue) && reply.status >= 400
            call.endsPairing = isUpgraded || (method == .connect && reply.isSuccess) || refusesBody
        }
        if !head.host.isEmpty { noteHost(request.bytes[head.host]) }
    }

    private mutating func noteHost(_ name: ArraySlice<UInt8>) {
        if let host, host != name { hasSeveralHosts = true }
        host = host ?? name
    }

    /// The method of a call, as people write it.
    func methodName(_ call: Call, _ request: Message) -> String {
        RESPCommand.displayName(request.bytes, words[call.firstWord])
    }

    /// Whether the server always refuses what a call asks for.
    func isRefused(_ call: Call, _ request: Message) -> Bool {
        call.wordCount > 0 && methods.isRefused(methodName(call, request))
    }

    /// The HTTP request of a call.
    func http(_ call: Call) -> HTTPCall { requests[starts[Int(call.conversation)] + Int(call.exchange)] }

    /// A request's target.
    func target(_ call: Call) -> Range<Int>? {
        call.wordCount > 1 ? words[call.firstWord + 1] : nil
    }
}
