import Verification

/// The sequential objects whose operations show or change several values at once, written as literally as the others.
enum ReferenceStructures {
    /// The states after an operation; nil where `ReferenceModel` itself knows the model and the function.
    static func apply(_ history: History, _ row: Int, _ model: CheckModel, _ state: [Int]) -> [[Int]]? {
        let isFree = history.statuses[row] == .info
        let (argument, result) = (history.arguments[row], history.results[row])
        switch (model, history.functions[row]) {
        case (.set, .read): return isFree || Set(history.elements(of: result) ?? []) == Set(state) ? [state] : []
        case (.bag, .enqueue): return [(state + [argument]).sorted()]
        case (.bag, .dequeue):
            let taken = isFree ? Set(state) : [result]
            var states = taken.filter { state.contains($0) }.sorted().map { value in
                var rest = state
                rest.remove(at: rest.firstIndex(of: value)!)
                return rest
            }
            if state.isEmpty, isFree || result == History.null { states.append([]) }
            return states
        case (.text, .read): return isFree || bytes(history, result) == state ? [state] : []
        case (.text, .write): return [bytes(history, argument)]
        case (.text, .append): return [state + bytes(history, argument)]
        case (.text, .delete): return [[]]
        case (.bank, .transfer):
            let parts = history.entries(of: argument)!.sorted { $0.key < $1.key }.map(\.value)
            // In order of the codes of amount, from and to, as `RandomHistory` makes them.
            var moved = state
            moved[parts[1]] -= parts[0]
            moved[parts[2]] += parts[0]
            return [moved]
        case (.bank, .read):
            guard !isFree else { return [state] }
            let start = zip(history.entries(of: result)!.map(\.value), state).map { $0 - $1 }
            return state[3] == 0 || Array(state[4...]) == start ? [state[..<3] + [1] + start] : []
        case (.txn, _): return transaction(history, isFree ? argument : result, isFree, state).map { [$0] } ?? []
        default: return nil
        }
    }

    static func bytes(_ history: History, _ code: Int) -> [Int] {
        guard case .text(let text)? = history.values[code] else { return code == History.null ? [] : [code] }
        return text.string.utf8.map(Int.init)
    }

    /// The state of transactions is, for keys 1 and 2 one after the other, how many values were appended and which.
    static func lists(_ state: [Int]) -> [[Int]] {
        guard let first = state.first else { return [[], []] }
        return [Array(state[1..<first + 1]), Array(state[(first + 2)...])]
    }

    private static func transaction(_ history: History, _ code: Int, _ isFree: Bool, _ state: [Int]) -> [Int]? {
        var lists = lists(state)
        for step in history.elements(of: code)! {
            let parts = history.elements(of: step)!
            let key = parts[1] - 1
            if case .keyword("append")? = history.values[parts[0]] {
                lists[key].append(parts[2])
            } else if !isFree, (history.elements(of: parts[2]) ?? []) != lists[key] {
                return nil
            }
        }
        return [lists[0].count] + lists[0] + [lists[1].count] + lists[1]
    }
}
