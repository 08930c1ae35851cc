/// Executes commands on keys and values that all connections share.
package protocol Keyspace: Sendable {
    /// The reply to a command whose name and number of arguments are right.
    func execute(_ command: Command, _ words: [[UInt8]]) -> Reply

    /// The replies to several requests, between which nobody else's take effect.
    func execute(_ transaction: [KeyValueRequest]) -> Reply

    /// Before the server listens: starts what the keyspace needs. False when there is no process for it.
    func start() -> Bool

    /// When the server has drained: ends it.
    func finish()
}

/// A command with its words, the name included; their number is right.
package struct KeyValueRequest: Sendable {
    package var command: Command
    package var words: [[UInt8]]
}

extension Keyspace {
    /// Most keyspaces need nothing.
    package func start() -> Bool { true }
    package func finish() {}
}

/// Executes commands right here, on a table that the server's workers share.
package struct LocalKeyspace: Keyspace {
    private let table: any Table
    private let isolation: any Isolation

    package init(_ table: any Table, _ isolation: any Isolation) {
        self.table = table
        self.isolation = isolation
    }

    package func execute(_ command: Command, _ words: [[UInt8]]) -> Reply {
        if case .everything = command.keys { return isolation.isolateAll { command.run(words, table) } }
        let keys = command.keys(of: words)
        guard !keys.isEmpty else { return command.run(words, table) }
        return isolation.isolate(keys, for: command.purpose) { command.run(words, table) }
    }

    package func execute(_ transaction: [KeyValueRequest]) -> Reply {
        func run() -> Reply { .array(transaction.map { $0.command.run($0.words, table) }) }
        let touchesEverything = transaction.contains { request in
            if case .everything = request.command.keys { true } else { false }
        }
        if touchesEverything { return isolation.isolateAll(run) }
        let keys = transaction.flatMap { $0.command.keys(of: $0.words) }
        return keys.isEmpty ? run() : isolation.isolate(keys, for: .transaction, run)
    }
}
