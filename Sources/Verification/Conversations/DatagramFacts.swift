public import Capture

/// What datagrams show that streams cannot.
public struct DatagramFacts: Sendable {
    /// Further copies of a request that was not answered yet, by exchange: the client asked again, and it is the same
    /// operation still.
    public var retries: [Int: [PacketReference]] = [:]
    /// Further replies to a request that was answered already, by exchange; no more than it had retries.
    public var repliedAgain: [Int: [Message]] = [:]
}
