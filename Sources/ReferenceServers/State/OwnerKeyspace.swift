import CLinux
import Glibc
import Synchronization

/// Keys and values that belong to one process; workers send it commands and wait for the replies.
///
/// The owner executes one command after the other, so no command needs a lock. A worker takes a slot for each command: a
/// robust mutex, and the reply channel that goes with it. When a worker dies, its slot goes to the next one, who tells
/// replies that were meant for the dead one by their sequence number.
final class OwnerKeyspace: Keyspace {
    private let channels: Channels
    private let framer: any Framer
    private let slots: LockArray
    /// The number of the last request of each slot.
    private let sequences: SharedMemory
    private let owner = Atomic<pid_t>(0)

    /// Makes the channels' users; `start` forks the owner. Nil when there is no memory.
    init?(_ channels: Channels, _ framer: any Framer) {
        guard let slots = LockArray(count: Limits.ownerSlots),
            let sequences = SharedMemory(byteCount: Limits.ownerSlots * 8)
        else { return nil }
        self.channels = channels
        self.framer = framer
        self.slots = slots
        self.sequences = sequences
    }

    func start() -> Bool {
        let parent = getpid()
        let child = fork()
        if child == 0 {
            // SIGTERM and SIGINT stay blocked: the owner outlives its workers, and the parent ends it.
            _ = cf_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL))
            if getppid() != parent { _exit(0) }
            Owner(channels, framer).run()
        }
        owner.store(child, ordering: .relaxed)
        return child > 0
    }

    func finish() {
        let child = owner.load(ordering: .relaxed)
        guard child > 0 else { return }  // To kill(2), 0 and -1 are everybody.
        kill(child, SIGKILL)
        waitpid(child, nil, 0)
    }

    func execute(_ command: Command, _ words: [[UInt8]]) -> Reply {
        ask([Array(command.name.utf8)] + words.dropFirst())
    }

    func execute(_ transaction: [KeyValueRequest]) -> Reply {
        ask(
            [Owner.transaction]
                + transaction.map { RequestReader.encode([Array($0.command.name.utf8)] + $0.words.dropFirst()) })
    }

    /// The owner's reply to a request, whose first word is a command's name as it is.
    private func ask(_ words: [[UInt8]]) -> Reply {
        let slot = Int(getpid()) % Limits.ownerSlots
        return slots.withLock(slot) {
            sequences[slot * 8] = (sequences[slot * 8] + 1) & 0x7FFF_FFFF
            let sequence = sequences[slot * 8]
            for frame in framer.frames(RequestReader.encode(words), slot: slot, sequence: sequence) {
                _ = channels.requests.send(frame)
            }
            var reply: [UInt8] = []
            while true {
                let frame = channels.replies[slot].receive()
                guard frame.sequence == sequence else { continue }
                reply += frame.payload
                if frame.isLast { return Reply(reply) ?? .failure("ERR the owner's reply is damaged") }
            }
        }
    }
}

/// The process that owns the keys.
private struct Owner: ~Copyable {
    private let channels: Channels
    private let keyspace: LocalKeyspace
    private let framer: any Framer
    private var open: [Frame] = []
    /// The pieces of the request that each slot is sending.
    private var requests: [(sequence: Int, bytes: [UInt8])]
    /// Frames that a slot's reply channel has no room for yet.
    private var replies: [ArraySlice<Frame>]

    init(_ channels: Channels, _ framer: any Framer) {
        self.channels = channels
        self.framer = framer
        guard let isolation = StripedIsolation() else { _exit(1) }
        keyspace = LocalKeyspace(ThreadTable(), isolation)
        requests = Array(repeating: (0, []), count: Limits.ownerSlots)
        replies = Array(repeating: [], count: Limits.ownerSlots)
    }

    consuming func run() -> Never {
        while true {
            let blocked = replies.indices.filter { !replies[$0].isEmpty }
            var waiting = [pollfd(fd: channels.requests.readable, events: Int16(POLLIN), revents: 0)]
            waiting += blocked.map { pollfd(fd: channels.replies[$0].writable, events: Int16(POLLOUT), revents: 0) }
            guard poll(&waiting, UInt(waiting.count), -1) > 0 else { continue }
            for (slot, entry) in zip(blocked, waiting.dropFirst()) where entry.revents != 0 { send(slot) }
            if waiting[0].revents != 0 { take(framer.claim(channels.requests.receive(), open: &open)) }
        }
    }

    private mutating func take(_ frame: Frame) {
        let slot = frame.slot
        // A new number: whatever the slot said before was said by a worker that died, and so was what it asked.
        if requests[slot].sequence != frame.sequence {
            requests[slot] = (frame.sequence, [])
            replies[slot] = []
        }
        requests[slot].bytes += frame.payload
        guard frame.isLast else { return }
        var reply: [UInt8] = []
        execute(requests[slot].bytes).append(to: &reply)
        requests[slot].bytes = []
        replies[slot] = AtomicFramer().frames(reply, slot: slot, sequence: frame.sequence)[...]
        send(slot)
    }

    private mutating func send(_ slot: Int) {
        while let frame = replies[slot].first, channels.replies[slot].send(frame) { replies[slot].removeFirst() }
    }

    /// The name of a request whose other words are requests: workers queue what clients say between MULTI and EXEC.
    static let transaction = Array("EXEC".utf8)

    private func execute(_ request: [UInt8]) -> Reply {
        let damaged = Reply.failure("ERR the request reached the owner damaged")
        guard let words = RequestReader.words(request.span) else { return damaged }
        guard words.first == Self.transaction else {
            guard let request = Self.request(words) else { return damaged }
            return keyspace.execute(request.command, request.words)
        }
        let requests = words.dropFirst().map { RequestReader.words($0.span).flatMap(Self.request) }
        let whole = requests.compactMap { $0 }
        return whole.count == requests.count ? keyspace.execute(whole) : damaged
    }

    private static func request(_ words: [[UInt8]]) -> KeyValueRequest? {
        guard let name = words.first, let command = Command.byName[name], command.accepts(words.count)
        else { return nil }
        return KeyValueRequest(command: command, words: words)
    }
}
