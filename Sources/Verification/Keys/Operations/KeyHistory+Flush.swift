/// An operation that removed all keys there were, at its place among those of all connections.
struct KeyFlush: Sendable {
    var times: KeyOperation
    /// Before which operation it stands.
    var place: Int
    /// As it is told.
    var words: String
}

extension KeyHistory {
    /// Adds an operation that removes all keys: with others at once, nothing is judged.
    package mutating func addFlush(_ times: KeyOperation, _ words: String) {
        guard collected == nil else {
            exclusionOfAll = exclusionOfAll ?? "\(words) removes all keys in a transaction"
            return
        }
        flushes.append(KeyFlush(times: times, place: operations.count, words: words))
    }

    /// Each key that the evidence names may have been removed by each flush, some time after it was asked for. That is less than a
    /// flush does, which is at once and for certain: nobody is blamed by it, and keys stay apart.
    ///
    /// - Complexity: O(operations + flushes × keys), and no more than `maximumRemovals`.
    mutating func settleFlushes() {
        guard let first = flushes.first else { return }
        let objects = (0..<Int32(keys.count)).filter { !isPart($0) }
        guard flushes.count * objects.count <= Self.maximumRemovals else {
            exclusionOfAll = exclusionOfAll ?? "\(first.words) and others remove all keys, of which there are many"
            return
        }
        var all: [KeyOperation] = []
        all.reserveCapacity(operations.count + flushes.count * objects.count)
        var next = 0
        for flush in flushes {
            all += operations[next..<flush.place]
            next = flush.place
            for key in objects {
                var removal = flush.times.unanswered
                (removal.kind, removal.key) = (.delete, key)
                all.append(removal)
            }
        }
        operations = all + operations[next...]
        flushes = []
    }

    /// With more removals of single keys nothing is judged.
    private static let maximumRemovals = 1 << 20
}
