/// The transactions of a history as others see them: what each saw of a key before it changed it, and what it left there.
///
/// Only histories whose written values are unique for their key, and whose keys are either registers or lists, have a
/// table: then each value read names its writer.
struct TransactionTable {
    /// What was there when it came, by version: of a list how much of it, of a register whose; 0 is nothing yet.
    struct Read {
        var key: Int32
        var version: Int32
    }

    /// What it left: of a register its version, of a list how much it appended.
    struct Write {
        var key: Int32
        var version: Int32
    }

    /// One key.
    struct Key {
        /// As the history calls it.
        var code: Int
        /// Which list it is; -1 where it is none.
        fileprivate var list: Int32 = -1
        var isRegister = false

        var isList: Bool { list >= 0 }
    }

    /// A key that is a list.
    private struct List {
        /// The longest that was seen, and who saw it.
        var longest = Seen.nothing
        var longestRow = -1
        /// The transactions in the order of what was seen of them, and the length after each.
        var appended: [(transaction: Int32, length: Int32)] = []
    }

    /// One transaction that happened: it was answered, or something that it wrote was seen. What it read and wrote ends
    /// where that of the next begins.
    private struct Transaction {
        var row: Int32
        var reads: Int32
        var writes: Int32
        var isAnswered: Bool
    }

    private var transactions: [Transaction] = []
    private var reads: [Read] = []
    private var writes: [Write] = []
    private(set) var keys: [Key] = []
    private var lists: [List] = []
    /// The versions of all registers.
    private(set) var versions = RegisterVersions()
    /// What no order can explain.
    private(set) var violation: MonitorViolation?

    private let history: History
    private let first: Int
    private var keyIDs: [Int: Int32] = [:]
    private var drafts: [Draft] = []
    /// What was written by whom, each draft's writes together, those to one key together and in their order.
    private var written: [Written] = []
    private var writers = WriteIndex()
    /// What each draft saw, in their order.
    private var seen: [Seen] = []
    private var refused: [Place: Int] = [:]

    private struct Place: Hashable {
        var key: Int32
        var value: Int
    }

    fileprivate struct Written {
        var value: Int
        var key: Int32
        var draft: Int32
    }

    /// What was there of a key before a transaction changed it: the value of a register, or the beginning of a list.
    fileprivate struct Seen {
        var key: Int32
        /// So many elements of the list.
        var count: Int32
        var value: Int

        static let nothing = Seen(key: -1, count: 0, value: History.null)
    }

    private struct Draft {
        var row: Int32
        /// Where what it wrote ends in `written`, and what it saw in `seen`.
        var writtenEnd: Int32
        var seenEnd: Int32 = 0
        var isAnswered: Bool
        var isSeen = false
    }

    /// Nil where values are not unique, or mean one thing here and another there.
    ///
    /// - Complexity: O(steps and values shown).
    init?(_ history: History, cut: Int64) {
        self.history = history
        first = history.initial ?? History.null
        for row in 0..<history.count where history.invoked[row] <= cut {
            guard gather(row, isAnswered: history.answers(row, cut)) else { return nil }
        }
        guard plain(first) == first, first == History.null || !keys.contains(where: \.isList) else { return nil }
        for draft in drafts.indices where violation == nil {
            if drafts[draft].isAnswered { look(draft) }
            drafts[draft].seenEnd = Int32(truncatingIfNeeded: seen.count)
        }
        for draft in drafts.indices where violation == nil { attribute(draft) }
        for key in keys.indices where violation == nil && keys[key].isList { orderList(key) }
        if violation == nil { settle() }
    }

    // MARK: What others see

    /// How many happened.
    var count: Int { transactions.count }

    /// The row of the history.
    func row(_ transaction: Int) -> Int { Int(transactions[transaction].row) }

    func invoked(_ transaction: Int) -> Int64 { history.invoked[row(transaction)] }

    /// `History.never` where it was not answered.
    func completed(_ transaction: Int) -> Int64 {
        transactions[transaction].isAnswered ? history.completed[row(transaction)] : History.never
    }

    func reads(_ transaction: Int) -> ArraySlice<Read> {
        let end = transaction + 1 < count ? Int(transactions[transaction + 1].reads) : reads.count
        return reads[Int(transactions[transaction].reads)..<end]
    }

    /// Of a key that is a list, the transactions in the order of what was seen of them, and the length after each.
    func appended(_ key: Int) -> [(transaction: Int32, length: Int32)] { lists[Int(keys[key].list)].appended }

    func writes(_ transaction: Int) -> ArraySlice<Write> {
        let end = transaction + 1 < count ? Int(transactions[transaction + 1].writes) : writes.count
        return writes[Int(transactions[transaction].writes)..<end]
    }

