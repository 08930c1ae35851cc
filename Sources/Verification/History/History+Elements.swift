extension History {
    /// The keys and values of the map of this code; nil for any other value.
    public func entries(of code: Int) -> [(key: Int, value: Int)]? { values.entries(of: code) }
}

extension HistoryValues {
    func elements(of code: Int) -> [Int]? {
        switch self[code] {
        case .list(let elements), .set(let elements): elements
        default: nil
        }
    }

    /// A list counts as a map from 0 on.
    func entries(of code: Int) -> [(key: Int, value: Int)]? {
        switch self[code] {
        case .map(let flat):
            stride(from: 0, to: flat.count - 1, by: 2).map { (flat[$0], flat[$0 + 1]) }
        case .list(let elements): elements.enumerated().map { ($0, $1) }
        default: nil
        }
    }

    func isText(_ code: Int) -> Bool {
        switch self[code] {
        case .text, .bytes: true
        default: false
        }
    }

    /// The word of a text, a keyword or a symbol.
    func word(_ code: Int) -> String? {
        switch self[code] {
        case .text(let text), .keyword(let text), .symbol(let text): text.string
        default: nil
        }
    }
}
