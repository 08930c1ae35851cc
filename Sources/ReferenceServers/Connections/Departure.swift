/// Decides, when requests were answered and before the replies are sent, whether the client is still there for them.
package protocol Departure: Sendable {
    /// Whether the replies are dropped and the connection closed.
    func hasLeft(_ number: Int32) -> Bool
}

/// Takes nobody for gone: a client that has shut down writing may well be reading. One that is really gone makes
/// sending fail.
package struct NoDeparture: Departure {
    package init() {}

    package func hasLeft(_ number: Int32) -> Bool { false }
}