    /// There is no asking any more who wrote a version.
    mutating func forgetWriters() { versions.forgetWriters() }

    // MARK: Steps

    /// What a transaction did, and what it read if it was answered; nil where that cannot be understood.
    private func steps(_ row: Int, isAnswered: Bool) -> [MicroOperation]? {
        var operation = HistoryOperation(history, row)
        operation.isAnswered = isAnswered
        guard var steps = MicroOperation.all(operation, history.values) else { return nil }
        if !isAnswered { steps.removeAll { $0.kind == .read } }
        return steps
    }

    private mutating func gather(_ row: Int, isAnswered: Bool) -> Bool {
        let isRefused = isAnswered && history.statuses[row] == .fail
        guard let steps = steps(row, isAnswered: isAnswered && !isRefused) else { return isRefused }
        if steps.isEmpty { return true }
        let begin = written.count
        for step in steps {
            let key = id(step.key)
            guard step.kind != .read else { continue }
            if step.kind == .append { makeList(key) } else { keys[Int(key)].isRegister = true }
            guard keys[Int(key)].isList != keys[Int(key)].isRegister, step.value != first,
                plain(step.value) != History.null
            else { return false }
            if isRefused {
                refused[Place(key: key, value: step.value)] = row
            } else {
                written.append(Written(value: step.value, key: key, draft: Int32(truncatingIfNeeded: drafts.count)))
            }
        }
        guard !isRefused else { return true }
        drafts.append(
            Draft(
                row: Int32(truncatingIfNeeded: row), writtenEnd: Int32(truncatingIfNeeded: written.count),
                isAnswered: isAnswered))
        return noteWriters(begin)
    }

    /// Brings the writes from `begin` on into order, and notes where they are; false where a value was written before.
    private mutating func noteWriters(_ begin: Int) -> Bool {
        let isOrdered = zip(written[begin...], written[begin...].dropFirst()).allSatisfy { $0.key <= $1.key }
        if !isOrdered {
            let order = (begin..<written.count).sorted { (written[$0].key, $0) < (written[$1].key, $1) }
            written.replaceSubrange(begin..., with: order.map { written[$0] })
        }
        return (begin..<written.count).allSatisfy { writers.insert($0, of: written) }
    }

    /// Whether two writes are of one transaction to one key.
    private func areTogether(_ left: Int, _ right: Int) -> Bool {
        written[left].draft == written[right].draft && written[left].key == written[right].key
    }

    /// Whether its transaction wrote nothing to the key behind this.
    private func isLast(_ write: Int) -> Bool { write + 1 == written.count || !areTogether(write, write + 1) }

    /// All that its transaction wrote to its key.
    ///
    /// - Complexity: O(their number).
    private func run(of write: Int) -> Range<Int> {
        var (begin, end) = (write, write + 1)
        while begin > 0, areTogether(begin - 1, write) { begin -= 1 }
        while end < written.count, areTogether(end, write) { end += 1 }
        return begin..<end
    }

    private func writtenRange(_ draft: Int) -> Range<Int> {
        (draft == 0 ? 0 : Int(drafts[draft - 1].writtenEnd))..<Int(drafts[draft].writtenEnd)
    }

    private func seenRange(_ draft: Int) -> Range<Int> {
        (draft == 0 ? 0 : Int(drafts[draft - 1].seenEnd))..<Int(drafts[draft].seenEnd)
    }

    private mutating func id(_ code: Int) -> Int32 {
        if let known = keyIDs[code] { return known }
        let id = Int32(truncatingIfNeeded: keys.count)
        keyIDs[code] = id
        keys.append(Key(code: code))
        return id
    }

    private mutating func makeList(_ key: Int32) {
        guard !keys[Int(key)].isList else { return }
        keys[Int(key)].list = Int32(truncatingIfNeeded: lists.count)
        lists.append(List())
    }

    /// An empty list is nothing.
    private func plain(_ code: Int) -> Int { history.values.isEmpty(code) ? History.null : code }

    private mutating func fail(_ kind: ViolationKind, _ rows: [Int]) {
        if violation == nil { violation = MonitorViolation(kind: kind, rows: rows, margin: nil) }
    }

    // MARK: One transaction

