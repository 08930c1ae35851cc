/// Reads Jepsen's histories: EDN maps such as `{:type :invoke, :f :cas, :value [1 2], :process 0, :time 12}`, in a
/// vector or one after the other. An `:invoke` is joined to the next `:ok`, `:fail` or `:info` of its process.
///
/// Values may be numbers, texts, keywords, nil, `[key value]` of an independent test, and `[old new]` of a
/// compare-and-set. Source: <https://github.com/edn-format/edn>.
struct EDNReader {
    /// Deeper values are refused.
    static let maximumDepth = 32

    let bytes: [UInt8]
    let path: String
    private let vocabulary: HistoryVocabulary
    private var offset = 0
    private var line = 1
    private var lineStart = 0
    private var history = History()
    private var open: [Int: Invocation] = [:]
    private var index = 0

    /// One EDN value, as far as histories need them.
    private indirect enum Value {
        case null
        case number(Int)
        case bool(Bool)
        case text(String)
        case name(String)
        case list([Value])
        case set([Value])
        case map([(Value, Value)])
    }

    private struct Invocation {
        var row: Int
        var order: Int
    }

    init(bytes: [UInt8], path: String, _ vocabulary: HistoryVocabulary) {
        self.vocabulary = vocabulary
        self.bytes = bytes
        self.path = path
    }

    mutating func parse() throws(HistoryError) -> History {
        skip()
        let isVector = offset < bytes.count && bytes[offset] == UInt8(ascii: "[")
        if isVector { offset += 1 }
        while true {
            skip()
            guard offset < bytes.count else { break }
            if isVector, bytes[offset] == UInt8(ascii: "]") { break }
            let start = (offset, line, lineStart)
            guard case .map(let fields) = try value(depth: 0) else {
                (offset, line, lineStart) = start
                throw failure("expected a map")
            }
            try event(fields)
        }
        return history
    }

    // MARK: Events

    private mutating func event(_ fields: [(Value, Value)]) throws(HistoryError) {
        var type = ""
        var function = ""
        var value = Value.null
        var process = 0
        var time: Int?
        for (key, field) in fields {
            guard case .name(let name) = key else { continue }
            switch (name, field) {
            case ("type", .name(let text)): type = text
            case ("f", .name(let text)), ("f", .text(let text)): function = text
            case ("value", _): value = field
            case ("process", .number(let number)): process = number
            case ("process", .name): return  // The nemesis is no client.
            case ("time", .number(let number)): time = number
            default: break
            }
        }
        defer { index += 1 }
        // Without times, the order of the events is all there is.
        let now = Int64(time ?? index)
        switch type {
        case "invoke":
            guard let code = vocabulary.function(function) else { throw failure("an unknown function :\(function)") }
            var value = parts(code, value)
            if code == .other { value.expected = history.values.code(.text(ExactText(function))) }
            history.append(
                code, client: process, key: value.key, argument: value.argument, expected: value.expected, invoked: now,
                status: .info)
            open[process] = Invocation(row: history.count - 1, order: index)
        case "ok", "fail":
            guard let invocation = open.removeValue(forKey: process) else {
                throw failure("process \(process) is answered without an invocation")
            }
            let row = invocation.row
            history.statuses[row] = type == "ok" ? .ok : .fail
            history.completed[row] = max(now, history.invoked[row])
            if case .bool(let isTrue) = value, !history.functions[row].returnsValue {
                history.results[row] = isTrue ? 1 : 0
            } else if type == "ok" {
                complete(row, parts(history.functions[row], value))
            }
        case "info": open[process] = nil
        default: throw failure("expected :type :invoke, :ok, :fail or :info")
        }
    }

    private mutating func complete(_ row: Int, _ value: Parts) {
        switch history.functions[row] {
        case .read, .dequeue, .pop, .peek, .increment, .append, .other: history.results[row] = value.argument
        default: break
        }
    }

    private struct Parts {
        var key = 0
        var argument = History.null
        var expected: Int?
    }

