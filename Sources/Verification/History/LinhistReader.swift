/// Reads `linhist-1`: a header line and an operation a line, JSON objects with fields in any order; also as one list.
struct LinhistReader {
    var cursor: HistoryCursor
    /// The usual names have their usual meaning.
    private var isPlain: Bool
    var vocabulary: HistoryVocabulary
    var history = History()
    private var clients = ClientNumbers()
    /// How many operations the header promises.
    private var promised: Int?
    /// Operations stand in the order of their invocations.
    private var isSorted = true
    private var firstUnknown: (name: String, place: HistoryPlace)?
    /// Some operation has a function that somebody knows.
    private var hasKnown = false

    /// One value of a line.
    enum Value {
        case null
        case number(Int)
        case bool(Bool)
        /// Between quotes; there may be escapes in it.
        case text(Range<Int>)
        /// Any other, by its code.
        case code(Int)
    }

    /// The fields of an operation's line.
    private struct Row {
        var id: Int?
        var client = 0
        var function: History.Function?
        var name = History.null
        var key = 0
        var argument = History.null
        var expected: Int?
        var answer = History.null
        /// The answer where it is true or false.
        var isTrue: Bool?
        var invoked: Int64?
        var completed: Int64?
        var status: History.Status?
        /// The name of a field that nobody knows.
        var unknownField: Range<Int>?
        var isHeader = false
    }

    init(_ cursor: HistoryCursor, _ options: HistoryOptions) {
        self.cursor = cursor
        vocabulary = options.vocabulary
        isPlain = options.vocabulary.keeps(Self.usualNames)
    }

    /// - Parameter damage: What is wrong with the bytes themselves, which may have ended too early.
    mutating func parse(damage: String?) throws(HistoryError) -> History {
        cursor.skipSpace()
        let isList = cursor.take(UInt8(ascii: "["))
        try header()
        // A line has at least 40 bytes, whatever the header claims.
        history.reserve(cursor.length / 60 + 16)
        do throws(HistoryError) {
            try operations(isList)
        } catch {
            guard error.isCut, history.count > 0 else { throw error }
            leaveOutUncertain("The file is cut: at line \(error.line) \(error.reason).")
        }
        if let damage, history.doubts.isEmpty { leaveOutUncertain(damage) }
        if let promised, promised > history.count, history.doubts.isEmpty {
            leaveOutUncertain(
                "The header promises \(promised) operations, and \(history.count) follow: the file is cut.")
        }
        if let firstUnknown, !vocabulary.takesAny, !hasKnown {
            throw HistoryError(
                path: cursor.path, line: firstUnknown.place.line, column: firstUnknown.place.column,
                reason: "an unknown function '\(firstUnknown.name)', and none that is known")
        }
        history.clientNames = clients.names(history.values)
        return history
    }

    /// What is missing was invoked no earlier than the last operation, if they are sorted. An answer before that is
    /// certain; what explains a later one may be missing.
    private mutating func leaveOutUncertain(_ doubt: String) {
        let last = history.invoked.max() ?? 0
        var part = isSorted ? history.cut(at: last - 1) : history.selecting([])
        part.expectation = history.expectation
        part.plant = history.plant
        let judged = isSorted ? "Only answers before \(last) ns are judged." : "Nothing in it is certain."
        part.doubts = [doubt + " " + judged]
        history = part
    }

    // MARK: Lines

    private mutating func operations(_ isList: Bool) throws(HistoryError) {
        while true {
            cursor.forgetRead()
            cursor.skipSpace()
            if isList {
                while cursor.take(UInt8(ascii: ",")) { cursor.skipSpace() }
                if cursor.take(UInt8(ascii: "]")) {
                    cursor.skipSpace()
                    guard cursor.isAtEnd else { throw cursor.failure("expected nothing behind the list") }
                    return
                }
                if cursor.isAtEnd { throw cursor.cut("a list before its ]") }
            }
            guard !cursor.isAtEnd, try operation() else { return }
        }
    }