    /// What a transaction saw and what it did to each key must fit together.
    private mutating func look(_ index: Int) {
        struct Local {
            var seen: Int?
            var own: [Int] = []
        }
        var locals: [Int32: Local] = [:]
        let row = Int(drafts[index].row)
        for step in steps(row, isAnswered: true) ?? [] {
            let key = id(step.key)
            var local = locals[key] ?? Local()
            switch step.kind {
            case .write: local.own = [step.value]
            case .append: local.own.append(step.value)
            case .read where keys[Int(key)].isList:
                guard let list = list(step.value) else { return fail(.phantomRead, [row]) }
                guard list.suffix(local.own.count).elementsEqual(local.own) else {
                    return fail(.brokenTransaction, [row])
                }
                let before = list.dropLast(local.own.count)
                if let known = local.seen {
                    guard self.list(seen[known]).elementsEqual(before) else { return fail(.brokenTransaction, [row]) }
                } else {
                    local.seen = seen.count
                    seen.append(Seen(key: key, count: Int32(truncatingIfNeeded: before.count), value: step.value))
                }
            case .read:
                let value = plain(step.value)
                let known = local.own.last ?? local.seen.map { seen[$0].value }
                guard known == nil || known == value else { return fail(.brokenTransaction, [row]) }
                if known == nil {
                    local.seen = seen.count
                    seen.append(Seen(key: key, count: 0, value: value))
                }
            }
            locals[key] = local
        }
    }

    private func list(_ code: Int) -> HistoryElements? {
        code == History.null ? .nothing : history.values.elements(of: code)
    }

    private func list(_ seen: Seen) -> HistoryElements.SubSequence {
        (list(seen.value) ?? .nothing).prefix(Int(seen.count))
    }

    /// Whose values a transaction saw.
    private mutating func attribute(_ index: Int) {
        let row = Int(drafts[index].row)
        for seen in seen[seenRange(index)] {
            let key = Int(seen.key)
            guard keys[key].isList else {
                guard seen.value != first else { continue }
                guard let write = author(seen.key, seen.value, index) else { return }
                let author = Int(written[write].draft)
                drafts[author].isSeen = true
                if !isLast(write) { return fail(.intermediateRead, [row, Int(drafts[author].row)]) }
                continue
            }
            var shown: Set<Int> = []
            let list = list(seen)
            for element in list {
                guard let write = author(seen.key, element, index) else { return }
                guard shown.insert(element).inserted else { return fail(.shownTwice, [row]) }
                drafts[Int(written[write].draft)].isSeen = true
            }
            let place = Int(keys[key].list)
            let longest = self.list(lists[place].longest)
            let isLonger = list.count > longest.count
            guard isLonger ? list.starts(with: longest) : longest.starts(with: list) else {
                return fail(.contraryReads, [lists[place].longestRow, row])
            }
            if isLonger { (lists[place].longest, lists[place].longestRow) = (seen, row) }
        }
    }

    /// Where in `written` a value is that `reader` saw.
    private mutating func author(_ key: Int32, _ value: Int, _ reader: Int) -> Int? {
        let row = Int(drafts[reader].row)
        guard let write = writers.find(key, value, of: written) else {
            if let refused = refused[Place(key: key, value: value)] {
                fail(.abortedRead, [row, refused])
            } else {
                fail(.phantomRead, [row])
            }
            return nil
        }
        guard written[write].draft != reader else {
            fail(.brokenTransaction, [row])
            return nil
        }
        return write
    }

    // MARK: All together

    /// What one transaction appended stands together, and in its order.
    private mutating func orderList(_ key: Int) {
        let number = Int(keys[key].list)
        let (list, reader) = (Array(list(lists[number].longest)), lists[number].longestRow)
        var place = 0
        while place < list.count {
            let write = writers.find(Int32(key), list[place], of: written)!
            let own = written[run(of: write)].lazy.map(\.value)
            guard list[place...].starts(with: own) else {
                let kind = own.starts(with: list[place...]) ? ViolationKind.intermediateRead : .brokenAppend
                return fail(kind, [reader, Int(drafts[Int(written[write].draft)].row)])
            }
            place += own.count
            lists[number].appended.append((written[write].draft, Int32(place)))
        }
    }

    /// Numbers what happened, and the versions.
    private mutating func settle() {
        keyIDs = [:]
        var numbers = Array(repeating: Int32(-1), count: drafts.count)
        var happened = Int32(0)
        for (index, draft) in drafts.enumerated() where draft.isAnswered || draft.isSeen {
            numbers[index] = happened
            happened += 1
        }
        settleReads(numbers)
        guard violation == nil else { return }
        // They are large, and each goes before the next is made.
        (seen, writers, refused) = ([], WriteIndex(), [:])
        transactions.reserveCapacity(Int(happened))
        let versionOf = settleWrites(numbers)
        written = []
        for list in lists.indices {
            for place in lists[list].appended.indices {
                lists[list].appended[place].transaction = numbers[Int(lists[list].appended[place].transaction)]
            }
        }
        for read in reads.indices where !keys[Int(reads[read].key)].isList {
            reads[read].version = reads[read].version < 0 ? 0 : versionOf[Int(reads[read].version)]
        }
        placeReads(numbers)
        drafts = []
    }

