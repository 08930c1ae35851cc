/// The parts of a server before it starts. It begins with the correct parts; a defect swaps some of them.
package struct Assembly: Sendable {
    package let choice: Choice
    package var transport: any Transport
    package var acceptor: any Acceptor = PatientAcceptor()
    package var reaper: any Reaper = ThoroughReaper()
    package var queue: any WorkQueue
    package var peers: any PeerBook = OwnPeer()
    package var batcher: any Batcher = WholeBatcher()
    package var executor: any Executor = OnceExecutor()
    package var assembler: any ReplyAssembler = OrderedAssembler()
    package var sender: any Sender = WholeSender()
    package var departure: any Departure = NoDeparture()
    package var closer: any Closer = OnceCloser()
    package var parentCopies: any ParentCopies = ClosedCopies()
    package var threadEnd: any ThreadEnd = ImmediateEnd()
    package var signals: any SignalPolicy = IgnoredSIGPIPE()
    /// The keys and values, and what makes commands on them atomic; nil for services without state.
    package var table: (any Table)?
    package var isolation: (any Isolation)?
    /// What each command of the kv service does, by its name in capitals.
    package var commands = Command.byName
    /// Who is subscribed to which channels of the kv service.
    package var board: any ChannelBoard = LockedBoard()
    /// The directory of the file service.
    package var root: FileRoot?
    package var framer: any Framer = AtomicFramer()
    /// What executes commands; made from the parts above when all defects are planted.
    package var keyspace: (any Keyspace)?

    /// The correct parts for a choice; nil when there is no memory for shared state.
    package init?(_ choice: Choice) {
        self.choice = choice
        transport = choice.transport
        guard let queue = SemaphoreQueue() else { return nil }
        self.queue = queue
        guard choice.service.hasState else { return }
        guard let isolation = StripedIsolation() else { return nil }
        self.isolation = isolation
        if choice.state.name == StateSharing.shm.name {
            guard let table = SharedTable() else { return nil }
            self.table = table
        } else {
            table = ThreadTable()
        }
    }

    /// Plants the defects and starts what the keyspace needs; false when memory or processes have run out.
    package mutating func complete() -> Bool {
        for defect in choice.defects {
            guard defect.plant(in: &self) else { return false }
        }
        guard choice.service.hasState else { return true }
        keyspace = choice.state.make(self)
        return keyspace?.start() ?? false
    }

    /// What every connection gets.
    package var parts: ConnectionParts {
        ConnectionParts(
            service: choice.service.make(self), batcher: batcher, executor: executor, assembler: assembler,
            sender: sender, departure: departure, closer: closer)
    }
}

/// What a server is put together from.
package struct Choice: Sendable {
    package var model: any Model
    package var service: ServiceEntry
    package var transport: any Transport
    package var state: StateSharing
    package var defects: [any Defect]
}
