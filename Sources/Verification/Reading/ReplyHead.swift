import Wire

/// What a checker needs of a reply, read without copying it.
enum ReplyHead {
    case resp(RESPHead)
    case http(HTTPReply)

    /// The server refused. An error may answer any request.
    var isError: Bool {
        switch self {
        case .resp(let head): head.kind == .error
        case .http(let reply): reply.status >= 400
        }
    }

    var resp: RESPHead? {
        if case .resp(let head) = self { head } else { nil }
    }

    var http: HTTPReply? {
        if case .http(let reply) = self { reply } else { nil }
    }
}

/// What a checker needs of the head of an HTTP reply.
struct HTTPReply {
    var status: Int16
    var flags: HTTPHead.Flags
    /// Whether the server says that it closes after this.
    var closes: Bool
    /// The body's length as announced; of a reply to HEAD, that of the body which GET would get.
    var announced: Int?
    /// What of it is not as the standard wants it.
    var oddity: HTTPOddity?

    init?(_ bytes: [UInt8]) {
        guard let head = HTTPHead(bytes.span, from: .server) else { return nil }
        status = Int16(head.status)
        flags = head.flags
        closes = head.closes
        announced = head.contentLength
        oddity = head.oddity
    }

    /// 2xx.
    var isSuccess: Bool { (200..<300).contains(status) }

    /// Whether the body is, byte for byte, what the path holds or a part of it.
    var tellsBody: Bool { flags.isDisjoint(with: [.isVariant, .isMultipart]) }

    /// Statuses behind which a server may close whatever was pipelined: it could not make sense of the request, or gives
    /// up.
    var permitsClose: Bool {
        closes || status >= 500 || [400, 408, 411, 413, 414, 417, 421, 426, 429, 431].contains(status)
    }
}

extension Reading {
    /// The head of a reply; nil where the protocol has none, or the bytes are none.
    func head(of reply: Message) -> ReplyHead? {
        switch rules {
        case .resp:
            guard let head = RESPHead(reply.bytes.span) else { return nil }
            return .resp(head)
        case .http:
            guard let head = HTTPReply(reply.bytes) else { return nil }
            return .http(head)
        case .echo, .tagged, .pairs: return nil
        }
    }
}
