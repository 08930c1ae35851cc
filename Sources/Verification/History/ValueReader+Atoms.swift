extension ValueReader {
    mutating func text(_ values: inout HistoryValues) throws(HistoryError) -> Int {
        let range = try cursor.quoted(acrossLines: true)
        lastText = range
        let raw = UnsafeRawBufferPointer(rebasing: cursor.bytes[range])
        guard raw.contains(UInt8(ascii: "\\")) else { return values.code(text: raw) }
        return JSONText.decodedBytes(raw).withUnsafeBytes { values.code(text: $0) }
    }

    /// The bytes up to the next white space, comma, bracket, quote or semicolon.
    mutating func token() -> Range<Int> {
        let start = cursor.offset
        while !cursor.isAtEnd, !Self.isDelimiter(cursor.byte), !isJSON || cursor.byte != UInt8(ascii: ":") {
            cursor.offset += 1
        }
        return start..<cursor.offset
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D: true
        case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: ";"): true
        case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"): true
        case UInt8(ascii: "("), UInt8(ascii: ")"): true
        default: false
        }
    }

    mutating func atom(_ values: inout HistoryValues) throws(HistoryError) -> Int {
        let place = cursor.place
        let token = token()
        guard !token.isEmpty else { throw cursor.failure("expected a value") }
        if !isJSON, cursor.bytes[token.lowerBound] == UInt8(ascii: ":") {
            guard token.count > 1 else { throw cursor.failure(at: place, "expected a name after :") }
            return values.code(keyword: UnsafeRawBufferPointer(rebasing: cursor.bytes[token.dropFirst()]))
        }
        if let number = Self.small(cursor.bytes[token]) { return number }
        if let word = word(token, &values) { return word }
        let raw = cursor.bytes[token]
        let first = raw[token.lowerBound]
        let second = token.count > 1 ? raw[token.lowerBound + 1] : 0
        let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
        if Self.isDigit(first) || isSigned && Self.isDigit(second) {
            switch NumberText.parse(raw) {
            case .whole(let number): return values.code(number: number)
            case .other(let text): return values.code(.number(ExactText(text)))
            case nil: throw cursor.failure(at: place, "'\(cursor.text(token))' is no number")
            }
        }
        guard !isJSON else {
            throw cursor.isAtEnd ? cursor.cut() : cursor.failure(at: place, "expected a value")
        }
        return values.code(.symbol(ExactText(cursor.text(token))))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private func word(_ token: Range<Int>, _ values: inout HistoryValues) -> Int? {
        if cursor.isWord(token, "true") { return values.code(.bool(true)) }
        if cursor.isWord(token, "false") { return values.code(.bool(false)) }
        if cursor.isWord(token, isJSON ? "null" : "nil") { return History.null }
        return nil
    }

    /// A whole number of few digits, as most values are.
    private static func small(_ raw: Slice<UnsafeRawBufferPointer>) -> Int? {
        let isNegative = raw.first == UInt8(ascii: "-")
        let digits = isNegative ? raw.dropFirst() : raw
        guard let first = digits.first, digits.count <= 17, first != UInt8(ascii: "0") || digits.count == 1 else {
            return nil
        }
        var number = 0
        for byte in digits {
            guard isDigit(byte) else { return nil }
            number = 10 * number + Int(byte - UInt8(ascii: "0"))
        }
        return isNegative ? -number : number
    }

    /// After a backslash: a character, or the name of one.
    mutating func character() throws(HistoryError) -> String {
        let start = cursor.offset + 1
        guard start < cursor.end else {
            cursor.offset = cursor.end
            throw cursor.cut()
        }
        guard cursor.bytes[start] != 0x0A else { throw cursor.failure("expected a character after \\") }
        cursor.offset = start + 1
        _ = token()
        let name = cursor.text(start..<cursor.offset)
        switch name {
        case "newline": return "\n"
        case "return": return "\r"
        case "space": return " "
        case "tab": return "\t"
        default:
            guard name.utf8.count == 5, name.first == "u", let scalar = UInt32(name.dropFirst(), radix: 16),
                let character = Unicode.Scalar(scalar)
            else { return name }
            return String(character)
        }
    }
}