    /// What was read; of a register, for its version, by which write, -1 for what was there at first.
    private mutating func settleReads(_ numbers: [Int32]) {
        reads.reserveCapacity(seen.count)
        for (index, draft) in drafts.enumerated() where numbers[index] >= 0 {
            for seen in seen[seenRange(index)] {
                let isList = keys[Int(seen.key)].isList
                let value = isList ? list(seen).last : seen.value
                let write = value.flatMap { writers.find(seen.key, $0, of: written) }
                if isList, let write, !isLast(write) {
                    // What a list ends with must be the last that its writer appended.
                    return fail(.intermediateRead, [Int(draft.row), Int(drafts[Int(written[write].draft)].row)])
                }
                reads.append(
                    Read(
                        key: seen.key, version: isList ? seen.count : write.map { Int32(truncatingIfNeeded: $0) } ?? -1)
                )
            }
        }
    }

    /// Where what each transaction read begins.
    private mutating func placeReads(_ numbers: [Int32]) {
        var begin = Int32(0)
        for index in drafts.indices where numbers[index] >= 0 {
            transactions[Int(numbers[index])].reads = begin
            begin += Int32(truncatingIfNeeded: seenRange(index).count)
        }
    }

    /// The transactions, what they wrote, and the versions; of each write that can be seen in a register which it is.
    private mutating func settleWrites(_ numbers: [Int32]) -> [Int32] {
        var versionOf = Array(repeating: Int32(0), count: keys.contains(where: \.isRegister) ? written.count : 0)
        var latest = Array(repeating: Int32(0), count: keys.count)
        writes.reserveCapacity(written.indices.count { isLast($0) && numbers[Int(written[$0].draft)] >= 0 })
        for (index, draft) in drafts.enumerated() where numbers[index] >= 0 {
            transactions.append(
                Transaction(
                    row: draft.row, reads: 0, writes: Int32(truncatingIfNeeded: writes.count),
                    isAnswered: draft.isAnswered))
            let range = writtenRange(index)
            var begin = range.lowerBound
            while begin < range.upperBound {
                let own = run(of: begin)
                begin = own.upperBound
                let key = written[own.lowerBound].key
                var version = Int32(own.count)
                if !keys[Int(key)].isList {
                    latest[Int(key)] += 1
                    version = latest[Int(key)]
                    versionOf[own.upperBound - 1] = version
                }
                writes.append(Write(key: key, version: version))
            }
        }
        versions = RegisterVersions(latest: latest)
        for transaction in 0..<count {
            for write in self.writes(transaction) where !keys[Int(write.key)].isList {
                versions.note(write, by: Int32(truncatingIfNeeded: transaction))
            }
        }
        return versionOf
    }
}

/// Where in a list of writes the value of a key is.
private struct WriteIndex {
    /// Open addressing: a power of two of places, each -1 or the index of a write.
    private var slots: [Int32] = []
    private var count = 0

    func find(_ key: Int32, _ value: Int, of written: [TransactionTable.Written]) -> Int? {
        guard !slots.isEmpty else { return nil }
        let known = slots[place(key, value, written)]
        return known < 0 ? nil : Int(known)
    }

    /// Notes a write; false where its key and value are there.
    mutating func insert(_ index: Int, of written: [TransactionTable.Written]) -> Bool {
        // Two in three at most are taken.
        if 3 * (count + 1) > 2 * slots.count { grow(written) }
        let place = place(written[index].key, written[index].value, written)
        guard slots[place] < 0 else { return false }
        slots[place] = Int32(truncatingIfNeeded: index)
        count += 1
        return true
    }

    private mutating func grow(_ written: [TransactionTable.Written]) {
        let places = max(64, 2 * slots.count)
        // The old ones go before the new ones come: the writes are numbered as they were noted.
        slots = []
        slots = Array(repeating: -1, count: places)
        for index in 0..<count {
            slots[place(written[index].key, written[index].value, written)] = Int32(truncatingIfNeeded: index)
        }
    }

    /// Where it is, or could be.
    private func place(_ key: Int32, _ value: Int, _ written: [TransactionTable.Written]) -> Int {
        var hasher = Hasher()
        hasher.combine(key)
        hasher.combine(value)
        var place = hasher.finalize() & (slots.count - 1)
        while slots[place] >= 0 {
            let known = written[Int(slots[place])]
            if known.value == value, known.key == key { break }
            place = (place + 1) & (slots.count - 1)
        }
        return place
    }
}
