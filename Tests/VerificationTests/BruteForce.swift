import Verification

/// Linearizability by its definition: is there a set of unanswered operations and an order of them and all answered
/// ones that keeps real time and is legal? Tries everything, remembering what it tried. For histories of a few
/// operations.
enum BruteForce {
    /// The sequential objects, as small as they can be written; a state is a list of numbers.
    static func apply(_ history: History, _ row: Int, _ model: CheckModel, _ state: [Int]) -> [Int]? {
        let (argument, result) = (history.arguments[row], history.results[row])
        let isFree = history.statuses[row] == .info
        let isTrue = result != 0
        let value = state.first ?? History.null
        switch (model, history.functions[row]) {
        case (.register, .read), (.kv, .read), (.cas, .read): return isFree || result == value ? state : nil
        case (.register, .write), (.kv, .write), (.cas, .write): return [argument]
        case (.cas, .compareAndSet): return value == history.expectations[row] ? [argument] : isFree ? state : nil
        case (.counter, .read), (.blindCounter, .read): return isFree || result == state.count ? state : nil
        case (.counter, .increment): return isFree || result == state.count + 1 ? state + [0] : nil
        case (.blindCounter, .increment): return state + [0]
        case (.set, .add):
            return isFree || isTrue != state.contains(argument)
                ? (state.filter { $0 != argument } + [argument]).sorted() : nil
        case (.set, .remove):
            return isFree || isTrue == state.contains(argument) ? state.filter { $0 != argument } : nil
        case (.set, .contains): return isFree || isTrue == state.contains(argument) ? state : nil
        case (.queue, .enqueue): return state + [argument]
        case (.queue, .dequeue): return isFree || result == value ? Array(state.dropFirst()) : nil
        case (.queue, .peek): return isFree || result == value ? state : nil
        case (.stack, .push): return state + [argument]
        case (.stack, .pop): return isFree || result == state.last ?? History.null ? Array(state.dropLast()) : nil
        case (.stack, .peek): return isFree || result == state.last ?? History.null ? state : nil
        case (.mutex, .acquire): return state.isEmpty ? [Int(history.clients[row])] : nil
        case (.mutex, .release): return state == [Int(history.clients[row])] ? [] : nil
        case (.log, .append): return isFree || result == state.count ? state + [argument] : nil
        case (.log, .read):
            let there = state.indices.contains(argument) ? state[argument] : History.null
            return isFree || result == there ? state : nil
        default: return nil
        }
    }

    private struct Node: Hashable {
        var done: Int
        var state: [Int]
    }

    static func isLinearizable(_ history: History, _ model: CheckModel) -> Bool {
        let rows = (0..<history.count).filter { history.statuses[$0] != .fail }
        var answered = 0
        for (bit, row) in rows.enumerated() where history.statuses[row] == .ok { answered |= 1 << bit }
        var seen = Set<Node>()
        func search(_ done: Int, _ state: [Int]) -> Bool {
            if done & answered == answered { return true }
            guard seen.insert(Node(done: done, state: state)).inserted else { return false }
            for (bit, row) in rows.enumerated() where done >> bit & 1 == 0 {
                let isFirst = rows.enumerated().allSatisfy { other, earlier in
                    done >> other & 1 == 1 || history.statuses[earlier] != .ok
                        || history.completed[earlier] >= history.invoked[row]
                }
                guard isFirst, let next = apply(history, row, model, state) else { continue }
                if search(done | 1 << bit, next) { return true }
            }
            return false
        }
        // The register's state is a value, and none at first.
        return search(0, [])
    }
}
