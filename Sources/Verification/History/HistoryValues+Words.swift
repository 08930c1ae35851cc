extension History {
    /// The elements of a list or a set; nil for any other value.
    public func elements(of code: Int) -> [Int]? {
        values.elements(of: code).map(Array.init)
    }

    /// A value in words, as `HistoryValues` says it.
    public func words(_ code: Int) -> String { values.words(code) }

    /// `client 3`, or what the client is called.
    public func words(client: Int32) -> String { "client \(clientNames[client] ?? String(client))" }
}

extension HistoryValues {

    /// A value in words: `nil`, 5, red, "1", true, :a, [1 2], #{1 2}, {:a 1}. A text stands in quotes where it could be
    /// taken for something else.
    public func words(_ code: Int) -> String {
        if code == History.null { return "nil" }
        switch self[code] {
        case nil: return String(code)
        case .text(let text): return Self.isPlain(text.string) ? text.string : JSONText.quoted(text.string)
        case .bytes(let bytes): return JSONText.quoted(String(decoding: bytes, as: UTF8.self)) + " (no UTF-8)"
        case .keyword(let text): return ":" + Self.printable(text.string)
        case .symbol(let text), .number(let text): return Self.printable(text.string)
        case .bool(let isTrue): return isTrue ? "true" : "false"
        case .list(let elements): return "[" + row(elements) + "]"
        case .set(let elements): return "#{" + row(elements) + "}"
        case .map(let elements): return "{" + row(elements) + "}"
        case .tagged(let tag, let code): return "#\(Self.printable(tag.string)) \(words(code))"
        }
    }

    /// So many elements of a list are said.
    private static let shownElements = 16

    private func row(_ elements: [Int]) -> String {
        let shown = elements.prefix(Self.shownElements).map(words).joined(separator: " ")
        let rest = elements.count - Self.shownElements
        return rest > 0 ? "\(shown) … \(rest) more" : shown
    }

    /// Whether a text looks like a word and like no value of another type.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, first.properties.isAlphabetic || first == "_" else { return false }
        return !["true", "false", "nil", "null"].contains(text)
            && text.unicodeScalars.allSatisfy { JSONText.isShown($0) && !" \"\\,;()[]{}".unicodeScalars.contains($0) }
    }

    private static func printable(_ text: String) -> String {
        text.unicodeScalars.allSatisfy(JSONText.isShown) ? text : JSONText.quoted(text)
    }
}
