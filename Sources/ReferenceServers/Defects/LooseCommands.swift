extension Assembly {
    /// Swaps what commands do for steps of which each is atomic; nothing holds their keys between two steps.
    mutating func loosen(_ names: String..., run: @escaping @Sendable ([[UInt8]], any Table) -> Reply) {
        for name in names { loosen(name) { _ in run } }
    }

    /// The same, where the new way uses the correct one on a table of its own.
    mutating func loosen(
        _ name: String, _ way: (Command) -> @Sendable ([[UInt8]], any Table) -> Reply
    ) {
        guard let correct = commands[Array(name.utf8)] else { preconditionFailure("there is no command \(name)") }
        // Without keys nothing is held for it.
        commands[Array(name.utf8)] = Command(name, correct.arity, correct.purpose, .none, way(correct))
    }
}
