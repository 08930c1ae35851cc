extension History {
    /// The witness of one register whose written values are unique, from its clusters: in order of the earlier of first
    /// answer and last invocation, each a write with its reads. It is one if the register is linearizable; see
    /// `RegisterMonitor`. A value that nobody wrote counts as the initial one.
    ///
    /// - Returns: Nil where a value is written twice or an operation is neither read nor write.
    /// - Complexity: O(n log n).
    func clusterOrder() -> [Int]? {
        struct Cluster {
            var first = Int64.max
            var last = Int64.min
            var write: Int?
            var reads: [Int] = []
        }
        var clusters: [Cluster] = []
        var index: [Int: Int] = [:]
        for row in 0..<count where statuses[row] != .fail {
            let isWrite = functions[row] == .write
            guard isWrite || functions[row] == .read else { return nil }
            if !isWrite, statuses[row] == .info { continue }
            let value = isWrite ? arguments[row] : results[row]
            let id = index[value] ?? clusters.count
            if id == clusters.count {
                index[value] = id
                clusters.append(Cluster())
            }
            if isWrite {
                guard clusters[id].write == nil, value != initial ?? Self.null else { return nil }
                clusters[id].write = row
            } else {
                clusters[id].reads.append(row)
            }
            clusters[id].first = min(clusters[id].first, completed[row])
            clusters[id].last = max(clusters[id].last, invoked[row])
        }
        // The initial value was there before all time. A write that was neither answered nor read need not have been.
        for id in clusters.indices where clusters[id].write == nil { clusters[id].first = .min }
        let kept = clusters.indices.filter { clusters[$0].first != Self.never || !clusters[$0].reads.isEmpty }
        let order = kept.sorted { left, right in
            let (a, b) = (clusters[left], clusters[right])
            let (times, isBackward) = (
                (min(a.first, a.last), min(b.first, b.last)), (a.first >= a.last, b.first >= b.last)
            )
            if times.0 != times.1 { return times.0 < times.1 }
            return isBackward.0 != isBackward.1 ? isBackward.0 : left < right
        }
        var rows: [Int] = []
        for id in order {
            if let write = clusters[id].write { rows.append(write) }
            rows += clusters[id].reads.sorted { (invoked[$0], $0) < (invoked[$1], $1) }
        }
        return rows
    }
}
