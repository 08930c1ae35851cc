/// What the front of a client's stream holds.
package enum RequestFrame: Equatable, Sendable {
    /// A whole request of `length` bytes; `length` is at least 1.
    case message(length: Int)
    /// The beginning of a request: read more.
    case incomplete
    /// No continuation of these bytes is a request. `offset` counts from its start.
    case malformed(offset: Int, reason: String)
}
