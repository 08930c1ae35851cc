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

    /// Whether such an answer says that the server does not support a method: 4xx or 501, and no other error of its own;
    /// with that it says that it failed. GET is always supported (RFC 9110 section 9.1): a 404 to it says that nothing
    /// is there.
    static func isRefused(status: Int, _ method: String) -> Bool {
        method == "GET" ? status == 405 || status == 501 : (400..<500).contains(status) || status == 501
    }

    /// Statuses that send the client elsewhere. RFC 9110 section 15.4.
    static let redirections: Set<Int> = [301, 302, 303, 307, 308]

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
