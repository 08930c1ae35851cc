import Yams

/// A YAML text of a user as it is written: texts, lists and maps, each with the place where it stands. A number or a
/// `true` is the text that it is written as; who reads it knows what is wanted there.
package struct Document: Sendable {
    /// What it is.
    package enum Content: Sendable {
        case text(String)
        case list([Document])
        case map([Entry])
    }

    /// A name and what it names.
    package struct Entry: Sendable {
        package let key: String
        package let place: Place
        package let value: Document
    }

    /// Lines and columns from 1.
    package struct Place: Sendable, Equatable {
        package let line: Int
        package let column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    package let content: Content
    package let place: Place

    /// Reads a text.
    ///
    /// - Throws: `DocumentError`.
    package init(_ text: String) throws(DocumentError) {
        let node: Node?
        do { node = try BoundedYAML.compose(text) } catch let error as YamlError {
            throw DocumentError(error)
        } catch {
            throw DocumentError(place: Place(line: 1, column: 1), reason: "\(error)")
        }
        guard let node else { throw DocumentError(place: Place(line: 1, column: 1), reason: "it is empty") }
        self.init(node, at: Place(line: 1, column: 1))
    }

    /// Nodes without a mark, as empty ones, stand where what holds them does.
    private init(_ node: Node, at outer: Place) {
        place = Self.place(of: node) ?? outer
        let here = place
        switch node {
        case .scalar(let scalar): content = .text(scalar.string)
        case .sequence(let sequence): content = .list(sequence.map { Document($0, at: here) })
        case .mapping(let mapping):
            content = .map(
                mapping.map { key, value in
                    let place = Self.place(of: key) ?? here
                    return Entry(key: key.scalar?.string ?? "", place: place, value: Document(value, at: place))
                })
        case .alias: content = .text("")
        }
    }

    private static func place(of node: Node) -> Place? {
        node.mark.map { Place(line: $0.line, column: $0.column) }
    }
}

/// What is wrong with a document, and where.
package struct DocumentError: Error, Equatable, CustomStringConvertible {
    package let place: Document.Place
    package let reason: String

    /// So much of a reason is told: what it quotes may be of any length.
    private static let longestReason = 300

    package init(place: Document.Place, reason: String) {
        self.place = place
        let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
        let told = line.prefix(Self.longestReason)
        self.reason = told.endIndex == line.endIndex ? line : told + "…"
    }

    /// What Yams says, without the lines of the text that it quotes.
    fileprivate init(_ error: YamlError) {
        let start = Document.Place(line: 1, column: 1)
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(
                place: Document.Place(line: mark.line, column: mark.column), reason: "it is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            self.init(
                place: Document.Place(line: context.mark.line, column: context.mark.column),
                reason: "a name that stands there twice: \(duplicates.map { "\($0)" }.sorted().joined(separator: ", "))"
            )
        default: self.init(place: start, reason: "it is no YAML: \(error)")
        }
    }

    /// `7:14: expected a number`.
    package var description: String { "\(place.line):\(place.column): \(reason)" }
}

extension Document {
    /// That something is wrong here.
    package func error(_ reason: String) -> DocumentError { DocumentError(place: place, reason: reason) }

    /// Its text.
    ///
    /// - Parameter what: what is expected, as `a name`.
    package func text(_ what: String) throws(DocumentError) -> String {
        guard case .text(let text) = content else { throw error("expected \(what), not \(kind)") }
        return text
    }

    /// Its text as a whole number of a range.
    package func number(_ what: String, in range: ClosedRange<Int>) throws(DocumentError) -> Int {
        guard let number = Int(try text(what)), range.contains(number) else {
            throw error("expected \(what) from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `true` or `false`.
    package func flag() throws(DocumentError) -> Bool {
        switch try text("true or false") {
        case "true": return true
        case "false": return false
        default: throw error("expected true or false")
        }
    }

    /// Its elements; a text alone is a list of one.
    package func list(_ what: String) throws(DocumentError) -> [Document] {
        switch content {
        case .list(let list): return list
        case .text(let text) where !text.isEmpty: return [self]
        default: throw error("expected a list of \(what), not \(kind)")
        }
    }

    /// Its names and values; they are some of `known`, where that is given.
    package func map(_ what: String, _ known: [String]? = nil) throws(DocumentError) -> DocumentMap {
        guard case .map(let entries) = content else { throw error("expected \(what), not \(kind)") }
        if let known, let unknown = entries.first(where: { !known.contains($0.key) }) {
            throw DocumentError(
                place: unknown.place, reason: "unknown '\(unknown.key)'; expected \(known.joined(separator: ", "))")
        }
        return DocumentMap(entries: entries, place: place)
    }

    private var kind: String {
        switch content {
        case .text(let text): text.isEmpty ? "nothing" : "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

/// Names and what they name, in the order in which they are written.
package struct DocumentMap: Sendable {
    package let entries: [Document.Entry]
    package let place: Document.Place

    package init(entries: [Document.Entry], place: Document.Place) {
        self.entries = entries
        self.place = place
    }

    package subscript(_ key: String) -> Document? { entries.first { $0.key == key }?.value }

    /// The elements of the list that a name names; none where it is not there.
    package func list(_ key: String, _ what: String) throws(DocumentError) -> [Document] {
        guard let value = self[key] else { return [] }
        return try value.list(what)
    }

    /// What a name names that must be there.
    package func required(_ key: String, _ what: String) throws(DocumentError) -> Document {
        guard let value = self[key] else { throw DocumentError(place: place, reason: "expected '\(key)': \(what)") }
        return value
    }
}
