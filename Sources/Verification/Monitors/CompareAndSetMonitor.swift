/// A register with compare-and-set, every written value unique: exact, unanswered operations included, in linear time.
///
/// A successful compare-and-set from u to v is the write of v, and nothing may come between the clusters of u and v. So
/// the clusters form chains, each begun by a plain write or the initial value; within a chain the order is forced, and
/// the chains as blocks obey the rule of `RegisterMonitor`, whose proof needs no more than earliest answers and latest
/// invocations.
struct CompareAndSetMonitor {
    typealias Cluster = RegisterMonitor.Cluster

    let history: History
    let cut: Int64
    private var clusters: [Cluster] = [Cluster()]
    /// Which cluster the write of a cluster replaced; -1 for a plain write.
    private var replaced: [Int32] = [-1]
    private var isAlive: [Bool] = []
    private var next: [Int32] = []
    private var isOutside = false

    init(_ history: History, cut: Int64 = .max) {
        self.history = history
        self.cut = cut
    }

    /// - Complexity: O(operations).
    mutating func run() -> MonitorOutcome {
        gather()
        guard !isOutside else { return .needsSearch([history.keys.first ?? 0]) }
        markAlive()
        if let wrong = link() ?? checkClusters() { return .violated(wrong) }
        return blocks()
    }

    private mutating func gather() {
        clusters[0].isCertain = true
        let start = history.initial ?? History.null
        let hasExpectations = !history.expectations.isEmpty
        var index = ValueIndex(
            [history.arguments, history.results, history.expectations], hasKeys: false, expected: history.count)
        func cluster(_ value: Int, _ monitor: inout CompareAndSetMonitor) -> Int {
            guard value != start else { return 0 }
            let id = index.id(0, value) + 1
            if id == monitor.clusters.count {
                monitor.clusters.append(Cluster())
                monitor.replaced.append(-1)
            }
            return id
        }
        for row in 0..<history.count where history.invoked[row] <= cut {
            let isAnswered = history.statuses[row] != .info && history.completed[row] <= cut
            if isAnswered, history.statuses[row] == .fail { continue }
            let function = history.functions[row]
            switch function {
            case .read:
                guard isAnswered else { continue }
                let id = cluster(history.results[row], &self)
                clusters[id].read(row, history.invoked[row], history.completed[row])
            case .write, .compareAndSet:
                let isSwap = function == .compareAndSet
                guard !isSwap || hasExpectations else { return isOutside = true }
                let from = isSwap ? cluster(history.expectations[row], &self) : -1
                let id = cluster(history.arguments[row], &self)
                // A value written twice, swapped for itself, or a swap that was refused.
                if id == 0 || clusters[id].isWritten || from == id { isOutside = true }
                if isSwap, isAnswered, history.results[row] == 0 { isOutside = true }
                guard !isOutside else { return }
                clusters[id].write(row, history.invoked[row], isAnswered ? history.completed[row] : .max)
                replaced[id] = Int32(truncatingIfNeeded: from)
            default: return isOutside = true
            }
        }
        if clusters[0].readRow >= 0 { clusters[0].makeInitial() }
    }

    /// An unanswered write counts if its value was read, or replaced by one that counts.
    private mutating func markAlive() {
        isAlive = Array(repeating: false, count: clusters.count)
        isAlive[0] = true
        for start in clusters.indices where clusters[start].readRow >= 0 || clusters[start].isCertain {
            var id = start
            while !isAlive[id] {
                isAlive[id] = true
                guard replaced[id] >= 0 else { break }
                id = Int(replaced[id])
            }
        }
    }

    /// Finds what replaced each value, at most one each.
    private mutating func link() -> MonitorViolation? {
        next = Array(repeating: -1, count: clusters.count)
        for id in clusters.indices.dropFirst() where isAlive[id] {
            guard clusters[id].isWritten else {
                let row = clusters[id].readRow >= 0 ? clusters[id].readRow : firstReplacer(of: id)
                return MonitorViolation(kind: .phantomRead, rows: [Int(row)], margin: nil)
            }
            guard replaced[id] >= 0 else { continue }
            let from = Int(replaced[id])
            if next[from] >= 0 {
                return MonitorViolation(
                    kind: .replacedTwice, rows: [Int(clusters[Int(next[from])].writeRow), Int(clusters[id].writeRow)],
                    margin: nil)
            }
            next[from] = Int32(truncatingIfNeeded: id)
        }
        return nil
    }

    private func firstReplacer(of id: Int) -> Int32 {
        for other in clusters.indices where isAlive[other] && Int(replaced[other]) == id {
            return clusters[other].writeRow
        }
        return 0
    }

    private func checkClusters() -> MonitorViolation? {
        for id in clusters.indices.dropFirst()
        where isAlive[id] && clusters[id].earliestRead < clusters[id].writeInvoked {
            return MonitorViolation(
                kind: .readFromFuture, rows: [Int(clusters[id].readRow), Int(clusters[id].writeRow)],
                margin: clusters[id].writeInvoked - clusters[id].earliestRead)
        }
        return nil
    }

    /// Joins each chain into one block, checking its order, and compares the blocks.
    private mutating func blocks() -> MonitorOutcome {
        var blocks: [Cluster] = []
        var visited = 0
        for start in clusters.indices where isAlive[start] && (start == 0 || replaced[start] < 0) {
            var block = clusters[start]
            if start == 0, next[0] >= 0 { block.makeInitial() }
            visited += 1
            var latest = (time: block.last, row: block.lastRow)
            var id = Int(next[start])
            while id >= 0 {
                visited += 1
                let cluster = clusters[id]
                if cluster.first < latest.time {
                    return .violated(
                        MonitorViolation(
                            kind: .brokenChain, rows: [Int(cluster.firstRow), Int(latest.row)],
                            margin: latest.time - cluster.first))
                }
                if cluster.last > latest.time { latest = (cluster.last, cluster.lastRow) }
                if cluster.first < block.first { (block.first, block.firstRow) = (cluster.first, cluster.firstRow) }
                id = Int(next[id])
            }
            (block.last, block.lastRow) = latest
            if start != 0 || block.lastRow >= 0 { blocks.append(block) }
        }
        guard visited == isAlive.count(where: { $0 }) else { return .violated(cycle()) }
        let all = blocks.indices.map { Int32(truncatingIfNeeded: $0) }
        guard let (left, right) = RegisterMonitor.sweep(blocks, all, keyCount: 1) else { return .linearizable }
        return .violated(RegisterMonitor.conflict(.staleRead, blocks[left], blocks[right]))
    }

    /// Swaps that replace each other in a ring, so that none was first.
    private func cycle() -> MonitorViolation {
        var reached = [Bool](repeating: false, count: clusters.count)
        for start in clusters.indices where isAlive[start] && (start == 0 || replaced[start] < 0) {
            var id = start
            while id >= 0 {
                reached[id] = true
                id = Int(next[id])
            }
        }
        let rows = clusters.indices.filter { isAlive[$0] && !reached[$0] }.prefix(4).map { Int(clusters[$0].writeRow) }
        return MonitorViolation(kind: .brokenChain, rows: rows, margin: nil)
    }
}
