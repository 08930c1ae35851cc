/// Where keys and values are kept. Each call is one atomic step; what joins several steps is `Isolation`.
package protocol Table: Sendable {
    /// The value of `key`.
    func read(_ key: [UInt8]) -> Value?

    /// Sets or, with nil, removes the value. The error reply when there is no memory left, and then nothing has changed.
    func write(_ key: [UInt8], _ value: Value?) -> Reply?

    /// Changes a value where it is, in one step; the reply is `change`'s, or an error when there is no memory left.
    func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply

    /// Removes everything.
    func removeAll()

    /// How many keys there are; O(stripes).
    var count: Int { get }
}

/// What a command does with its keys.
package enum Purpose: Equatable, Sendable, CaseIterable {
    /// It reads them.
    case read
    /// It overwrites them: SET, MSET.
    case write
    /// It computes new values from the old ones: INCR, APPEND, LPUSH.
    case update
    /// The old values decide whether or what it writes: SETNX, GETSET, DEL.
    case condition
    /// It is several commands, which read and change what they like: EXEC.
    case transaction
}

/// The reply when a store is full.
package let outOfMemory = Reply.error(Array("OOM command not allowed when the arena is full".utf8))
