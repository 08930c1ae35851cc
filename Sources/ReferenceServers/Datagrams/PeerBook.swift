/// Knows where replies go.
package protocol PeerBook: Sendable {
    /// A worker begins with a datagram of `peer`.
    func begins(_ peer: [UInt8])

    /// Where the reply to a datagram of `peer` goes.
    func destination(for peer: [UInt8]) -> [UInt8]
}

/// A reply goes where its request came from.
package struct OwnPeer: PeerBook {
    package init() {}

    package func begins(_ peer: [UInt8]) {}
    package func destination(for peer: [UInt8]) -> [UInt8] { peer }
}
