import System

/// Who of an execution's clients waits in the target's listen queue, looked at now and then where an execution takes long:
/// the kernel takes a connection and its requests before the target has accepted it, and who is not accepted is owed
/// nothing yet, as long as the queue moves.
struct QueueWatch {
    private let address: TargetAddress
    private let network: NetworkNamespaces?
    private var waiting: Set<QueuedClient> = []
    private var begin: Int64 = 0
    private var lastLook: Int64 = 0
    /// When the execution began, or somebody last left the queue, by both clocks.
    private(set) var moved: (monotonic: Int64, wall: Int64) = (0, 0)

    /// In shorter executions nobody is silent long enough to be accused. Nanoseconds.
    private static let shortest: Int64 = 150_000_000
    private static let betweenLooks: Int64 = 50_000_000

    init(address: TargetAddress, network: NetworkNamespaces?) {
        self.address = address
        self.network = network
    }

    /// An execution begins.
    mutating func beginExecution() {
        begin = Clock.monotonic
        lastLook = 0
        moved = (begin, Clock.wall)
        waiting.removeAll()
    }

    /// Looks, if it is time to, and notes in the connections' logs who waits.
    ///
    /// - Complexity: O(connections of the machine), some nanoseconds each, and nothing once all were accepted.
    mutating func look(at connections: [ClientConnection], now: Int64 = Clock.monotonic) {
        guard now - begin >= Self.shortest, now - lastLook >= Self.betweenLooks else { return }
        lastLook = now
        guard connections.contains(where: { $0.mayBeQueued }),
            let queued = try? network.inside({ SocketDiagnosis.queued(at: address) })
        else { return }
        let wall = Clock.wall
        if !waiting.isSubset(of: queued) { moved = (now, wall) }
        waiting = queued
        for connection in connections where connection.mayBeQueued {
            if holds(connection) { connection.wasQueued(at: wall) } else { connection.isNotQueued() }
        }
    }

    /// Whether the connection was in the queue at the last look.
    func holds(_ connection: ClientConnection) -> Bool {
        connection.mayBeQueued && waiting.contains(connection.queueName)
    }
}
