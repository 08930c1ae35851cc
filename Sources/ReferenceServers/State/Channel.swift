/// A one-way channel for frames, open in all processes that were forked after it was made.
package protocol Channel: Sendable {
    /// Sends one frame in one piece. False when a non-blocking channel is full.
    func send(_ frame: Frame) -> Bool

    /// Waits for a frame.
    func receive() -> Frame

    /// What to poll for frames, and for room.
    var readable: Int32 { get }
    var writable: Int32 { get }
}

/// A worker's or the owner's end of what connects them.
package struct Channels: Sendable {
    /// From all workers to the owner; sending waits for room.
    package var requests: any Channel
    /// From the owner to the worker that holds the slot; sending does not wait, so a dead worker stops nobody.
    package var replies: [any Channel]
}
