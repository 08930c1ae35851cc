/// Executes commands on keys and values that all connections share.
package protocol Keyspace: Sendable {
    /// The reply to a command whose name and number of arguments are right.
    func execute(_ command: Command, _ words: [[UInt8]]) -> Reply

    /// Before the server listens: starts what the keyspace needs. False when there is no process for it.
    func start() -> Bool

    /// When the server has drained: ends it.
    func finish()
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
}
