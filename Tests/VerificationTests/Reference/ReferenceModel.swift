import Verification

/// The sequential objects once more, as small as they can be written, and without a line of the product's own: what
/// monitors and searches are held against. A state is a list of numbers.
enum ReferenceModel {
    /// The state before the first operation.
    static func start(_ history: History, _ model: CheckModel) -> [Int] {
        switch model {
        case .register, .kv, .cas: [history.initial ?? History.null]
        case .counter, .blindCounter: [history.initial ?? 0]
        case .semaphore: [history.initial ?? 1]
        // What was moved between three accounts, whether a read has told what they held at first, and what.
        case .bank: [0, 0, 0, 0, 0, 0, 0]
        default: []
        }
    }

    /// The states after an operation with the recorded answer; none if it cannot be answered so in this state.
    static func apply(_ history: History, _ row: Int, _ model: CheckModel, _ state: [Int]) -> [[Int]] {
        if let structured = ReferenceStructures.apply(history, row, model, state) { return structured }
        let allowed = answers(history, row, model, state)
        guard history.statuses[row] == .info || allowed.contains(history.results[row]) || allowed == anything else {
            return []
        }
        return after(history, row, model, state).map { [$0] } ?? []
    }

    /// What an operation may be answered in a state. Where only an acknowledgement is due, anything is taken for one.
    static func answers(_ history: History, _ row: Int, _ model: CheckModel, _ state: [Int]) -> [Int] {
        let argument = history.arguments[row]
        let yes = [1, History.null]
        let no = [0, History.null]
        switch (model, history.functions[row]) {
        case (.register, .read), (.kv, .read), (.cas, .read), (.counter, .read), (.blindCounter, .read): return state
        case (_, .delete): return [state[0] == History.null ? 0 : 1, History.null]
        case (_, .compareAndSet): return state[0] == history.expectations[row] ? yes : [0]
        case (.counter, .increment): return [state[0] + amount(history, row), History.null]
        case (.set, .add): return state.contains(argument) ? no : yes
        case (.set, .remove): return state.contains(argument) ? yes : no
        case (.set, .contains): return state.contains(argument) ? yes : no
        case (.queue, .dequeue), (.queue, .peek): return [state.first ?? History.null]
        case (.stack, .pop), (.stack, .peek): return [state.last ?? History.null]
        case (.bag, .dequeue): return state.isEmpty ? [History.null] : state
        case (.semaphore, .acquire): return state[0] >= count(history, row) ? anything : []
        case (.semaphore, .release): return state[0] + count(history, row) <= history.initial ?? 1 ? anything : []
        case (.mutex, .acquire): return state.isEmpty ? anything : []
        case (.mutex, .release): return state == [Int(history.clients[row])] ? anything : []
        case (.log, .append): return [state.count, History.null]
        case (.log, .read): return [argument >= 0 && argument < state.count ? state[argument] : History.null]
        default: return anything
        }
    }

    static let anything = [Int.max]

    static func amount(_ history: History, _ row: Int) -> Int {
        history.arguments[row] == History.null ? 1 : history.arguments[row]
    }

    static func count(_ history: History, _ row: Int) -> Int {
        history.arguments[row] == History.null ? 1 : history.arguments[row]
    }

    private static func after(_ history: History, _ row: Int, _ model: CheckModel, _ state: [Int]) -> [Int]? {
        let argument = history.arguments[row]
        switch history.functions[row] {
        case .read, .contains, .peek: return state
        case .write: return [argument]
        case .delete: return [History.null]
        case .compareAndSet:
            let isRefused = history.statuses[row] == .ok && history.results[row] == 0
            return state[0] == history.expectations[row] && !isRefused ? [argument] : state
        case .increment: return [state[0] + amount(history, row)]
        case .add: return (state.filter { $0 != argument } + [argument]).sorted()
        case .remove: return state.filter { $0 != argument }
        case .acquire where model == .semaphore:
            let count = count(history, row)
            return state[0] >= count && count <= history.initial ?? 1 ? [state[0] - count] : nil
        case .release where model == .semaphore:
            let sum = state[0] + count(history, row)
            return sum <= history.initial ?? 1 ? [sum] : nil
        case .enqueue, .push, .append: return state + [argument]
        case .dequeue: return Array(state.dropFirst())
        case .pop: return Array(state.dropLast())
        // An unanswered one may have waited for ever.
        case .acquire: return state.isEmpty ? [Int(history.clients[row])] : nil
        case .release: return state == [Int(history.clients[row])] ? [] : nil
        default: return nil
        }
    }
}
