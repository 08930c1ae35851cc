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
        var known: Set<String> = []
        let hasKeys = history.keys.contains { $0 != 0 }
        let (functions, plainFunctions) = (model.knownFunctions, model.plainFunctions)
        for row in 0..<history.count where plainFunctions & 1 << history.functions[row].rawValue == 0 {
            guard history.statuses[row] != .fail else { continue }
            let isKnown = functions & 1 << history.functions[row].rawValue != 0
            if isKnown, model.understands(history, row) { continue }
            let name = isKnown ? HistorySentence.words(history, row) : HistorySentence.function(history, row)
            if known.insert(name).inserted { names.append(name) }
            if hasKeys, history.keys[row] == 0 { firstOfAll = min(firstOfAll, history.invoked[row]) }
            first[history.keys[row]] = min(first[history.keys[row]] ?? .max, history.invoked[row])
        }
    }

    /// The first invocation that may have touched `key`; never if none may.
    func first(of key: Int) -> Int64 { min(firstOfAll, first[key] ?? .max) }

    /// `The model register has no function 'enqueue': what came after it is not judged.`
    func sentence(_ model: CheckModel) -> String {
        let quoted = names.prefix(Self.maximumNames).map { "'\($0)'" }.joined(separator: ", ")
        let more = names.count > Self.maximumNames ? " and \(names.count - Self.maximumNames) more" : ""
        return "The model \(model.rawValue) has no function \(quoted)\(more): what came after it is not judged."
    }

    private static let maximumNames = 8
}
