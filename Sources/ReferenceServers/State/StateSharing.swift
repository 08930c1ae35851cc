/// How the workers of a server share keys and values.
package struct StateSharing: Sendable {
    /// The name that `--state` takes.
    package let name: String
    /// One sentence for `--list`.
    package let summary: String
    /// Which workers can share state this way.
    package let suits: @Sendable (Workers) -> Bool
    /// Makes the keyspace from the correct table's parts; nil when there is no memory, descriptor or queue for it.
    package let make: @Sendable (Assembly) -> (any Keyspace)?

    /// All ways. A new one is one file and one entry here; the first that suits is a model's default.
    package static let all = [memory, shm, pipe, mq]

    /// The memory of one process.
    static let memory = StateSharing(
        name: "memory", summary: "the memory of one process",
        suits: { $0 != .processes }, make: \.localKeyspace)

    /// Shared memory with process-shared robust mutexes.
    static let shm = StateSharing(
        name: "shm", summary: "shared memory with robust mutexes",
        suits: { $0 == .processes }, make: \.localKeyspace)
}

extension Assembly {
    /// Executes commands in the worker itself.
    var localKeyspace: (any Keyspace)? {
        guard let table, let isolation else { return nil }
        return LocalKeyspace(table, isolation)
    }
}
