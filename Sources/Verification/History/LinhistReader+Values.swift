extension LinhistReader {
    func integer(_ value: Value) throws(HistoryError) -> Int? {
        switch value {
        case .number(let number): return number
        case .null: return nil
        default: throw cursor.failure("expected a whole number or null")
        }
    }

    /// A time in nanoseconds, of which differences and sums of two have 64 bits.
    func time(_ value: Value) throws(HistoryError) -> Int64? {
        guard let time = try integer(value) else { return nil }
        guard time.magnitude < Self.latest else { throw cursor.failure("a time of 2^62 ns or more") }
        return Int64(time)
    }

    private static var latest: Int { 1 << 62 }
    /// The letters of `key`.
    private static var longestField: Int { 3 }

    mutating func code(_ value: Value) throws(HistoryError) -> Int {
        switch value {
        case .number(let number):
            return number.magnitude < History.firstName ? number : history.values.code(number: number)
        case .null: return History.null
        case .bool(let isTrue): return history.values.code(.bool(isTrue))
        case .code(let code): return code
        case .text(let range):
            let raw = UnsafeRawBufferPointer(rebasing: cursor.bytes[range])
            guard raw.contains(UInt8(ascii: "\\")) else { return history.values.code(text: raw) }
            return JSONText.decodedBytes(raw).withUnsafeBytes { history.values.code(text: $0) }
        }
    }

    func string(_ range: Range<Int>) -> String { JSONText.decoded(cursor.bytes[range]) }

    mutating func object(
        _ body: (inout LinhistReader, Range<Int>, Value) throws(HistoryError) -> Void
    ) throws(HistoryError) {
        try cursor.expect(UInt8(ascii: "{"))
        cursor.skipSpace()
        if cursor.take(UInt8(ascii: "}")) { return }
        while true {
            cursor.skipSpace()
            let key = try cursor.quoted(acrossLines: false)
            cursor.skipSpace()
            try cursor.expect(UInt8(ascii: ":"))
            cursor.skipSpace()
            let value = try value(isKept: key.count <= Self.longestField)
            try body(&self, key, value)
            cursor.skipSpace()
            if cursor.take(UInt8(ascii: ",")) { continue }
            try cursor.expect(UInt8(ascii: "}"))
            return
        }
    }

    /// Of a field that nobody needs, only that a value is there.
    private mutating func value(isKept: Bool) throws(HistoryError) -> Value {
        switch cursor.byte {
        case UInt8(ascii: "\""): return .text(try cursor.quoted(acrossLines: false))
        case UInt8(ascii: "n") where cursor.take("null"): return .null
        case UInt8(ascii: "t") where cursor.take("true"): return .bool(true)
        case UInt8(ascii: "f") where cursor.take("false"): return .bool(false)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            if let number = number() { return .number(number) }
        case 0 where cursor.isAtEnd: throw cursor.cut()
        default: break
        }
        // Whatever is rare.
        var reader = ValueReader(cursor, isJSON: true)
        defer { cursor = reader.cursor }
        guard isKept else {
            try reader.skip()
            return .null
        }
        let code = try reader.code(&history.values)
        guard code == History.null || code.magnitude < History.firstName else {
            guard case .number(let text)? = history.values.atom(code) else { return .code(code) }
            return Int(text.string).map { .number($0) } ?? .code(code)
        }
        return code == History.null ? .null : .number(code)
    }

    /// A whole number of at most 18 digits; nil, and the place unchanged, for any other.
    private mutating func number() -> Int? {
        let start = cursor.offset
        let isNegative = cursor.take(UInt8(ascii: "-"))
        let first = cursor.offset
        var value = 0
        while true {
            let digit = Int(cursor.byte) &- 0x30
            guard digit >= 0, digit <= 9, cursor.offset - first < 19 else { break }
            value = value &* 10 &+ digit
            cursor.offset += 1
        }
        let count = cursor.offset - first
        let isUsual = count > 0 && count < 19 && (count == 1 || cursor.bytes[first] != UInt8(ascii: "0"))
        switch cursor.byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), 0x20, 0x09, 0x0A, 0x0D:
            if isUsual { return isNegative ? -value : value }
        default: break
        }
        cursor.offset = start
        return nil
    }
}
