import Glibc

/// `torn-version`: a reader takes a value, and then its version, without a lock around both.
///
/// Modelled on servers that keep the version beside the value instead of in it. A client that is told the version of a newer
/// value replaces by `cas` what it has never seen, and the newer value is lost.
struct TornVersion: Defect {
    let name = "torn-version"
    let summary = "a value is read, and then the version of what is there by now"
    let oracle = "linearizability"
    let grade = Grade.quick
    let replaces: Set<Part> = [.isolation, .table]

    func objection(to choice: Choice) -> String? {
        choice.needsState ?? choice.needsParallelWorkers
            ?? (choice.service.versionBytes > 0 ? nil : "its values have no versions")
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.unguard([.read])
        guard let table = assembly.table else { return false }
        assembly.table = TornVersionTable(base: table, versionBytes: assembly.choice.service.versionBytes)
        return true
    }
}

/// Reads the front of a value later than the rest of it.
private struct TornVersionTable: Table {
    let base: any Table
    let versionBytes: Int

    func read(_ key: [UInt8]) -> Value? {
        guard case .string(let old)? = base.read(key) else { return nil }
        sched_yield()
        guard case .string(let new)? = base.read(key) else { return .string(old) }
        return .string(Array(new.prefix(versionBytes) + old.dropFirst(versionBytes)))
    }

    func write(_ key: [UInt8], _ value: Value?) -> Reply? { base.write(key, value) }
    func modify(_ key: [UInt8], _ change: (inout Value?) -> Reply) -> Reply { base.modify(key, change) }
    func removeAll() { base.removeAll() }
    var count: Int { base.count }
}
