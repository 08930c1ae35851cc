/// Operations that a model does not know. What they did to the object nobody can tell, so it is judged only as it stood
/// before the first of them was invoked.
struct ForeignFunctions {
    /// Their names, in order of occurrence.
    private(set) var names: [String] = []
    /// For each key the first invocation; for all keys where an operation names none.
    private var first: [Int: Int64] = [:]
    private var firstOfAll = Int64.max

    var isEmpty: Bool { names.isEmpty }

    /// - Complexity: O(operations).
    init(_ history: History, _ model: CheckModel) {
        let functions = model.knownFunctions
        self.init(history, plain: model.plainFunctions) { row in
            let isKnown = functions & 1 << history.functions[row].rawValue != 0
            if isKnown, model.understands(history, row) { return nil }
            return isKnown ? HistorySentence.words(history, row) : HistorySentence.function(history, row)
        }
    }

    /// - Complexity: O(operations).
    init(_ history: History, _ specification: some Specification) {
        self.init(history, plain: 0) { row in
            specification.knows(HistoryOperation(history, row)) ? nil : HistorySentence.function(history, row)
        }
    }

    /// `plain` has a bit for each function that never is; `name` tells what another row is called if it is foreign.
    private init(_ history: History, plain: UInt32, name: (Int) -> String?) {
        var known: Set<String> = []
        let hasKeys = history.keys.contains { $0 != 0 }
        for row in 0..<history.count where plain & 1 << history.functions[row].rawValue == 0 {
            guard history.statuses[row] != .fail, let name = name(row) else { continue }
            if known.insert(name).inserted { names.append(name) }
            if hasKeys, history.keys[row] == 0 { firstOfAll = min(firstOfAll, history.invoked[row]) }
            first[history.keys[row]] = min(first[history.keys[row]] ?? .max, history.invoked[row])
        }
    }

    /// The first invocation that may have touched `key`; never if none may.
    func first(of key: Int) -> Int64 { min(firstOfAll, first[key] ?? .max) }

    /// `The model register has no function 'enqueue': what came after it is not judged.`
    func sentence(_ model: CheckModel) -> String { sentence("The model \(model.rawValue)") }

    func sentence(_ model: String) -> String {
        let quoted = names.prefix(Self.maximumNames).map { "'\($0)'" }.joined(separator: ", ")
        let more = names.count > Self.maximumNames ? " and \(names.count - Self.maximumNames) more" : ""
        return "\(model) has no function \(quoted)\(more): what came after it is not judged."
    }

    private static let maximumNames = 8
}
