/// Every limit of the reference servers, by name.
package enum Limits {
    /// Connections that the kernel keeps while nobody accepts them; `listen(2)`'s backlog.
    package static let backlog: Int32 = 1024
    /// `SO_SNDBUF` of an accepted socket, in bytes (the kernel doubles it), so that memory per connection is bounded.
    package static let sendBufferBytes: Int32 = 64 << 10
    /// How much a connection reads at first, and after its buffer was emptied.
    package static let readChunkBytes = 16 << 10
    /// How much a connection with a long request reads at most at once.
    package static let maximumReadChunkBytes = 1 << 20
    /// The longest request; a longer one is refused and its connection closed.
    package static let maximumRequestBytes = 64 << 20
    /// The words of all requests between MULTI and EXEC, in bytes.
    package static let transactionBytes = 32 << 20
    /// Messages and replies that a subscriber has not read; with more it is let go, in bytes.
    package static let unreadMessageBytes = 8 << 20
    /// Replies of one batch are sent once they exceed this, before more requests are answered.
    package static let batchBytes = 1 << 20
    /// Input that is read and thrown away when the server closes first, so that the close is not a reset.
    package static let lingerBytes = 1 << 20
    /// How long a drain waits for connections to finish after SIGTERM, in milliseconds.
    package static let drainMilliseconds: Int32 = 2_000
    /// How long accepting pauses when descriptors, threads or processes have run out, in milliseconds.
    package static let exhaustedPauseMilliseconds: Int32 = 10
    /// How long the iterative model waits for a silent client while others wait, in microseconds: after a round in which
    /// nobody said anything, and at most, when that goes on.
    package static let shortestTurnMicroseconds = 10
    package static let longestTurnMicroseconds = 1_000
    /// Worker processes of the preforked models.
    package static let preforkedWorkers = 4
    /// Threads of the pool.
    package static let poolThreads = 4
    /// Ready connections that wait for a thread of the pool; then the dispatcher waits.
    package static let poolQueue = 64
    /// The stack of one thread, in bytes.
    package static let threadStackBytes = 512 << 10
    /// How many stripes a store is divided into; a power of two.
    package static let stripes = 64
    /// Peers that have a worker at the same time, over UDP; datagrams of more are dropped.
    package static let peers = 2048
    /// How long a peer's worker waits for the next datagram before it ends, in milliseconds.
    package static let peerIdleMilliseconds: Int32 = 100
    /// Commands that may be on their way to an owner process at once; each has a reply channel.
    package static let ownerSlots = 32
    /// The shared store: virtual size of its memory, used as it is touched. Halved until the kernel grants it.
    package static let arenaBytes = 4 << 30
    /// The smallest arena that a server accepts.
    package static let smallestArenaBytes = 64 << 20
    /// Buckets of the shared store's hash table; a power of two.
    package static let buckets = 1 << 20
}