    private mutating func header() throws(HistoryError) {
        cursor.skipSpace()
        let start = cursor
        var format: String?
        var isCut = false
        do throws(HistoryError) {
            try object { (reader, key, value) throws(HistoryError) in
                switch (reader.string(key), value) {
                case ("format", .text(let range)): format = reader.string(range)
                case ("model", .text(let range)): reader.history.model = reader.string(range)
                case ("expect", .text(let range)): reader.history.expectation = reader.string(range)
                case ("plant", .text(let range)): reader.history.plant = reader.string(range)
                case ("initial", _): reader.history.initial = try reader.code(value)
                case ("ops", .number(let count)): reader.promised = count
                default: break
                }
            }
        } catch {
            guard error.isCut else { throw error }
            isCut = true
        }
        guard let format else {
            // No header: the first line is an operation already.
            cursor = start
            promised = nil
            history = History()
            return
        }
        guard format == "linhist-1", !isCut else { throw start.failure("expected format linhist-1") }
        if let model = CheckModel(name: history.model) {
            vocabulary = vocabulary.suited(to: model)
            isPlain = vocabulary.keeps(Self.usualNames)
        }
    }

    /// - Returns: False where another file's header stands.
    private mutating func operation() throws(HistoryError) -> Bool {
        let start = cursor
        var row = Row()
        try object { (reader, key, value) throws(HistoryError) in
            try reader.field(&row, key, value)
        }
        if row.isHeader {
            history.doubts.append(
                "At line \(start.line) another history begins, and only the first one was read.")
            return false
        }
        guard let function = row.function, let invoked = row.invoked else {
            throw start.failure("an operation needs f and t0")
        }
        let status = row.status ?? (row.completed == nil ? .info : .ok)
        if status != .info, let completed = row.completed, completed < invoked {
            throw start.failure("t1 \(completed) is before t0 \(invoked)")
        }
        guard status != .ok || row.completed != nil else { throw start.failure("an answered operation needs t1") }
        if let last = history.invoked.last, invoked < last { isSorted = false }
        append(row, function, status, invoked, start)
        return true
    }

    private mutating func append(
        _ row: Row, _ function: History.Function, _ status: History.Status, _ invoked: Int64, _ start: HistoryCursor
    ) {
        var row = row
        var function = function
        var status = status
        var oddity = row.unknownField.map { "with '\(string($0))'" }
        if function == .compareAndSet {
            if row.expected == nil, let (old, new) = JournalMeaning.pair(row.argument, history.values) {
                (row.expected, row.argument) = (old, new)
            }
            if row.expected == nil { oddity = "without u" }
        } else if row.expected != nil {
            oddity = "with 'u'"
        }
        var result = History.null
        if status != .info {
            switch answer(row, function) {
            case .result(let code): result = code
            case .refused: status = .fail
            case .unknown: oddity = "answered \(row.isTrue.map { "\($0)" } ?? history.words(row.answer))"
            }
        }
        if oddity != nil || function == .other { (function, row.expected) = foreign(row, function, oddity, start) }
        if function != .other { hasKnown = true }
        history.append(
            function, client: row.client, key: row.key, argument: row.argument,
            expected: row.expected, result: result, invoked: invoked, completed: row.completed ?? History.never,
            status: status, id: row.id)
    }

    /// An operation that no built-in model knows, and the code of its name.
    private mutating func foreign(
        _ row: Row, _ function: History.Function, _ oddity: String?, _ start: HistoryCursor
    ) -> (History.Function, Int) {
        let plain = function == .other ? row.name : history.values.code(.text(ExactText(name(function))))
        let code = oddity.map { history.values.code(.text(ExactText("\(history.words(plain)) \($0)"))) } ?? plain
        if firstUnknown == nil { firstUnknown = (history.words(code), start.place) }
        return (.other, code)
    }

    private func name(_ function: History.Function) -> String { HistoryFile.name(function, history.model) }

