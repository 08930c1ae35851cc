/// The parts of a server before it starts. It begins with the correct parts; a defect swaps some of them.
package struct Assembly: Sendable {
    package let choice: Choice
    package var transport: any Transport = TCP4Transport()
    package var acceptor: any Acceptor = PatientAcceptor()
    package var reaper: any Reaper = ThoroughReaper()
    package var queue: any WorkQueue
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

    /// The correct parts for a choice; nil when there is no memory for shared state.
    package init?(_ choice: Choice) {
        self.choice = choice
        guard let queue = SemaphoreQueue() else { return nil }
        self.queue = queue
        guard choice.service.hasState else { return }
        guard let isolation = StripedIsolation() else { return nil }
        self.isolation = isolation
        if choice.model.workers == .processes {
            guard let table = SharedTable() else { return nil }
            self.table = table
        } else {
            table = ThreadTable()
        }
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
    package var defects: [any Defect]
}
