import Documents

/// How messages of numbers and counted bytes are laid out: the header of all of them, with the length in its place, and
/// what each has behind it.
struct BinaryForm {
    private let header: [Field]
    /// Nil where messages do not say how long they are.
    private let lengths: LengthFraming?

    /// A part of the header.
    private struct Field {
        let name: String
        let kind: FieldKind
        let place: Document.Place
    }

    /// The fields of the header, which requests and replies say.
    var constants: [String] { header.map(\.name) }

    init(_ section: Document?, _ lengths: LengthFraming?) throws(DocumentError) {
        self.lengths = lengths
        var header: [Field] = []
        if let section {
            for field in try Self.fields(section) {
                guard field.kind.size != nil else {
                    throw DocumentError(place: field.place, reason: "a header has numbers and fixed(BYTES) only")
                }
                header.append(field)
            }
        }
        self.header = header
        if let section { _ = try layout(section.place) }
    }

    /// Where a field of the header lies in all messages.
    func place(of name: String) -> Range<Int>? {
        var offset = 0
        for part in (try? layout(Document.Place(line: 1, column: 1))) ?? [] {
            switch part {
            case .length(let form): offset += form.width
            case .field(let field):
                let size = field.kind.size ?? 0
                if field.name == name { return offset..<offset + size }
                offset += size
            }
        }
        return nil
    }

    /// A message's form: the header with what `map` says of it, and its `fields`.
    func form(_ map: DocumentMap) throws(DocumentError) -> MessageTemplate {
        var template = MessageTemplate()
        for part in try layout(map.place) {
            switch part {
            case .length(let form):
                // It is written by the framing.
                template.append(.integer(template.hole(MessageTemplate.Hole(name: Self.length, form: form)), form))
            case .field(let field): try append(field, map[field.name], map.place, to: &template)
            }
        }
        guard let section = map["fields"] else { return template }
        var isEnded = false
        for field in try Self.fields(section) {
            guard !isEnded else { throw DocumentError(place: field.place, reason: "nothing comes behind 'rest'") }
            if case .rest = field.kind { isEnded = true }
            try Self.append(field.name, field.kind, field.place, to: &template)
        }
        return template
    }

    /// The hole of the length.
    static let length = "_"

    private enum Part {
        case length(IntegerForm)
        case field(Field)
    }

    /// The header with the length in its place.
    private func layout(_ place: Document.Place) throws(DocumentError) -> [Part] {
        var parts: [Part] = []
        var offset = 0
        var isPlaced = false
        guard let lengths else { return header.map { .field($0) } }
        for field in header {
            if offset == lengths.place, !isPlaced {
                parts.append(.length(lengths.form))
                offset += lengths.form.width
                isPlaced = true
            }
            parts.append(.field(field))
            offset += field.kind.size ?? 0
        }
        if offset == lengths.place, !isPlaced {
            parts.append(.length(lengths.form))
            isPlaced = true
        }
        guard isPlaced else {
            throw DocumentError(
                place: place, reason: "the length is at \(lengths.place), where no field of the header begins or ends")
        }
        return parts
    }

    private func append(
        _ field: Field, _ said: Document?, _ place: Document.Place, to template: inout MessageTemplate
    ) throws(DocumentError) {
        guard case .integer(let form) = field.kind, let said else {
            return try Self.append(field.name, field.kind, said?.place ?? place, to: &template)
        }
        var bytes: [UInt8] = []
        let number = try said.number("the value of '\(field.name)'", in: 0...form.largest)
        form.append(number, to: &bytes)
        template.append(.literal(bytes))
        template.constants.append("\(field.name) \(number)")
    }

    private static func append(
        _ name: String, _ kind: FieldKind, _ place: Document.Place, to template: inout MessageTemplate
    ) throws(DocumentError) {
        if case .constant(let bytes) = kind { return template.append(.literal(bytes)) }
        var hole = MessageTemplate.Hole(name: name)
        if case .integer(let form) = kind {
            hole.form = form
            hole.isNumber = true
        }
        let index = template.hole(hole)
        guard index < MessageTemplate.maximumHoles else {
            throw DocumentError(place: place, reason: "more than \(MessageTemplate.maximumHoles) places")
        }
        switch kind {
        case .integer(let form): template.append(.integer(index, form))
        case .counted(let form): template.append(.counted(index, form))
        case .fixed(let count): template.append(.fixed(index, count))
        case .rest: template.append(.free(index))
        case .constant: break
        }
    }

    /// `[{key: str(u16be)}, …]`.
    private static func fields(_ section: Document) throws(DocumentError) -> [Field] {
        var fields: [Field] = []
        for document in try section.list("fields such as {key: str(u16be)}") {
            for entry in try document.map("a field such as {key: str(u16be)}").entries {
                guard MessageTemplate.isName(entry.key) else {
                    throw DocumentError(place: entry.place, reason: "'\(entry.key)' is no name")
                }
                fields.append(Field(name: entry.key, kind: try FieldKind(entry.value), place: entry.value.place))
            }
        }
        return fields
    }
}

/// What a field holds.
enum FieldKind: Equatable {
    case integer(IntegerForm)
    case counted(IntegerForm)
    case fixed(Int)
    case rest
    case constant([UInt8])

    init(_ document: Document) throws(DocumentError) {
        let what =
            "u8, u16be, u32le, …, str(u16be), bytes(u32be), fixed(BYTES), rest, a number behind a form as 'u8 3', or 'hex 0A0B'"
        let text = try document.text(what)
        let words = text.split(separator: " ")
        if words.count == 2, let form = IntegerForm(String(words[0])), let number = Int(words[1]),
            (0...form.largest).contains(number)
        {
            var bytes: [UInt8] = []
            form.append(number, to: &bytes)
            self = .constant(bytes)
        } else if words.first == "hex", let bytes = Self.bytes(words.dropFirst().joined()) {
            self = .constant(bytes)
        } else if text == "rest" {
            self = .rest
        } else if let form = IntegerForm(text) {
            self = .integer(form)
        } else if let inner = Self.inside(text, "str") ?? Self.inside(text, "bytes"), let form = IntegerForm(inner) {
            self = .counted(form)
        } else if let inner = Self.inside(text, "fixed"), let count = Int(inner), (1...4096).contains(count) {
            self = .fixed(count)
        } else {
            throw document.error("expected \(what)")
        }
    }

    private static func inside(_ text: String, _ name: String) -> String? {
        guard text.hasPrefix(name + "("), text.hasSuffix(")") else { return nil }
        return String(text.dropFirst(name.count + 1).dropLast())
    }

    private static func bytes(_ digits: String) -> [UInt8]? {
        guard !digits.isEmpty, digits.utf8.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        var rest = Substring(digits)
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    /// Bytes; nil where messages differ.
    var size: Int? {
        switch self {
        case .integer(let form): form.width
        case .fixed(let count): count
        case .constant(let bytes): bytes.count
        case .counted, .rest: nil
        }
    }
}
