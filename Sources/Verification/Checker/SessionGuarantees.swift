/// What single clients may rely on, whatever the others do: that they read their own writes, and that what they read
/// does not go back. Source: Terry et al., "Session guarantees for weakly consistent replicated data", 1994.
enum SessionGuarantees {
    /// The first break by a client, in a sentence; nil if there is none, or values are not unique.
    ///
    /// - Complexity: O(operations).
    static func firstBreak(_ history: History) -> String? {
        var index = ValueIndex([history.arguments, history.results], hasKeys: true, expected: history.count)
        var writeOf: [Int32] = []
        func id(_ key: Int, _ value: Int) -> Int {
            let id = index.id(key, value)
            while writeOf.count <= id { writeOf.append(-1) }
            return id
        }
        for row in 0..<history.count where history.functions[row] == .write {
            let value = id(history.keys[row], history.arguments[row])
            guard writeOf[value] < 0 else { return nil }
            writeOf[value] = Int32(truncatingIfNeeded: row)
        }
        /// Of a client and a key: its last write that was answered, and the write of the value that it read last.
        struct Seen { var write = -1, read = -1, reader = -1 }
        struct Place: Hashable { var client: Int32, key: Int }
        var seen: [Place: Seen] = [:]
        for row in TimeSort.order(history.invoked).map(Int.init) where history.statuses[row] == .ok {
            let place = Place(client: history.clients[row], key: history.keys[row])
            var last = seen[place] ?? Seen()
            if history.functions[row] == .write {
                last.write = row
            } else if history.functions[row] == .read {
                let value = history.results[row]
                let write = value == History.null ? -1 : Int(writeOf[id(history.keys[row], value)])
                guard value == History.null || write >= 0 else { continue }
                let operation = HistorySentence.operation(history, row)
                if last.write >= 0, precedes(history, write, last.write) {
                    return "\(history.words(client: place.client)) does not read its own write: \(operation) after "
                        + HistorySentence.operation(history, last.write)
                }
                if last.read >= 0, precedes(history, write, last.read) {
                    return "what \(history.words(client: place.client)) reads goes back: \(operation) after "
                        + HistorySentence.operation(history, last.reader)
                }
                if write >= 0 { (last.read, last.reader) = (write, row) }
            }
            seen[place] = last
        }
        return nil
    }

    /// Whether `left`, a write or the beginning, was certainly over before `right` began.
    private static func precedes(_ history: History, _ left: Int, _ right: Int) -> Bool {
        left < 0 || (left != right && history.completed[left] < history.invoked[right])
    }
}
