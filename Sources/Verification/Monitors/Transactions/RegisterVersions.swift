/// The versions of all registers of a history, numbered one register after the other: there may be as many registers as
/// transactions, and a list for each would be most of the memory.
struct RegisterVersions {
    /// Where the versions of each key begin; those of the last end at the last number.
    private var starts: [Int32] = [0]
    private var writers: [Int32] = []

    init() {}

    /// - Parameter latest: of each key, the last of its versions; each has one more, what was there at first. A list has that
    ///   alone.
    init(latest: [Int32]) {
        starts.reserveCapacity(latest.count + 1)
        for last in latest { starts.append(starts[starts.count - 1] + last + 1) }
        writers = Array(repeating: -1, count: Int(starts[starts.count - 1]))
    }

    /// How many there are.
    var count: Int { Int(starts[starts.count - 1]) }

    /// The number of a version of a key.
    func number(_ key: Int32, _ version: Int32) -> Int { Int(starts[Int(key)] + version) }

    /// Which transaction wrote a version; -1 for what was there at first.
    func writer(_ key: Int32, _ version: Int32) -> Int32 { writers[number(key, version)] }

    /// Forgets who wrote what: an order needs it no more.
    mutating func forgetWriters() {
        writers = []
    }

    /// Notes who wrote a version.
    mutating func note(_ write: TransactionTable.Write, by transaction: Int32) {
        writers[number(write.key, write.version)] = transaction
    }
}

/// Rows by a small number of theirs, in their order: those of n stand from `starts[n]` to before `starts[n + 1]`.
struct Grouped<Row> {
    private var starts: [Int32]
    private var rows: [Row]

    /// - Parameters:
    ///   - groups: how many numbers there are.
    ///   - filler: any row.
    ///   - each: hands over each row with its number; it is asked twice.
    /// - Complexity: O(groups + rows).
    init(_ groups: Int, filler: Row, _ each: ((Int, Row) -> Void) -> Void) {
        // Counted two places further on: summed up, the place before says where they begin, and filling moves it to the end.
        var starts = Array(repeating: Int32(0), count: groups + 2)
        each { group, _ in starts[group + 2] += 1 }
        for place in starts.indices.dropFirst() { starts[place] += starts[place - 1] }
        var rows = Array(repeating: filler, count: Int(starts[groups + 1]))
        each { group, row in
            rows[Int(starts[group + 1])] = row
            starts[group + 1] += 1
        }
        (self.starts, self.rows) = (starts, rows)
    }

    subscript(group: Int) -> ArraySlice<Row> { rows[Int(starts[group])..<Int(starts[group + 1])] }
}
