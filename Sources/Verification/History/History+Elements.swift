extension History {
    /// The keys and values of the map of this code; nil for any other value.
    public func entries(of code: Int) -> [(key: Int, value: Int)]? { values.entries(of: code) }

    /// How many operations there are where each step of a transaction is one: by these memory is counted.
    ///
    /// - Complexity: O(operations).
    package var stepCount: Int {
        indices(of: .transaction).reduce(count) { $0 + max(1, values.elements(of: arguments[$1])?.count ?? 1) - 1 }
    }

    private func indices(of function: Function) -> LazyFilterSequence<Range<Int>> {
        functions.indices.lazy.filter { functions[$0] == function }
    }
}

extension HistoryValues {
    /// A list counts as a map from 0 on.
    func entries(of code: Int) -> [(key: Int, value: Int)]? {
        if let flat = map(code) {
            return stride(from: flat.startIndex, to: flat.endIndex - 1, by: 2).map { (flat[$0], flat[$0 + 1]) }
        }
        return list(code)?.enumerated().map { ($0, $1) }
    }

    /// Whether it is a list or a set of nothing.
    func isEmpty(_ code: Int) -> Bool { elements(of: code)?.isEmpty ?? false }

    func isText(_ code: Int) -> Bool {
        switch atom(code) {
        case .text, .bytes: true
        default: false
        }
    }

    /// The word of a text, a keyword or a symbol.
    func word(_ code: Int) -> String? {
        switch atom(code) {
        case .text(let text), .keyword(let text), .symbol(let text): text.string
        default: nil
        }
    }
}
