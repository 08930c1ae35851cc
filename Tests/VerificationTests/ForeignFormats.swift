import Verification

/// One history in each format that the readers know. What its values stand for is drawn from a palette, so that values
/// of all types take each other's place; where a model counts with them or looks into them, they stand for themselves.
struct ForeignFormats {
    let history: History
    /// Times are the numbers of the events: invocations before completions where they are equal.
    private var events: [(row: Int, isCompletion: Bool)] = []
    private var palette: [Int: Value] = [:]
    private let hasKeys: Bool

    /// A value that all formats can write.
    indirect enum Value: Equatable {
        case null, bool(Bool), number(String), text(String), keyword(String)
        case list([Value])
        /// Keys and values in turn.
        case map([Value])
        /// A name with a meaning of its own: EDN's keyword, JSON's text.
        case word(String)

        var isBool: Bool { if case .bool = self { true } else { false } }
    }

    /// How a file looks.
    enum Format: CaseIterable {
        case linhist, linhistList, brackets, parentheses, lines, json, jsonLines, keyFields, text, prefixedText

        var isJournal: Bool { self != .linhist && self != .linhistList }
    }

    private static let values: [Value] = [
        .text("red"), .text("true"), .bool(true), .bool(false), .keyword("red"), .text("1"), .number("1.5"),
        .number("-7"),
        .number("12345678901234567890"), .list([.number("1"), .number("2")]), .list([]), .list([.null, .text("x")]),
        .text(""), .text("é"), .text("e\u{301}"), .text("a b\"\\\n\t"), .number("1"), .number("2"),
        .number("1152921504606846976"),
        .list([.list([.number("1"), .number("2")]), .bool(true)]), .text("nil"), .number("1.0"), .keyword("a/b"),
        .text(":x"),
    ]

    /// Nil where a client has two operations open at once, which no journal can say.
    init?(_ random: History, _ model: CheckModel, _ seed: inout Seed) {
        for row in 0..<random.count {
            events.append((row, false))
            if random.statuses[row] != .info { events.append((row, true)) }
        }
        func time(_ event: (row: Int, isCompletion: Bool)) -> Int64 {
            event.isCompletion ? random.completed[event.row] : random.invoked[event.row]
        }
        events.sort { (time($0), $0.isCompletion ? 1 : 0, $0.row) < (time($1), $1.isCompletion ? 1 : 0, $1.row) }
        // The same rows in the order of their invocations, with the numbers of events as times.
        var ordered = History()
        ordered.values = random.values
        var places: [Int: Int] = [:]
        for (number, event) in events.enumerated() where !event.isCompletion {
            let row = event.row
            let end = events.firstIndex { $0.row == row && $0.isCompletion }
            places[row] = ordered.count
            ordered.append(
                random.functions[row], client: Int(random.clients[row]), key: random.keys[row],
                argument: random.arguments[row],
                expected: random.expectations.isEmpty ? nil : random.expectations[row], result: random.results[row],
                invoked: Int64(number), completed: end.map(Int64.init) ?? History.never, status: random.statuses[row])
        }
        events = events.map { (places[$0.row]!, $0.isCompletion) }
        history = ordered
        hasKeys = Set(ordered.keys).count > 1
        var open: Set<Int32> = []
        for event in events {
            let client = ordered.clients[event.row]
            guard event.isCompletion || open.insert(client).inserted else { return nil }
            if event.isCompletion { open.remove(client) }
        }
        guard ![.counter, .blindCounter, .log, .semaphore, .text, .bank, .txn].contains(model) else { return }
        // Where `true` is an element, nobody can tell the answer true from an echo.
        var left = Self.values.filter { model != .set || !$0.isBool }.shuffled(using: &seed)
        for code in (ordered.arguments + ordered.results + ordered.expectations).flatMap({ elements($0) }).sorted()
        where code != History.null && palette[code] == nil && !left.isEmpty {
            palette[code] = left.removeLast()
        }
    }

    /// What stands in a list, as a whole set is read; else the value itself.
    private func elements(_ code: Int) -> [Int] {
        if case .list(let elements)? = history.values[code] { elements } else { [code] }
    }

    // MARK: Values

    private func value(_ code: Int) -> Value {
        guard code != History.null else { return .null }
        if let drawn = palette[code] { return drawn }
        switch history.values[code] {
        case .list(let elements): return .list(elements.map(value))
        case .map(let flat): return .map(flat.map(value))
        case .text(let text): return .text(text.string)
        case .keyword(let name): return .word(name.string)
        default: return .number(String(code))
        }
    }

    /// What an answer is: for a function that says yes or no, that.
    private func answer(_ row: Int) -> Value {
        let result = history.results[row]
        guard !history.functions[row].returnsValue, result != History.null else { return value(result) }
        return .bool(result != 0)
    }

    static func edn(_ value: Value) -> String {
        switch value {
        case .null: "nil"
        case .bool(let isTrue): isTrue ? "true" : "false"
        case .number(let text): text
        case .text(let text): quoted(text)
        case .keyword(let name), .word(let name): ":" + name
        case .list(let elements): "[" + elements.map(edn).joined(separator: " ") + "]"
        case .map(let flat): "{" + flat.map(edn).joined(separator: " ") + "}"
        }
    }