    private mutating func parts(_ function: History.Function, _ value: Value) -> Parts {
        var parts = Parts()
        guard case .list(let elements) = value, elements.count == 2 else {
            parts.argument = code(value)
            return parts
        }
        if function == .compareAndSet {
            if case .list = elements[1] {
                parts = self.parts(function, elements[1])
                parts.key = code(elements[0])
            } else {
                parts.expected = code(elements[0])
                parts.argument = code(elements[1])
            }
        } else {
            parts.key = code(elements[0])
            parts.argument = code(elements[1])
        }
        return parts
    }

    private mutating func code(_ value: Value) -> Int {
        switch value {
        case .null: return History.null
        case .number(let number): return number
        case .bool(let isTrue): return history.values.code(.bool(isTrue))
        case .text(let text): return history.values.code(.text(ExactText(text)))
        case .name(let name): return history.values.code(.keyword(ExactText(name)))
        case .list(let elements): return history.values.code(.list(elements.map { code($0) }))
        case .set(let elements): return history.values.code(.set(Set(elements.map { code($0) }).sorted()))
        case .map(let pairs):
            let codes = pairs.map { (code($0), code($1)) }.sorted { $0.0 < $1.0 }
            return history.values.code(.map(codes.flatMap { [$0.0, $0.1] }))
        }
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(HistoryError) -> Value {
        skip()
        guard offset < bytes.count, depth < Self.maximumDepth else { throw failure("expected a value") }
        switch bytes[offset] {
        case UInt8(ascii: "{"):
            let elements = try elements(until: UInt8(ascii: "}"), depth)
            guard elements.count % 2 == 0 else { throw failure("a map with a key without a value") }
            return .map(stride(from: 0, to: elements.count, by: 2).map { (elements[$0], elements[$0 + 1]) })
        case UInt8(ascii: "["): return .list(try elements(until: UInt8(ascii: "]"), depth))
        case UInt8(ascii: "("): return .list(try elements(until: UInt8(ascii: ")"), depth))
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "#"):
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "{") {
                return .set(try elements(until: UInt8(ascii: "}"), depth))
            }
            guard !atom().isEmpty else { throw failure("expected a tag after #") }
            return try value(depth: depth + 1)
        default: return try scalar()
        }
    }

    private mutating func elements(until close: UInt8, _ depth: Int) throws(HistoryError) -> [Value] {
        offset += 1
        var elements: [Value] = []
        while true {
            skip()
            guard offset < bytes.count else { throw failure("the file ends inside a value") }
            if bytes[offset] == close {
                offset += 1
                return elements
            }
            elements.append(try value(depth: depth + 1))
        }
    }

    private mutating func scalar() throws(HistoryError) -> Value {
        let atom = atom()
        guard let first = atom.first else { throw failure("expected a value") }
        if first == ":" { return .name(String(atom.dropFirst())) }
        if atom == "nil" { return .null }
        if atom == "true" || atom == "false" { return .bool(atom == "true") }
        let digits = atom.hasSuffix("N") ? String(atom.dropLast()) : atom
        if let number = Int(digits), number.magnitude < History.firstName { return .number(number) }
        return .name(atom)
    }

    private mutating func atom() -> String {
        let start = offset
        while offset < bytes.count, !Self.delimiters.contains(bytes[offset]) { offset += 1 }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private static let delimiters: Set<UInt8> = Set(" \t\r\n,{}[]()\"".utf8)

    private mutating func text() throws(HistoryError) -> String {
        let start = offset + 1
        offset += 1
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            if bytes[offset] == UInt8(ascii: "\\") { offset += 1 }
            if offset < bytes.count, bytes[offset] == 0x0A {
                line += 1
                lineStart = offset + 1
            }
            offset += 1
        }
        guard offset < bytes.count else { throw failure("a text does not end") }
        offset += 1
        return JSONText.decoded(bytes[start..<offset - 1])
    }

    /// White space, commas and comments.
    private mutating func skip() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x0A:
                line += 1
                offset += 1
                lineStart = offset
            case 0x20, 0x09, 0x0D, UInt8(ascii: ","): offset += 1
            case UInt8(ascii: ";"):
                while offset < bytes.count, bytes[offset] != 0x0A { offset += 1 }
            default: return
            }
        }
    }

    private func failure(_ reason: String) -> HistoryError {
        HistoryError(path: path, line: line, column: min(offset, bytes.count) - lineStart + 1, reason: reason)
    }
}
