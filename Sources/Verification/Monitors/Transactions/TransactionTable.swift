/// The transactions of a history as others see them: what each saw of a key before it changed it, and what it left there.
///
/// Only histories whose written values are unique for their key, and whose keys are either registers or lists, have a
/// table: then each value read names its writer.
struct TransactionTable {
    /// One that happened: it was answered, or something that it wrote was seen.
    struct Transaction {
        var row: Int
        var invoked: Int64
        /// `History.never` where it was not answered.
        var completed: Int64
        var reads: [Read] = []
        var writes: [Write] = []
    }

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
        var isList = false
        var isRegister = false
        /// Of a list, the longest that was seen, and who saw it.
        var longest: [Int] = []
        var longestRow = -1
        /// Of a list, the transactions in the order of what was seen of them, and the length after each.
        var appended: [(transaction: Int32, length: Int32)] = []
        /// Of a register, which transaction wrote each version; -1 for what was there at first.
        var writers: [Int32] = [-1]
    }

    private(set) var transactions: [Transaction] = []
    private(set) var keys: [Key] = []
    /// What no order can explain.
    private(set) var violation: MonitorViolation?

    private let history: History
    private let first: Int
    private var keyIDs: [Int: Int32] = [:]
    private var drafts: [Draft] = []
    /// What was written by whom, each draft's writes together, those to one key together and in their order.
    private var writes: [Written] = []
    /// Where in `writes` a value is.
    private var writers: [Place: Int32] = [:]
    private var refused: [Place: Int] = [:]

    private struct Place: Hashable {
        var key: Int32
        var value: Int
    }

    private struct Written {
        var value: Int
        var key: Int32
        var draft: Int32
    }

    private struct Draft {
        var row: Int
        var isAnswered: Bool
        var isSeen = false
        /// Empty once they were looked at.
        var steps: [MicroOperation]
        /// What it saw of each key before it changed it: the value of a register, or the list.
        var seen: [(key: Int32, value: Int, list: [Int])] = []
        /// What it wrote, in `writes`.
        var written: Range<Int>
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
        for draft in drafts.indices where drafts[draft].isAnswered && violation == nil { look(draft) }
        for draft in drafts.indices where violation == nil { attribute(draft) }
        for key in keys.indices where violation == nil && keys[key].isList { orderList(key) }
        if violation == nil { settle() }
    }

    // MARK: Steps

    private mutating func gather(_ row: Int, isAnswered: Bool) -> Bool {
        let isRefused = isAnswered && history.statuses[row] == .fail
        var operation = HistoryOperation(history, row)
        operation.isAnswered = isAnswered && !isRefused
        guard var steps = MicroOperation.all(operation, history.values) else { return isRefused }
        if !operation.isAnswered { steps.removeAll { $0.kind == .read } }
        if steps.isEmpty { return true }
        let begin = writes.count
        for step in steps {
            let key = id(step.key)
            guard step.kind != .read else { continue }
            if step.kind == .append { keys[Int(key)].isList = true } else { keys[Int(key)].isRegister = true }
            guard keys[Int(key)].isList != keys[Int(key)].isRegister, step.value != first,
                plain(step.value) != History.null
            else { return false }
            if isRefused {
                refused[Place(key: key, value: step.value)] = row
            } else {
                writes.append(Written(value: step.value, key: key, draft: Int32(truncatingIfNeeded: drafts.count)))
            }
        }
        guard !isRefused else { return true }
        drafts.append(
            Draft(row: row, isAnswered: operation.isAnswered, steps: steps, written: begin..<writes.count))
        return noteWriters(begin)
    }

    /// Brings the writes from `begin` on into order, and notes where they are; false where a value was written before.
    private mutating func noteWriters(_ begin: Int) -> Bool {
        let isOrdered = zip(writes[begin...], writes[begin...].dropFirst()).allSatisfy { $0.key <= $1.key }
        if !isOrdered {
            let order = (begin..<writes.count).sorted { (writes[$0].key, $0) < (writes[$1].key, $1) }
            writes.replaceSubrange(begin..., with: order.map { writes[$0] })
        }
        for (index, write) in writes[begin...].enumerated() {
            let place = Place(key: write.key, value: write.value)
            guard writers.updateValue(Int32(truncatingIfNeeded: begin + index), forKey: place) == nil else {
                return false
            }
        }
        return true
    }

    /// Whether two writes are of one transaction to one key.
    private func areTogether(_ left: Int, _ right: Int) -> Bool {
        writes[left].draft == writes[right].draft && writes[left].key == writes[right].key
    }

    /// Whether its transaction wrote nothing to the key behind this.
    private func isLast(_ write: Int) -> Bool { write + 1 == writes.count || !areTogether(write, write + 1) }

    /// All that its transaction wrote to its key.
    ///
    /// - Complexity: O(their number).
    private func run(of write: Int) -> Range<Int> {
        var (begin, end) = (write, write + 1)
        while begin > 0, areTogether(begin - 1, write) { begin -= 1 }
        while end < writes.count, areTogether(end, write) { end += 1 }
        return begin..<end
    }

    private mutating func id(_ code: Int) -> Int32 {
        if let known = keyIDs[code] { return known }
        let id = Int32(truncatingIfNeeded: keys.count)
        keyIDs[code] = id
        keys.append(Key(code: code))
        return id
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
        let steps = drafts[index].steps
        drafts[index].steps = []
        for step in steps {
            let key = id(step.key)
            var local = locals[key] ?? Local()
            switch step.kind {
            case .write: local.own = [step.value]
            case .append: local.own.append(step.value)
            case .read where keys[Int(key)].isList:
                guard let list = list(step.value) else { return fail(.phantomRead, [drafts[index].row]) }
                guard list.suffix(local.own.count) == local.own[...] else {
                    return fail(.brokenTransaction, [drafts[index].row])
                }
                // The history's own list, where it is that.
                let before = local.own.isEmpty ? list : Array(list.dropLast(local.own.count))
                if let seen = local.seen {
                    guard drafts[index].seen[seen].list == before else {
                        return fail(.brokenTransaction, [drafts[index].row])
                    }
                } else {
                    local.seen = drafts[index].seen.count
                    drafts[index].seen.append((key, History.null, before))
                }
            case .read:
                let value = plain(step.value)
                let known = local.own.last ?? local.seen.map { drafts[index].seen[$0].value }
                guard known == nil || known == value else { return fail(.brokenTransaction, [drafts[index].row]) }
                if known == nil {
                    local.seen = drafts[index].seen.count
                    drafts[index].seen.append((key, value, []))
                }
            }
            locals[key] = local
        }
    }

    private func list(_ code: Int) -> [Int]? { code == History.null ? [] : history.elements(of: code) }

    /// Whose values a transaction saw.
    private mutating func attribute(_ index: Int) {
        let row = drafts[index].row
        for (key, value, list) in drafts[index].seen {
            guard keys[Int(key)].isList else {
                guard value != first else { continue }
                guard let write = author(key, value, index) else { return }
                let author = Int(writes[write].draft)
                drafts[author].isSeen = true
                if !isLast(write) { return fail(.intermediateRead, [row, drafts[author].row]) }
                continue
            }
            var shown: Set<Int> = []
            for element in list {
                guard let write = author(key, element, index) else { return }
                guard shown.insert(element).inserted else { return fail(.shownTwice, [row]) }
                drafts[Int(writes[write].draft)].isSeen = true
            }
            let longest = keys[Int(key)].longest
            let isLonger = list.count > longest.count
            guard isLonger ? list.starts(with: longest) : longest.starts(with: list) else {
                return fail(.contraryReads, [keys[Int(key)].longestRow, row])
            }
            if isLonger { (keys[Int(key)].longest, keys[Int(key)].longestRow) = (list, row) }
        }
    }

    /// Where in `writes` a value is that `reader` saw.
    private mutating func author(_ key: Int32, _ value: Int, _ reader: Int) -> Int? {
        let place = Place(key: key, value: value)
        guard let write = writers[place] else {
            if let row = refused[place] {
                fail(.abortedRead, [drafts[reader].row, row])
            } else {
                fail(.phantomRead, [drafts[reader].row])
            }
            return nil
        }
        guard writes[Int(write)].draft != reader else {
            fail(.brokenTransaction, [drafts[reader].row])
            return nil
        }
        return Int(write)
    }

    // MARK: All together

    /// What one transaction appended stands together, and in its order.
    private mutating func orderList(_ key: Int) {
        let (list, reader) = (keys[key].longest, keys[key].longestRow)
        var place = 0
        while place < list.count {
            let write = Int(writers[Place(key: Int32(key), value: list[place])]!)
            let own = writes[run(of: write)].lazy.map(\.value)
            guard list[place...].starts(with: own) else {
                let kind = own.starts(with: list[place...]) ? ViolationKind.intermediateRead : .brokenAppend
                return fail(kind, [reader, drafts[Int(writes[write].draft)].row])
            }
            place += own.count
            keys[key].appended.append((writes[write].draft, Int32(place)))
        }
    }

    /// Numbers what happened, and the versions.
    private mutating func settle() {
        var numbers = Array(repeating: Int32(-1), count: drafts.count)
        for (index, draft) in drafts.enumerated() where draft.isAnswered || draft.isSeen {
            numbers[index] = Int32(transactions.count)
            transactions.append(
                Transaction(
                    row: draft.row, invoked: history.invoked[draft.row],
                    completed: draft.isAnswered ? history.completed[draft.row] : History.never))
        }
        // Of each write that can be seen in a register.
        var versions = Array(repeating: Int32(0), count: writes.count)
        for (index, draft) in drafts.enumerated() where numbers[index] >= 0 {
            var begin = draft.written.lowerBound
            while begin < draft.written.upperBound {
                let own = run(of: begin)
                begin = own.upperBound
                let key = writes[own.lowerBound].key
                var version = Int32(own.count)
                if !keys[Int(key)].isList {
                    version = Int32(keys[Int(key)].writers.count)
                    versions[own.upperBound - 1] = version
                    keys[Int(key)].writers.append(numbers[index])
                }
                transactions[Int(numbers[index])].writes.append(Write(key: key, version: version))
            }
        }
        for key in keys.indices {
            for place in keys[key].appended.indices {
                keys[key].appended[place].transaction = numbers[Int(keys[key].appended[place].transaction)]
            }
        }
        for (index, draft) in drafts.enumerated() where numbers[index] >= 0 {
            for (key, value, list) in draft.seen {
                var version = writers[Place(key: key, value: value)].map { versions[Int($0)] } ?? 0
                if let last = list.last {
                    // What a list ends with must be the last that its writer appended.
                    let write = Int(writers[Place(key: key, value: last)]!)
                    guard isLast(write) else {
                        return fail(.intermediateRead, [draft.row, drafts[Int(writes[write].draft)].row])
                    }
                    version = Int32(list.count)
                }
                transactions[Int(numbers[index])].reads.append(Read(key: key, version: version))
            }
        }
        drafts = []
        (writes, writers, refused) = ([], [:], [:])
    }
}
