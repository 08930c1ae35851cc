import Documents

extension MessageTemplate {
    /// Reads a form as text: `set {key} 0 0 {#value}\r\n{value}`.
    ///
    /// `{name}` is a word, `{value}`, `{result}` and `{name:any}` any bytes, `{name:int}` a decimal number, `{#name}` the
    /// length of the hole `name`, `{_}` a word and `{*}` bytes that nobody looks at; `{{` and `}}` are braces.
    init(text document: Document) throws(DocumentError) {
        let text = try document.text("a message such as 'GET {key}'")
        var literal: [UInt8] = []
        var rest = Substring(text)
        var measured: Set<String> = []
        while let letter = rest.popFirst() {
            switch letter {
            case "{" where rest.first != "{":
                guard let end = rest.firstIndex(of: "}") else { throw document.error("a '{' without its '}'") }
                append(.literal(literal))
                literal = []
                try append(hole: String(rest[..<end]), &measured, document)
                rest = rest[rest.index(after: end)...]
            case "{", "}":
                guard rest.first == letter else { throw document.error("a '}' without its '{'; '}}' is a brace") }
                rest.removeFirst()
                literal += String(letter).utf8
            default: literal += String(letter).utf8
            }
        }
        append(.literal(literal))
        try check(document)
    }

    private mutating func append(
        hole text: String, _ measured: inout Set<String>, _ document: Document
    ) throws(DocumentError) {
        if text.hasPrefix("#") {
            let name = String(text.dropFirst())
            measured.insert(name)
            return append(.lengthText(of: try place(of: Hole(name: name), document)))
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first, Self.isName(name) || name == "*" else {
            throw document.error("'{\(text)}': expected a name of letters, digits, '-' and '_'")
        }
        if measured.contains(name) { return append(.sized(try place(of: Hole(name: name), document))) }
        let isAny = name == "*"
        var hole = Hole(name: isAny ? Self.anything : name)
        switch parts.count > 1 ? parts[1] : isAny || Self.free.contains(name) ? "any" : "word" {
        case "any": append(.free(try place(of: hole, document)))
        case "word": append(.word(try place(of: hole, document)))
        case "int":
            hole.isNumber = true
            append(.decimal(try place(of: hole, document)))
        default: throw document.error("'{\(text)}': expected {\(name)}, {\(name):int}, {\(name):any} or {\(name):word}")
        }
    }

    /// What stands for any bytes unless told otherwise.
    private static let free: Set<String> = ["value", "result"]

    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }

    mutating func place(of hole: Hole, _ document: Document) throws(DocumentError) -> Int {
        let place = self.hole(hole)
        guard place < Self.maximumHoles else { throw document.error("more than \(Self.maximumHoles) places") }
        return place
    }

    /// Where one hole ends and the next begins must be clear.
    private func check(_ document: Document) throws(DocumentError) {
        for (left, right) in zip(pieces, pieces.dropFirst()) {
            switch (left, right) {
            case (.literal, _), (_, .literal), (.sized, _): continue
            default: throw document.error("two places without anything between: nobody knows where one ends")
            }
        }
        for hole in holes.indices where isMeasured(hole) && !pieces.contains(.sized(hole)) {
            throw document.error(
                "{#\(holes[hole].name)} is the length of nothing: {\(holes[hole].name)} comes nowhere after it")
        }
    }

    private func isMeasured(_ hole: Int) -> Bool { pieces.contains(.lengthText(of: hole)) }
}
