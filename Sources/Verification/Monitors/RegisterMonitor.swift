/// Registers, one or one per key, last write wins, every written value unique for its key: exact, unanswered operations
/// included, in linear time.
///
/// A cluster is a write with the reads that returned its value. In any legal order its operations stand together, so X
/// must come before Y if and only if an operation of X precedes one of Y: `first(X) < last(Y)`, where `first` is the
/// earliest answer and `last` the latest invocation. An order exists if and only if no two clusters must each come
/// before the other: in a shortest longer cycle `first` would fall strictly all the way round. Gibbons and Korach,
/// "Testing shared memories", 1997, for the zones.
struct RegisterMonitor {
    /// What keys hold at first.
    enum Initial {
        /// Nothing, or what the history says.
        case null
        /// Anything: one value that nobody wrote may be read of each key.
        case unknown
    }

    struct Cluster {
        var first = Int64.max
        var last = Int64.min
        var writeInvoked = Int64.max
        var earliestRead = Int64.max
        var firstRow: Int32 = -1
        var lastRow: Int32 = -1
        var readRow: Int32 = -1
        var writeRow: Int32 = -1
        var key: Int32 = 0
        var isWritten = false
        var isCertain = false
    }

    let history: History
    let cut: Int64
    let initial: Initial
    private var clusters: [Cluster] = []
    private var keyNames: [Int] = []
    private var needsSearch: [Bool] = []

    init(_ history: History, cut: Int64 = .max, initial: Initial = .null) {
        self.history = history
        self.cut = cut
        self.initial = initial
    }

    /// - Complexity: O(operations).
    mutating func run() -> MonitorOutcome {
        gather()
        if let wrong = settleInitialValues() { return .violated(wrong) }
        var counted: [Int32] = []
        counted.reserveCapacity(clusters.count)
        for id in clusters.indices {
            let cluster = clusters[id]
            guard !needsSearch[Int(cluster.key)], cluster.readRow >= 0 || cluster.isCertain else { continue }
            if cluster.earliestRead < cluster.writeInvoked, cluster.isWritten {
                return .violated(
                    MonitorViolation(
                        kind: .readFromFuture, rows: [Int(cluster.readRow), Int(cluster.writeRow)],
                        margin: cluster.writeInvoked - cluster.earliestRead))
            }
            counted.append(Int32(truncatingIfNeeded: id))
        }
        if let (left, right) = Self.sweep(clusters, counted, keyCount: keyNames.count) {
            return .violated(clearest(clusters[left], clusters[right], counted))
        }
        let search = needsSearch.indices.filter { needsSearch[$0] }.map { keyNames[$0] }
        return search.isEmpty ? .linearizable : .needsSearch(search)
    }

    /// Puts each operation into its cluster. The first clusters are the keys' initial values.
    private mutating func gather() {
        let (functions, statuses, keys) = (history.functions, history.statuses, history.keys)
        let (arguments, results) = (history.arguments, history.results)
        let (invoked, completed) = (history.invoked, history.completed)
        let hasKeys = keys.contains { $0 != keys[0] }
        var keyIndex = ValueIndex(hasKeys ? [keys] : [], hasKeys: false, expected: 64)
        var keyOf: [Int32] = []
        if hasKeys {
            keyOf.reserveCapacity(keys.count)
            for key in keys {
                let id = keyIndex.id(0, key)
                if id == keyNames.count { keyNames.append(key) }
                keyOf.append(Int32(truncatingIfNeeded: id))
            }
        } else {
            keyNames = keys.isEmpty ? [] : [keys[0]]
        }
        let keyCount = keyNames.count
        needsSearch = Array(repeating: false, count: keyCount)
        clusters = Array(repeating: Cluster(), count: keyCount)
        clusters.reserveCapacity(keyCount + functions.count / 2)
        for key in 0..<keyCount { clusters[key].key = Int32(key) }
        let start = history.initial ?? History.null
        var index = ValueIndex([arguments, results], hasKeys: hasKeys, expected: functions.count)
        for row in functions.indices where invoked[row] <= cut {
            let key = hasKeys ? Int(keyOf[row]) : 0
            let isAnswered = statuses[row] != .info && completed[row] <= cut
            switch functions[row] {
            case .write where arguments[row] == start:
                // Which reads of it are of the beginning, only the search can tell.
                if !isAnswered || statuses[row] == .ok { needsSearch[key] = true }
            case .write:
                let id = keyCount + index.id(key, arguments[row])
                if id == clusters.count { clusters.append(Cluster(key: Int32(truncatingIfNeeded: key))) }
                if statuses[row] == .fail, isAnswered {
                    if !clusters[id].isWritten { clusters[id].writeRow = Int32(truncatingIfNeeded: row) }
                    continue
                }
                if clusters[id].isWritten { needsSearch[key] = true }
                clusters[id].write(row, invoked[row], isAnswered ? completed[row] : .max)
            case .read:
                guard isAnswered, statuses[row] == .ok else { continue }
                let id = results[row] == start ? key : keyCount + index.id(key, results[row])
                if id == clusters.count { clusters.append(Cluster(key: Int32(truncatingIfNeeded: key))) }
                clusters[id].read(row, invoked[row], completed[row])
            default: if !isAnswered || statuses[row] == .ok { needsSearch[key] = true }
            }
        }
    }

