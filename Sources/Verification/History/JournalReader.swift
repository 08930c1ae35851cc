/// Reads Jepsen's journals: maps such as `{:type :invoke, :f :cas, :value [1 2], :process 0, :time 12}` in EDN, or the
/// same as JSON, in brackets, in parentheses, or one after the other.
struct JournalReader {
    private var reader: ValueReader
    private var journal: Journal
    /// Values of fields that nobody needs.
    private var unneeded = HistoryValues()
    /// The fields and types of events that came first, by the codes of their names.
    private var fields: [(code: Int, field: JournalEvent.Field?)] = []
    private var types: [(code: Int, name: String)] = []

    /// So many of them are kept, and looked through each time.
    private static let maximumKept = 8

    init(_ cursor: HistoryCursor, isJSON: Bool, _ options: HistoryOptions) {
        reader = ValueReader(cursor, isJSON: isJSON)
        journal = Journal(path: cursor.path, options)
    }

    /// How far it has read.
    var offset: Int { reader.cursor.offset }

    /// Reads to the end of the journal, or to where the file is cut.
    mutating func parse() throws(HistoryError) -> History {
        do throws(HistoryError) {
            try events()
        } catch {
            guard error.isCut, !journal.isEmpty else { throw error }
            journal.doubts.append("The file is cut: at line \(error.line) \(error.reason).")
        }
        return try journal.finish()
    }

    private mutating func events() throws(HistoryError) {
        try skipTags()
        let close = opened()
        while true {
            reader.cursor.forgetRead()
            try skipTags()
            if reader.cursor.isAtEnd {
                if let close { throw reader.cursor.cut("a journal before its \(Character(Unicode.Scalar(close)))") }
                return
            }
            if let close, reader.cursor.take(close) { return try end() }
            guard try journal.add(event()) else { return }
        }
    }

    /// Steps into brackets or parentheses; what closes them.
    private mutating func opened() -> UInt8? {
        if reader.cursor.take(UInt8(ascii: "[")) { return UInt8(ascii: "]") }
        if !reader.isJSON, reader.cursor.take(UInt8(ascii: "(")) { return UInt8(ascii: ")") }
        return nil
    }

    /// What comes behind a list must be nothing, or another journal.
    private mutating func end() throws(HistoryError) {
        try skipTags()
        switch reader.cursor.byte {
        case _ where reader.cursor.isAtEnd: return
        case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"):
            journal.doubts.append(
                "At line \(reader.cursor.line) another journal begins, and only the first one was read.")
        default: throw reader.cursor.failure("expected nothing behind the journal")
        }
    }

    /// Blanks, and the tags of records such as `#jepsen.history.Op{…}`.
    private mutating func skipTags() throws(HistoryError) {
        try reader.skipBlank()
        while !reader.isJSON, reader.cursor.take(UInt8(ascii: "#")) {
            _ = try reader.tag()
            try reader.skipBlank()
        }
    }

    // MARK: Events

    private mutating func event() throws(HistoryError) -> JournalEvent {
        var event = JournalEvent()
        event.place = reader.cursor.place
        guard reader.cursor.byte == UInt8(ascii: "{") else { throw reader.cursor.failure("expected a map") }
        reader.cursor.offset += 1
        while true {
            try reader.skipBlank()
            if reader.cursor.take(UInt8(ascii: "}")) { break }
            let place = reader.cursor.place
            let name = try reader.code(&journal.values)
            let field = try field(name, place)
            try reader.skipBlank()
            if reader.cursor.byte == UInt8(ascii: "}") {
                throw reader.cursor.failure("a map with a key without a value")
            }
            try take(field, name, into: &event)
        }
        guard event.kind != nil || !event.type.isEmpty else {
            throw HistoryError(
                path: reader.cursor.path, line: event.place.line, column: event.place.column,
                reason: "an event needs :type")
        }
        return event
    }

    private mutating func take(
        _ field: JournalEvent.Field?, _ name: Int, into event: inout JournalEvent
    ) throws(HistoryError) {
        switch field {
        case .type:
            event.type = type(try reader.code(&journal.values))
            event.kind = JournalEvent.Kind(event.type)
        case .function: event.function = try reader.code(&journal.values)
        case .value: event.value = try reader.code(&journal.values)
        case .key: event.key = try reader.code(&journal.values)
        case .process: event.process = try reader.code(&journal.values)
        case .time: event.time = try number()
        case .index: event.index = try number()
        case .forPeople: try reader.skip()
        case nil:
            try reader.skip()
            event.unknownField = JournalEvent.name(journal.values.atom(name))
        }
    }

    /// The field whose name has this code; nil for one that nobody knows.
    private mutating func field(_ code: Int, _ place: HistoryPlace) throws(HistoryError) -> JournalEvent.Field? {
        if let known = fields.first(where: { $0.code == code }) { return known.field }
        guard let name = JournalEvent.name(journal.values.atom(code)) else {
            throw reader.cursor.failure(
                at: place, "a field's name must be a name, not \(journal.values.words(code))")
        }
        let field = JournalEvent.Field(name)
        if fields.count < Self.maximumKept { fields.append((code, field)) }
        return field
    }

    private mutating func type(_ code: Int) -> String {
        if let known = types.first(where: { $0.code == code }) { return known.name }
        let name = JournalEvent.name(journal.values[code]) ?? journal.values.words(code)
        if types.count < Self.maximumKept { types.append((code, name)) }
        return name
    }

    /// A whole number; nil for anything else.
    private mutating func number() throws(HistoryError) -> Int? {
        // Each number over 60 bits is a value of its own, and would be kept.
        if unneeded.count > 0 { unneeded = HistoryValues() }
        let code = try reader.code(&unneeded)
        switch unneeded[code] {
        case nil: return code == History.null ? nil : code
        case .number(let text): return Int(text.string)
        default: return nil
        }
    }
}
