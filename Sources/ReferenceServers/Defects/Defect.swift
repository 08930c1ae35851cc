/// A bug that is planted on purpose, by swapping a part of a server.
package protocol Defect: Sendable {
    /// The name behind the plus sign.
    var name: String { get }
    /// What is wrong, in one clause for `--list`.
    var summary: String { get }
    /// The oracle that must find it, by its id.
    var oracle: String { get }
    /// Other oracles by which it may show, where the model hides the own one: the death of one worker of several is
    /// seen by its clients alone.
    var alsoShownBy: [String] { get }
    /// How long an ordinary load test needs to hit it.
    var grade: Grade { get }
    /// The parts that it replaces; two defects cannot replace the same one.
    var replaces: Set<Part> { get }

    /// The state sharing and the transport that it needs, if it needs one: then it is the default.
    var state: String? { get }
    var transport: String? { get }

    /// Why the defect cannot exist in these servers; nil where it can.
    func objection(to choice: Choice) -> String?

    /// Swaps the parts. False when there is no memory for what the defect shares.
    func plant(in assembly: inout Assembly) -> Bool
}

extension Defect {
    /// A part that the defect replaces and that servers of datagrams do not have.
    var partMissingOnDatagrams: Part? {
        Part.allCases.first { replaces.contains($0) && !$0.worksOnDatagrams }
    }

    var state: String? { nil }
    var transport: String? { nil }
    var alsoShownBy: [String] { [] }
}

/// A part of a server that a defect can replace.
package enum Part: CaseIterable, Sendable {
    case acceptor
    case reaper
    case batcher
    case executor
    case assembler
    case sender
    case departure
    case closer
    case parentCopies
    case threadEnd
    case queue
    case signals
    case framer
    case peers

    /// Whether the part is there when clients send datagrams, one request each.
    var worksOnDatagrams: Bool {
        switch self {
        case .executor, .assembler, .table, .isolation, .commands, .framer, .peers: true
        default: false
        }
    }
    case table
    case isolation
    case commands
    case board
}

/// All defects. A new one is one file and one entry here.
package enum Defects {
    package static let all: [any Defect] = [
        // Races on shared state.
        LostUpdate(), CheckThenAct(), StaleRead(), TornWrite(), UnlockAsLock(), NarrowWindow(), LostDigit(),
        LockOrder(), TornVersion(),
        // Races on lists, hashes, sets and transactions.
        LostPush(), DoublePop(), TornMove(), LostFieldIncrement(), TornFields(), TornSnapshot(), DoubleAdd(),
        SharedPop(),
        SplitTransaction(),
        // Messages to subscribers.
        LostMessage(), DoubledMessage(), ReorderedMessages(), MisdeliveredMessage(),
        // Replies and requests.
        SharedReplyBuffer(), ReorderedReplies(), OneReadOneMessage(), ShortWriteIgnored(), EarlyClose(),
        DoubleProcessing(), LateReply(), SlowClientBlocksAll(),
        // Processes, threads, descriptors.
        ZombieChildren(), InheritedDescriptor(), DescriptorLeak(), ThreadLeak(), QueueOverflow(), LostWakeup(),
        JoinBeforeAccept(), RestlessThread(),
        UseAfterClose(), SIGPIPEDeath(), AcceptLoopExit(), ErrnoOverwritten(), InterleavedPipe(),
        WrongPeer(),
    ]
}

extension Choice {
    /// An objection unless workers run beside each other.
    var needsParallelWorkers: String? {
        model.workers == .one ? "one thread does everything, so nothing can race" : nil
    }

    /// An objection unless one worker serves many connections.
    var needsSharedWorkers: String? {
        model.multiplexes || model.workers == .threads ? nil : "each connection has a process of its own"
    }

    /// An objection unless ready connections wait in a queue.
    var needsPool: String? {
        model.workers == .threads && model.multiplexes ? nil : "the model has no queue of ready connections"
    }

    /// An objection unless the workers themselves execute commands on shared keys and values.
    var needsState: String? {
        guard service.hasState else { return "the service keeps nothing between requests" }
        return ["pipe", "mq"].contains(state.name) ? "one owner process executes all commands" : nil
    }

    /// An objection unless workers beside each other execute commands on lists, hashes and sets that they share.
    var needsSharedCollections: String? {
        guard service.name == "kv" else { return "the service has no lists, hashes and sets" }
        return needsState ?? needsParallelWorkers
    }

    /// An objection unless clients publish to others: those of other processes are out of reach.
    var needsChannels: String? {
        guard service.name == "kv" else { return "the service has no channels" }
        if model.workers == .processes { return "its workers are processes, which cannot send to each other's clients" }
        return transport.isDatagram ? "datagrams belong to no subscriber" : nil
    }

    /// An objection where clients send datagrams.
    var needsConnections: String? { transport.isDatagram ? "datagrams belong to no transaction" : nil }
}