    /// The initial value was written before all time. A value that nobody wrote is it, where it is unknown, or a
    /// phantom.
    private mutating func settleInitialValues() -> MonitorViolation? {
        for key in keyNames.indices where clusters[key].readRow >= 0 { clusters[key].makeInitial() }
        for id in clusters.indices.dropFirst(keyNames.count) where !clusters[id].isWritten && clusters[id].readRow >= 0
        {
            let key = Int(clusters[id].key)
            if needsSearch[key] { continue }
            guard initial == .unknown, clusters[key].readRow < 0 else { return phantom(clusters[id]) }
            clusters[key] = clusters[id]
            clusters[key].makeInitial()
            clusters[id] = Cluster(key: Int32(key))
        }
        return nil
    }

    private func phantom(_ cluster: Cluster) -> MonitorViolation {
        let isAborted = cluster.writeRow >= 0
        let rows = [Int(cluster.readRow)] + (isAborted ? [Int(cluster.writeRow)] : [])
        return MonitorViolation(kind: isAborted ? .abortedRead : .phantomRead, rows: rows, margin: nil)
    }

    /// Finds two of the `counted` clusters, of one key, of which each must come before the other.
    ///
    /// - Complexity: O(clusters): the sort is by time in bytes.
    static func sweep(_ clusters: [Cluster], _ counted: [Int32], keyCount: Int) -> (Int, Int)? {
        var times = [Int64](repeating: 0, count: clusters.count)
        var order: [Int32] = []
        order.reserveCapacity(counted.count)
        // Clusters without a zone of their own go first where times are equal.
        for id in counted where clusters[Int(id)].first >= clusters[Int(id)].last {
            times[Int(id)] = clusters[Int(id)].last
            order.append(id)
        }
        for id in counted where clusters[Int(id)].first < clusters[Int(id)].last {
            times[Int(id)] = clusters[Int(id)].first
            order.append(id)
        }
        var until = [Int64](repeating: .min, count: keyCount)
        var holder = [Int32](repeating: -1, count: keyCount)
        for id in TimeSort.order(times, order) {
            let (first, last, key) = (clusters[Int(id)].first, clusters[Int(id)].last, Int(clusters[Int(id)].key))
            if first < until[key] { return (Int(holder[key]), Int(id)) }
            if first < last { (until[key], holder[key]) = (last, id) }
        }
        return nil
    }

    /// Of all clusters that contradict the one read last, the one that does so by the widest margin.
    private func clearest(_ left: Cluster, _ right: Cluster, _ counted: [Int32]) -> MonitorViolation {
        let (stale, other) = left.last > right.last ? (left, right) : (right, left)
        var best = (margin: Self.margin(stale, other), cluster: other)
        for id in counted where clusters[Int(id)].key == stale.key && clusters[Int(id)].writeRow != stale.writeRow {
            let margin = Self.margin(stale, clusters[Int(id)])
            if margin > best.margin { best = (margin, clusters[Int(id)]) }
        }
        return Self.conflict(.staleRead, stale, best.cluster)
    }

    /// Two clusters of which each must come before the other.
    static func conflict(_ kind: ViolationKind, _ stale: Cluster, _ other: Cluster) -> MonitorViolation {
        let (left, right) = stale.last >= other.last ? (stale, other) : (other, stale)
        let wide = margin(left, right)
        // Where both orders are forced from the beginning or to the end, no time stamps would mend it.
        var violation = MonitorViolation(kind: kind, rows: [], margin: wide == .max ? nil : wide)
        violation.conflict = [left.lastRow, right.firstRow, right.lastRow, left.firstRow].map(Int.init)
        for row in violation.conflict where row >= 0 && !violation.rows.contains(row) { violation.rows.append(row) }
        return violation
    }

    /// How far time stamps would have to be wrong for one of the two orders to be no longer forced; `.max` where both
    /// are, whatever the stamps say.
    private static func margin(_ left: Cluster, _ right: Cluster) -> Int64 {
        min(distance(right.last, left.first), distance(left.last, right.first))
    }

    private static func distance(_ last: Int64, _ first: Int64) -> Int64 {
        // Held to the end, or there from the beginning: no time stamp says so.
        guard last != .max, first != .min else { return .max }
        let (distance, isBeyond) = last.subtractingReportingOverflow(first)
        return isBeyond ? .max : distance
    }
}

extension RegisterMonitor.Cluster {
    init(key: Int32) {
        self.key = key
    }

    /// Its write was answered before all time.
    mutating func makeInitial() {
        first = .min
        firstRow = -1
    }

    @inline(__always)
    mutating func write(_ row: Int, _ start: Int64, _ end: Int64) {
        isWritten = true
        isCertain = end != .max
        writeRow = Int32(truncatingIfNeeded: row)
        writeInvoked = start
        include(row, start, end)
    }

    @inline(__always)
    mutating func read(_ row: Int, _ start: Int64, _ end: Int64) {
        if end < earliestRead || readRow < 0 {
            earliestRead = end
            readRow = Int32(truncatingIfNeeded: row)
        }
        include(row, start, end)
    }

    @inline(__always)
    mutating func include(_ row: Int, _ start: Int64, _ end: Int64) {
        if end < first {
            first = end
            firstRow = Int32(truncatingIfNeeded: row)
        }
        if start > last {
            last = start
            lastRow = Int32(truncatingIfNeeded: row)
        }
    }
}
