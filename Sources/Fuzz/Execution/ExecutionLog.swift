public import Capture

/// What the clients saw of one execution: the second witness, beside the capture.
public struct ExecutionLog: Sendable {
    /// The execution's number in its campaign.
    public var execution: Int
    /// The connections, in order of opening.
    public var connections: [ConnectionLog]
    /// How the script ended.
    public var outcome: Outcome
    /// When the execution began, by the wall clock, in nanoseconds.
    public var startNanoseconds: Int64
    /// When it ended, by the wall clock, in nanoseconds.
    public var endNanoseconds: Int64
    /// What the clients did as packets, where no wire can be captured.
    public var packets: PacketBatch?
    /// What the clients waited for.
    public var waits = Waits()
    /// Datagrams to the target that the kernel dropped for want of room while a client waited in vain.
    public var droppedDatagrams = 0

    package init(
        execution: Int, connections: [ConnectionLog], outcome: Outcome, startNanoseconds: Int64, endNanoseconds: Int64
    ) {
        self.execution = execution
        self.connections = connections
        self.outcome = outcome
        self.startNanoseconds = startNanoseconds
        self.endNanoseconds = endNanoseconds
    }

    /// Whether the target sent more than the clients read.
    var isFlooded: Bool { if case .flooded = outcome { true } else { false } }

    /// How a script ends.
    public enum Outcome: Equatable, Sendable {
        /// Every step was done.
        case completed
        /// A reply did not come, and the target was asleep or the longest wait was over.
        case stalled(client: Int)
        /// The clients have read all that an execution may bring them, and the target sends on: to this client so many bytes
        /// that are no whole reply yet.
        case flooded(client: Int, unfinished: Int)
        /// The user wants to stop, or the time is over.
        case interrupted
    }
}

/// One connection as its client saw it.
public struct ConnectionLog: Sendable {
    /// The client's number in the scenario.
    public var client: Int
    /// What names it in the capture: no other connection of its time has it.
    public var source: ClientSource
    /// Bytes that the kernel took.
    public var sentBytes = 0
    /// Bytes read.
    public var receivedBytes = 0
    /// The hash of these bytes.
    public var receivedHash = StreamHash()
    /// When each `send` step was begun, with the stream offset of its first byte.
    public var sends: [Mark] = []
    /// When each reply was whole, with the stream offset behind its last byte.
    public var replies: [Mark] = []
    /// The server closed its side.
    public var serverClosed = false
    /// The client gave up while the target's kernel had taken nothing that it sent: it waited for the listen queue.
    public var isUnheard = false
    /// Until then the connection waited in the listen queue, which moved: so long nobody owed it a reply. By the wall clock,
    /// in nanoseconds; nil where it was not seen there.
    public var owedSince: Int64?
    /// The connection was reset, or refused.
    public var wasReset = false
    /// The client shut down writing and went on reading: the server owes it the rest of its replies.
    public var keptReading = false
    /// The process of the target that served it, where somebody looked and found it.
    public var serverProcess: Int?
    /// The client closed with a reset, which discards what was under way.
    public var clientReset = false

    package init(client: Int, source: ClientSource) {
        self.client = client
        self.source = source
    }

    /// A place in a stream, and a wall-clock time in nanoseconds.
    public struct Mark: Sendable {
        /// The stream offset.
        public var offset: Int
        /// The time.
        public var nanoseconds: Int64

        package init(offset: Int, nanoseconds: Int64) {
            self.offset = offset
            self.nanoseconds = nanoseconds
        }
    }
}

/// A hash of a stream that does not depend on how the stream was cut into reads; eight bytes a step, for megabytes of
/// replies. Not for adversaries.
public struct StreamHash: Hashable, Sendable {
    private var value: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var word: UInt64 = 0
    private var filled = 0

    /// The hash of nothing.
    public init() {}

    /// Adds the next bytes of the stream.
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            if filled == 0, bytes.count - index >= 8 {
                mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
                index += 8
                continue
            }
            word |= UInt64(bytes[index]) << UInt64(8 * filled)
            filled += 1
            index += 1
            guard filled == 8 else { continue }
            mix(word)
            word = 0
            filled = 0
        }
    }

    private mutating func mix(_ next: UInt64) {
        value = (value ^ next) &* 0xFF51_AFD7_ED55_8CCD
        value ^= value >> 32
    }
}

/// The 64-bit FNV-1a hash: <http://www.isthe.com/chongo/tech/comp/fnv/>.
public struct FNV1a: Hashable, Sendable {
    /// The hash of what was added so far.
    public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The hash of nothing.
    public init() {}

    /// Adds bytes.
    public mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}
