package import Capture

/// What the clients saw of one execution: the second witness, beside the capture.
package struct ExecutionLog: Sendable {
    /// The execution's number in its campaign.
    package var execution: Int
    /// The connections, in order of opening.
    package var connections: [ConnectionLog]
    /// How the script ended.
    package var outcome: Outcome
    /// When the execution began, by the wall clock, in nanoseconds.
    package var startNanoseconds: Int64
    /// When it ended, by the wall clock, in nanoseconds.
    package var endNanoseconds: Int64
    /// What the clients did as packets, where no wire can be captured.
    package var packets: PacketBatch?
    /// What the clients waited for.
    package var waits = Waits()
    /// How long the target's threads had no processor, though they wanted one, while clients waited long. Nanoseconds.
    package var starved: Int64 = 0
    /// What is part of the names and values of this execution alone.
    package var stem: [UInt8] = []
    /// Datagrams to the target that the kernel dropped for want of room while a client waited in vain.
    package var droppedDatagrams = 0

    package init(
        execution: Int, connections: [ConnectionLog], outcome: Outcome, startNanoseconds: Int64, endNanoseconds: Int64
    ) {
        self.execution = execution
        self.connections = connections
        self.outcome = outcome
        self.startNanoseconds = startNanoseconds
        self.endNanoseconds = endNanoseconds
    }

    /// Whether there were clients, and none of them was connected.
    var metNobody: Bool {
        !connections.isEmpty
            && connections.allSatisfy { $0.wasReset && $0.sentBytes == 0 && $0.receivedBytes == 0 }
    }

    /// Whether the target sent more than the clients read.
    var isFlooded: Bool { if case .flooded = outcome { true } else { false } }

    /// How a script ends.
    package enum Outcome: Equatable, Sendable {
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
package struct ConnectionLog: Sendable {
    /// The client's number in the scenario.
    package var client: Int
    /// What names it in the capture: no other connection of its time has it.
    package var source: ClientSource
    /// Bytes that the kernel took.
    package var sentBytes = 0
    /// Bytes read.
    package var receivedBytes = 0
    /// The hash of these bytes.
    package var receivedHash = StreamHash()
    /// When each `send` step was begun, with the stream offset of its first byte.
    package var sends: [Mark] = []
    /// When each reply was whole, with the stream offset behind its last byte.
    package var replies: [Mark] = []
    /// The server closed its side.
    package var serverClosed = false
    /// The client gave up while the target's kernel had taken nothing that it sent: it waited for the listen queue.
    package var isUnheard = false
    /// Until then the connection waited in the listen queue, which moved: so long nobody owed it a reply. By the wall clock,
    /// in nanoseconds; nil where it was not seen there.
    package var owedSince: Int64?
    /// The connection was reset, or refused.
    package var wasReset = false
    /// The server closed its side while the client waited for a reply.
    package var wasLeftWaiting = false
    /// The client shut down writing and went on reading: the server owes it the rest of its replies.
    package var keptReading = false
    /// The process of the target that served it, where somebody looked and found it.
    package var serverProcess: Int?
    /// The client closed with a reset, which discards what was under way.
    package var clientReset = false
    /// Bytes that had come when the script was over, before the client said that it would send no more; 0 where not every step was
    /// done.
    package var heardInScript = 0
    /// The server had ended it by then.
    package var wasOverInScript = false

    package init(client: Int, source: ClientSource) {
        self.client = client
        self.source = source
    }

    /// A place in a stream, and a wall-clock time in nanoseconds.
    package struct Mark: Sendable {
        /// The stream offset.
        package var offset: Int
        /// The time.
        package var nanoseconds: Int64

        package init(offset: Int, nanoseconds: Int64) {
            self.offset = offset
            self.nanoseconds = nanoseconds
        }
    }
}

/// A hash of a stream that does not depend on how the stream was cut into reads; eight bytes a step, for megabytes of
/// replies. Not for adversaries.
package struct StreamHash: Hashable, Sendable {
    private var value: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var word: UInt64 = 0
    private var filled = 0

    /// The hash of nothing.
    package init() {}

    /// Adds the next bytes of the stream.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
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
package struct FNV1a: Hashable, Sendable {
    /// The hash of what was added so far.
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    /// The hash of nothing.
    package init() {}

    /// Adds bytes.
    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}