    /// JSON has no keywords: a text that no other value is stands for each.
    static func json(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .keyword(let name): quoted("keyword \(name)")
        case .word(let name): quoted(name)
        case .list(let elements): "[" + elements.map(json).joined(separator: ",") + "]"
        case .map(let flat):
            "{"
                + stride(from: 0, to: flat.count, by: 2).map { "\(jsonKey(flat[$0])):\(json(flat[$0 + 1]))" }
                .joined(separator: ",") + "}"
        default: edn(value)
        }
    }

    /// JSON's keys are texts, whatever they were.
    private static func jsonKey(_ value: Value) -> String {
        if case .number(let text) = value { quoted(text) } else { json(value) }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped.replacing("\t", with: "\\t"))\""
    }

    private static let names: [History.Function: String] = [
        .read: "read", .write: "write", .compareAndSet: "cas", .increment: "incr", .add: "add", .remove: "remove",
        .contains: "contains", .enqueue: "enqueue", .dequeue: "dequeue", .acquire: "acquire", .release: "release",
        .append: "append", .push: "push", .pop: "pop", .peek: "peek", .delete: "delete", .transfer: "transfer",
        .transaction: "txn",
    ]

    /// Whether a file of this format can say what happened, so that nobody takes it for something else.
    func canSay(_ format: Format) -> Bool {
        guard format.isJournal else { return true }
        let answered = (0..<history.count).filter { history.statuses[$0] == .ok }
        // `[old false]` that is answered false: no, or the new value once more.
        let isRefusedFalse = answered.contains {
            history.functions[$0] == .compareAndSet && history.results[$0] == 0
                && value(history.arguments[$0]) == .bool(false)
        }
        // Offsets that all happen to be what was appended there look like echoes.
        let appends = answered.filter { history.functions[$0] == .append }
        let looksEchoed =
            appends.allSatisfy { history.results[$0] == history.arguments[$0] }
            && appends.contains { history.results[$0] != History.null }
        return !isRefusedFalse && !looksEchoed
    }

    // MARK: Files

    func text(_ format: Format) -> String {
        switch format {
        case .linhist: "{\"format\":\"linhist-1\",\"ops\":\(history.count)}\n" + rows().joined(separator: "\n") + "\n"
        case .linhistList: "[" + rows().joined(separator: ",\n") + "]"
        case .brackets: "[" + maps(Self.edn).joined(separator: "\n") + "]\n"
        case .parentheses: "(" + maps(Self.edn).joined(separator: "\n ") + ")\n"
        case .lines: maps(Self.edn).joined(separator: "\r\n")
        case .json: "[" + maps(Self.json, isJSON: true).joined(separator: ",\n") + "]"
        case .jsonLines: maps(Self.json, isJSON: true).joined(separator: "\n") + "\n"
        case .keyFields: maps(Self.edn, hasKeyField: true).joined(separator: "\n")
        case .text: textLines().joined(separator: "\n") + "\n"
        case .prefixedText:
            textLines().map { "INFO  jepsen.util - \($0)\nINFO  some other line" }.joined(separator: "\n")
        }
    }

    private func rows() -> [String] {
        (0..<history.count).map { row in
            var line = "{\"i\":\(row),\"c\":\(history.clients[row]),\"f\":\"\(Self.names[history.functions[row]]!)\""
            if hasKeys { line += ",\"k\":\(history.keys[row])" }
            if !history.expectations.isEmpty, history.functions[row] == .compareAndSet {
                line += ",\"u\":\(Self.json(value(history.expectations[row])))"
            }
            line += ",\"v\":\(Self.json(value(history.arguments[row]))),\"r\":\(Self.json(answer(row)))"
            let end = history.statuses[row] == .info ? "null" : String(history.completed[row])
            return line + ",\"t0\":\(history.invoked[row]),\"t1\":\(end),\"s\":\"\(history.statuses[row])\"}"
        }
    }

    /// The value of an event, with its key where there are keys.
    private func told(_ event: (row: Int, isCompletion: Bool), hasKey: Bool) -> Value {
        let row = event.row
        var asked = value(history.arguments[row])
        if history.functions[row] == .compareAndSet {
            asked = .list([value(history.expectations[row]), asked])
        }
        let isAnswer = event.isCompletion && history.statuses[row] == .ok
        // To whether something is there the question once more is no answer; nothing is one that does not tell.
        let isSilent =
            !history.functions[row].returnsValue && history.results[row] == History.null
            && history.functions[row] != .contains
        let told = isAnswer && !isSilent ? answer(row) : asked
        return hasKey ? .list([.number(String(history.keys[row])), told]) : told
    }

    private func type(_ event: (row: Int, isCompletion: Bool)) -> String {
        event.isCompletion ? "\(history.statuses[event.row])" : "invoke"
    }

    private func maps(_ write: (Value) -> String, isJSON: Bool = false, hasKeyField: Bool = false) -> [String] {
        events.enumerated().map { number, event in
            let function = Self.names[history.functions[event.row]]!
            let value = write(told(event, hasKey: hasKeys && !hasKeyField))
            let process = history.clients[event.row]
            if isJSON {
                return "{\"process\":\(process),\"type\":\"\(type(event))\",\"f\":\"\(function)\",\"value\":\(value),"
                    + "\"time\":\(10 * number)}"
            }
            let key = hasKeys && hasKeyField ? ", :key \(history.keys[event.row])" : ""
            return
                "{:process \(process), :type :\(type(event)), :f :\(function), :value \(value)\(key), :index \(number)}"
        }
    }

    private func textLines() -> [String] {
        events.map { event in
            let function = Self.names[history.functions[event.row]]!
            return
                "\(history.clients[event.row])\t:\(type(event))\t:\(function)\t\(Self.edn(told(event, hasKey: hasKeys)))"
        }
    }
}
