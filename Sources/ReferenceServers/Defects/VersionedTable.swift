/// A table whose stripes count their changes, so that a value that was read can be replaced only if nothing has changed.
///
/// Each step is locked by the table below, and the counts are atomic: they live in memory that processes share.
struct VersionedTable: Table {
    /// A value as a change would leave it, and when that was seen.
    struct Seen {
        var value: Value?
        var reply: Reply
        fileprivate var version: Int
    }

    private let base: any Table
    private let versions: SharedMemory

    /// Nil when there is no memory.
    init?(_ base: any Table) {
        guard let versions = SharedMemory(byteCount: Limits.stripes * 8) else { return nil }
        self.base = base
        self.versions = versions
    }

    func read(_ key: [UInt8]) -> Value? { base.read(key) }
    func removeAll() { base.removeAll() }
    var count: Int { base.count }

    func write(_ key: [UInt8], _ value: Value?) -> Reply? {
        let reply = modify(key) { old in
            old = value
            return .ok
        }
        return reply == .ok ? nil : reply
    }

    func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply {
        base.modify(key) { value in
            _ = versions.fetchAdd(1, at: place(key))
            return change(&value)
        }
    }

    /// What a change would make of the value, which stays as it is.
    func look(at key: [UInt8], _ change: (inout Value?) -> Reply) -> Seen {
        var seen = Seen(value: nil, reply: .null, version: 0)
        _ = base.modify(key) { value in
            seen.value = value
            seen.version = versions.atomicLoad(at: place(key))
            seen.reply = change(&seen.value)
            return seen.reply
        }
        return seen
    }

    /// Puts there what was seen, unless a key of the same stripe has changed since: then nil.
    func replace(_ key: [UInt8], _ seen: Seen) -> Reply? {
        var isCurrent = false
        let reply = base.modify(key) { value in
            isCurrent = versions.atomicLoad(at: place(key)) == seen.version
            guard isCurrent else { return seen.reply }
            _ = versions.fetchAdd(1, at: place(key))
            value = seen.value
            return seen.reply
        }
        return isCurrent ? reply : nil
    }

    private func place(_ key: [UInt8]) -> Int { stripe(of: key) * 8 }
}
