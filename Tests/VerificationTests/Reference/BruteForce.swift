import Verification

/// Linearizability by its definition: is there a set of unanswered operations and an order of them and all answered
/// ones that keeps real time and is legal? Tries everything, remembering what it tried. For histories of a few
/// operations; of unanswered ones there may be dozens, if few kinds of them.
enum BruteForce {
    private struct Node: Hashable {
        var done: UInt64
        var state: [Int]
    }

    /// Objects of several keys are judged each by itself.
    static func isLinearizable(_ history: History, _ model: CheckModel) -> Bool {
        Set(history.keys).allSatisfy { key in
            isOne(history, (0..<history.count).filter { history.keys[$0] == key }, model)
        }
    }

    private static func isOne(_ history: History, _ all: [Int], _ model: CheckModel) -> Bool {
        let rows = all.filter { history.statuses[$0] != .fail }
        precondition(rows.count <= 64)
        var answered: UInt64 = 0
        for (bit, row) in rows.enumerated() where history.statuses[row] == .ok { answered |= 1 << UInt64(bit) }
        let twins = rows.indices.map { bit in (0..<bit).last { isTwin(history, rows[$0], rows[bit]) } }
        var seen = Set<Node>()
        func isDone(_ done: UInt64, _ bit: Int) -> Bool { done >> UInt64(bit) & 1 == 1 }
        func search(_ done: UInt64, _ state: [Int]) -> Bool {
            if done & answered == answered { return true }
            guard seen.insert(Node(done: done, state: state)).inserted else { return false }
            for (bit, row) in rows.enumerated() where !isDone(done, bit) {
                if let twin = twins[bit], !isDone(done, twin) { continue }
                let isFirst = rows.enumerated().allSatisfy { other, earlier in
                    isDone(done, other) || history.statuses[earlier] != .ok
                        || history.completed[earlier] >= history.invoked[row]
                }
                guard isFirst else { continue }
                for next in ReferenceModel.apply(history, row, model, state)
                where search(done | 1 << UInt64(bit), next) {
                    return true
                }
            }
            return false
        }
        return search(0, ReferenceModel.start(history, model))
    }

    /// Whether two unanswered operations are the same in everything, so that it is enough to try one of them first.
    private static func isTwin(_ history: History, _ left: Int, _ right: Int) -> Bool {
        history.statuses[left] == .info && history.statuses[right] == .info
            && history.functions[left] == history.functions[right] && history.clients[left] == history.clients[right]
            && history.arguments[left] == history.arguments[right] && history.invoked[left] == history.invoked[right]
            && (history.expectations.isEmpty || history.expectations[left] == history.expectations[right])
    }
}
