/// Which messages of a server answer which requests of one connection, for protocols in which its past decides that: who
/// has subscribed to something gets several replies to one request, and messages that answer nobody.
///
/// Each connection has one of its own, and is taken through it from its first message on.
public protocol ReplyPairing: Sendable {
    /// Takes the server's next whole message.
    ///
    /// - Parameter request: the first one that is not answered, or not answered whole; nil where all are.
    mutating func place(of message: Span<UInt8>, after request: Span<UInt8>?) -> MessagePlace
}

/// What a message of a server is.
public enum MessagePlace: Equatable, Sendable {
    /// It answers nobody: it was not asked for.
    case unsolicited
    /// It answers the request, to which so many more messages belong.
    case reply(more: Int)
}
