/// A system call that waits for many descriptors, for `EventLoop`. Descriptors are watched one interest at a time.
package protocol Poller: ~Copyable {
    /// Whether an event is told once, when it happens, instead of as long as it lasts.
    static var isEdgeTriggered: Bool { get }

    /// Begins to watch a descriptor. False when this call cannot watch it.
    mutating func watch(_ descriptor: Int32, for interest: Interest) -> Bool

    /// Watches for something else.
    mutating func change(_ descriptor: Int32, to interest: Interest)

    /// Stops watching; before the descriptor is closed.
    mutating func forget(_ descriptor: Int32)

    /// Waits until something is ready (negative milliseconds: for ever), and puts what is into `ready`.
    mutating func wait(milliseconds: Int32, _ ready: inout [Int32])
}

/// What a descriptor is watched for.
package enum Interest: Equatable, Sendable {
    case readable
    case writable
    /// Readable, and other processes watch it too: wake only some of them.
    case shared
}
