import Verification
import Wire

/// What a judge needs of the head of a reply.
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

    fileprivate init(_ head: ReplyHead) {
        status = head.status
        flags = HTTPHead.Flags(rawValue: head.flags)
        closes = head.kind != 0
        announced = head.number < 0 ? nil : head.number
        oddity = head.detail == 0 ? nil : HTTPOddity.allCases[Int(head.detail) - 1]
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

extension ReplyHead {
    init(_ reply: HTTPReply) {
        self.init(isError: reply.status >= 400)
        kind = reply.closes ? 1 : 0
        detail = UInt8(reply.oddity.flatMap { HTTPOddity.allCases.firstIndex(of: $0) }.map { $0 + 1 } ?? 0)
        flags = reply.flags.rawValue
        status = reply.status
        number = reply.announced ?? -1
    }

    /// The head of a reply of HTTP.
    var http: HTTPReply { HTTPReply(self) }
}
