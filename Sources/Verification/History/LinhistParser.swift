/// Reads `linhist-1`: a header line and an operation a line, JSON objects with fields in any order.
///
/// One of the files where bytes are read through pointers; every access is checked against `end` first.
struct LinhistParser {
    private let bytes: UnsafeRawBufferPointer
    private let path: String
    private var offset = 0
    private let end: Int
    private let vocabulary: HistoryVocabulary
    /// No name has a meaning of its own.
    private let isPlain: Bool
    private var line = 1
    private var lineStart = 0
    private var history = History()

    /// One value of a line.
    private enum Value {
        case null
        case number(Int)
        case bool(Bool)
        case text(Range<Int>)
        case list(Int, Int)
        case other
    }

    /// The fields of an operation's line.
    private struct Row {
        var id = History.null
        var client = 0
        var function: History.Function?
        var key = 0
        var argument = History.null
        var expected = History.null
        var result = History.null
        /// The result where it is true or false.
        var isTrue: Bool?
        var invoked = History.null
        var completed = History.null
        var status = History.Status.ok
    }

    init(bytes: UnsafeRawBufferPointer, path: String, _ vocabulary: HistoryVocabulary) {
        self.vocabulary = vocabulary
        isPlain = vocabulary.isPlain
        self.bytes = bytes
        self.path = path
        end = bytes.count
    }

    mutating func parse() throws(HistoryError) -> History {
        try header()
        // A line has at least 40 bytes, whatever the header claims.
        history.reserve(end / 60 + 16)
        while true {
            skipSpace()
            guard offset < end else { break }
            try operation()
        }
        return history
    }

    // MARK: Lines

    private mutating func header() throws(HistoryError) {
        skipSpace()
        let start = (offset, line, lineStart)
        var format: String?
        try object { (parser, key, value) throws(HistoryError) in
            let name = parser.string(key)
            if name == "initial", let code = try? parser.code(value) { parser.history.initial = code }
            guard case .text(let range) = value else { return }
            switch name {
            case "format": format = parser.string(range)
            case "model": parser.history.model = parser.string(range)
            case "expect": parser.history.expectation = parser.string(range)
            case "plant": parser.history.plant = parser.string(range)
            default: break
            }
        }
        if format == nil {
            // No header: the first line is an operation already.
            (offset, line, lineStart) = start
        } else if format != "linhist-1" {
            (offset, line, lineStart) = start
            throw failure("expected format linhist-1")
        }
    }

    private mutating func operation() throws(HistoryError) {
        let start = (offset, line, lineStart)
        var row = Row()
        try object { (parser, key, value) throws(HistoryError) in
            try parser.field(&row, key, value)
        }
        guard let function = row.function, row.invoked != History.null else {
            (offset, line, lineStart) = start
            throw failure("an operation needs f and t0")
        }
        let isAnswered = row.status != .info && row.completed != History.null
        guard !isAnswered || row.completed >= row.invoked else {
            (offset, line, lineStart) = start
            throw failure("t1 \(row.completed) is before t0 \(row.invoked)")
        }
        if let isTrue = row.isTrue {
            row.result = function.returnsValue ? history.values.code(.bool(isTrue)) : isTrue ? 1 : 0
        }
        history.append(
            function, client: row.client, key: row.key, argument: row.argument,
            expected: row.expected == History.null ? nil : row.expected,
            result: isAnswered ? row.result : History.null, invoked: Int64(row.invoked),
            completed: isAnswered ? Int64(row.completed) : History.never,
            status: isAnswered ? row.status : .info, id: row.id == History.null ? nil : row.id)
    }

    private mutating func field(_ row: inout Row, _ key: Range<Int>, _ value: Value) throws(HistoryError) {
        let first = key.isEmpty ? 0 : bytes[key.lowerBound]
        switch (first, key.count) {
        case (UInt8(ascii: "i"), 1): row.id = try integer(value)
        case (UInt8(ascii: "c"), 1): row.client = try integer(value)
        case (UInt8(ascii: "k"), 1): row.key = try code(value)
        case (UInt8(ascii: "v"), 1):
            if case .list(let expected, let next) = value {
                (row.expected, row.argument) = (expected, next)
            } else {
                row.argument = try code(value)
            }
        case (UInt8(ascii: "u"), 1): row.expected = try code(value)
        case (UInt8(ascii: "r"), 1):
            if case .bool(let isTrue) = value { row.isTrue = isTrue } else { row.result = try code(value) }
        case (UInt8(ascii: "t"), 2):
            let time = try integer(value)
            if bytes[key.lowerBound + 1] == UInt8(ascii: "0") { row.invoked = time } else { row.completed = time }
        case (UInt8(ascii: "s"), 1):
            guard case .text(let range) = value, !range.isEmpty else { throw failure("s must be ok, fail or info") }
            switch bytes[range.lowerBound] {
            case UInt8(ascii: "o"): row.status = .ok
            case UInt8(ascii: "f"): row.status = .fail
            case UInt8(ascii: "i"): row.status = .info
            default: throw failure("s must be ok, fail or info")
            }
        case (UInt8(ascii: "f"), 1):
            guard case .text(let range) = value, let function = function(range) else {
                throw failure("an unknown function")
            }
            row.function = function
            if function == .other { row.expected = try code(value) }
        default: break
        }
    }

