/// Configurations from which no order was found, by two independent marks of 64 bits: for two to be taken for one there is
/// a chance of 2⁻¹²⁸.
struct FailedSet {
    private struct Key: Hashable {
        var first: UInt64
        var second: UInt64

        func hash(into hasher: inout Hasher) { hasher.combine(first) }
    }
    private var keys: Set<Key> = []

    func contains(_ key: (UInt64, UInt64)) -> Bool { keys.contains(Key(first: key.0, second: key.1)) }
    mutating func insert(_ key: (UInt64, UInt64)) { keys.insert(Key(first: key.0, second: key.1)) }
    /// Memory, about.
    var byteCount: Int { keys.capacity * 24 }
}