    @inline(__always)
    private mutating func answer(_ row: Row, _ function: History.Function) -> HistoryAnswer {
        if row.isTrue == nil, function.returnsValue || row.answer == History.null { return .result(row.answer) }
        let code = row.isTrue.map { history.values.code(.bool($0)) } ?? row.answer
        return HistoryAnswer(function, argument: row.argument, answer: code, history.values, mayEcho: false)
    }

    // MARK: Fields

    private mutating func field(_ row: inout Row, _ key: Range<Int>, _ value: Value) throws(HistoryError) {
        let first = key.isEmpty ? 0 : cursor.bytes[key.lowerBound]
        switch (first, key.count) {
        case (UInt8(ascii: "i"), 1): row.id = try integer(value)
        case (UInt8(ascii: "c"), 1):
            if case .number(let number) = value, number >= 0, number < 1 << 30 {
                row.client = number
            } else {
                row.client = Int(clients.number(try code(value)))
            }
        case (UInt8(ascii: "k"), 1): row.key = try code(value)
        case (UInt8(ascii: "v"), 1): row.argument = try code(value)
        case (UInt8(ascii: "u"), 1): row.expected = try code(value)
        case (UInt8(ascii: "r"), 1):
            if case .bool(let isTrue) = value { row.isTrue = isTrue } else { row.answer = try code(value) }
        case (UInt8(ascii: "t"), 2) where cursor.bytes[key.lowerBound + 1] == UInt8(ascii: "0"):
            row.invoked = try time(value)
        case (UInt8(ascii: "t"), 2) where cursor.bytes[key.lowerBound + 1] == UInt8(ascii: "1"):
            row.completed = try time(value)
        case (UInt8(ascii: "s"), 1): row.status = try status(value)
        case (UInt8(ascii: "f"), 1): try function(&row, value)
        default: try other(&row, key, value)
        }
    }

    private mutating func other(_ row: inout Row, _ key: Range<Int>, _ value: Value) throws(HistoryError) {
        let name = string(key)
        switch name {
        case "key": row.key = try code(value)
        case "format": row.isHeader = true
        default: if !HistoryFile.isForPeople(field: name) { row.unknownField = key }
        }
    }

    private func status(_ value: Value) throws(HistoryError) -> History.Status {
        if case .text(let range) = value {
            switch range.count {
            case 2: if cursor.isWord(range, "ok") { return .ok }
            case 4:
                if cursor.isWord(range, "info") { return .info }
                if cursor.isWord(range, "fail") { return .fail }
            default: break
            }
        }
        throw cursor.failure("s must be ok, fail or info")
    }

    private mutating func function(_ row: inout Row, _ value: Value) throws(HistoryError) {
        guard case .text(let range) = value else { throw cursor.failure("f must be the name of a function") }
        if let plain = usual(range) {
            row.function = plain
            return
        }
        row.function = vocabulary.function(string(range)) ?? .other
        if row.function == .other { row.name = try code(value) }
    }

    private static let usualNames = ["read", "get", "write", "incr", "enq", "deq"]

    /// The functions that most operations have, without making a text of the name.
    private func usual(_ range: Range<Int>) -> History.Function? {
        guard isPlain, let first = range.first else { return nil }
        switch (cursor.bytes[first], range.count) {
        case (UInt8(ascii: "r"), 4): return cursor.isWord(range, "read") ? .read : nil
        case (UInt8(ascii: "g"), 3): return cursor.isWord(range, "get") ? .read : nil
        case (UInt8(ascii: "w"), 5): return cursor.isWord(range, "write") ? .write : nil
        case (UInt8(ascii: "i"), 4): return cursor.isWord(range, "incr") ? .increment : nil
        case (UInt8(ascii: "e"), 3): return cursor.isWord(range, "enq") ? .enqueue : nil
        case (UInt8(ascii: "d"), 3): return cursor.isWord(range, "deq") ? .dequeue : nil
        default: return nil
        }
    }
}