    private func function(_ range: Range<Int>) -> History.Function? {
        guard let first = range.first.map({ bytes[$0] }) else { return nil }
        guard isPlain else { return vocabulary.function(string(range)) }
        switch (first, range.count) {
        case (UInt8(ascii: "r"), 4), (UInt8(ascii: "g"), 3): return .read
        case (UInt8(ascii: "w"), 5): return .write
        case (UInt8(ascii: "i"), 4): return .increment
        case (UInt8(ascii: "e"), 3): return .enqueue
        default: return HistoryFile.function(string(range))
        }
    }

    // MARK: Values

    private func integer(_ value: Value) throws(HistoryError) -> Int {
        switch value {
        case .number(let number): return number
        case .null: return History.null
        default: throw failure("expected a whole number or null")
        }
    }

    /// A value as a number: texts get numbers of their own.
    private mutating func code(_ value: Value) throws(HistoryError) -> Int {
        switch value {
        case .number(let number): return number
        case .null: return History.null
        case .bool(let isTrue): return history.values.code(.bool(isTrue))
        case .text(let range):
            guard bytes[range].contains(UInt8(ascii: "\\")) else {
                return history.values.code(text: UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
            var text = string(range)
            return text.withUTF8 { history.values.code(text: UnsafeRawBufferPointer($0)) }
        default: throw failure("expected a number, a text, true, false or null")
        }
    }

    /// As `code`; lists and objects within a list are passed over.
    private mutating func scalar(_ value: Value) throws(HistoryError) -> Int {
        switch value {
        case .list, .other: return History.null
        default: return try code(value)
        }
    }

    private mutating func object(
        _ depth: Int = 0, _ body: (inout LinhistParser, Range<Int>, Value) throws(HistoryError) -> Void
    ) throws(HistoryError) {
        try expect(UInt8(ascii: "{"))
        skipSpace()
        if try take(UInt8(ascii: "}")) { return }
        while true {
            skipSpace()
            let key = try text()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            skipSpace()
            let value = try value(depth: depth)
            try body(&self, key, value)
            skipSpace()
            if try take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "}"))
            return
        }
    }

    /// Deeper lists and objects are refused.
    private static let maximumDepth = 16

    private mutating func value(depth: Int) throws(HistoryError) -> Value {
        guard offset < end, depth < Self.maximumDepth else { throw failure("expected a value") }
        switch bytes[offset] {
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "["): return try list(depth)
        case UInt8(ascii: "{"):
            try object(depth + 1) { (_, _, _) throws(HistoryError) in }
            return .other
        default: return .number(try number())
        }
    }

    private mutating func list(_ depth: Int) throws(HistoryError) -> Value {
        try expect(UInt8(ascii: "["))
        var first = History.null
        var last = History.null
        var count = 0
        skipSpace()
        if try take(UInt8(ascii: "]")) { return .other }
        while true {
            skipSpace()
            let element = try scalar(value(depth: depth + 1))
            if count == 0 { first = element }
            last = element
            count += 1
            skipSpace()
            if try take(UInt8(ascii: ",")) { continue }
            try expect(UInt8(ascii: "]"))
            return count == 2 ? .list(first, last) : .other
        }
    }

    private mutating func number() throws(HistoryError) -> Int {
        let isNegative = offset < end && bytes[offset] == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        var value = 0
        let start = offset
        while offset < end {
            let digit = Int(bytes[offset]) &- 0x30
            guard digit >= 0, digit <= 9 else { break }
            guard offset - start < 19 else { throw failure("a number of more than 19 digits") }
            value = value &* 10 &+ digit
            offset += 1
        }
        guard offset > start else { throw failure("expected a value") }
        // Nineteen digits may be more than 64 bits hold; those that mean texts are from 2^60 on.
        guard value >= 0, value < History.firstName, offset - start < 19 || bytes[start] == UInt8(ascii: "1") else {
            offset = start
            throw failure("a number of 2^60 or more")
        }
        if offset < end, bytes[offset] == UInt8(ascii: ".") || bytes[offset] | 0x20 == UInt8(ascii: "e") {
            throw failure("expected a whole number")
        }
        return isNegative ? -value : value
    }

    /// The range between the quotes; `string` decodes its escapes.
    private mutating func text() throws(HistoryError) -> Range<Int> {
        try expect(UInt8(ascii: "\""))
        let start = offset
        while offset < end {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                offset += 1
                return start..<offset - 1
            }
            if byte == 0x0A { break }
            let isEscape = byte == UInt8(ascii: "\\") && offset + 1 < end && bytes[offset + 1] != 0x0A
            offset += isEscape ? 2 : 1
        }
        throw failure("a text does not end")
    }

    private mutating func word(_ word: StaticString, _ value: Value) throws(HistoryError) -> Value {
        let length = word.utf8CodeUnitCount
        let isThere =
            offset + length <= end
            && word.withUTF8Buffer { buffer in
                buffer.indices.allSatisfy { bytes[offset + $0] == buffer[$0] }
            }
        guard isThere else { throw failure("expected a value") }
        offset += length
        return value
    }

    // MARK: Bytes

    private func string(_ range: Range<Int>) -> String { JSONText.decoded(bytes[range]) }

    private mutating func skipSpace() {
        while offset < end {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0D: offset += 1
            case 0x0A:
                offset += 1
                line += 1
                lineStart = offset
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) throws(HistoryError) -> Bool {
        guard offset < end else { throw failure("the file ends inside an operation") }
        guard bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(HistoryError) {
        guard try take(byte) else { throw failure("expected \(Character(Unicode.Scalar(byte)))") }
    }

    private func failure(_ reason: String) -> HistoryError {
        HistoryError(path: path, line: line, column: min(offset, end) - lineStart + 1, reason: reason)
    }
}
