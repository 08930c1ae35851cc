/// Reads values of EDN, or of JSON, as codes.
///
/// JSON is read as EDN with other atoms, in which colons are white space too; commas are that in both. Sources:
/// <https://github.com/edn-format/edn>, RFC 8259.
struct ValueReader {
    /// Deeper values are refused.
    static let maximumDepth = 32

    var cursor: HistoryCursor
    let isJSON: Bool
    /// Where the text lies that was read last, without its quotes.
    var lastText: Range<Int>?

    init(_ cursor: HistoryCursor, isJSON: Bool) {
        self.cursor = cursor
        self.isJSON = isJSON
    }

    /// The code of the value that comes next; what was not seen before is entered into `values`.
    mutating func code(_ values: inout HistoryValues, depth: Int = 0) throws(HistoryError) -> Int {
        guard depth < Self.maximumDepth else { throw cursor.failure("a value within \(depth) others") }
        try skipBlank(depth)
        guard !cursor.isAtEnd else { throw cursor.cut() }
        switch cursor.byte {
        case UInt8(ascii: "\""): return try text(&values)
        case UInt8(ascii: "["): return values.code(.list(try elements(until: UInt8(ascii: "]"), &values, depth)))
        case UInt8(ascii: "{"):
            let pairs = try pairs(&values, depth)
            if isJSON, pairs.count == 2, values[pairs[0]] == .text(ExactText(HistoryValues.ednKey)) {
                guard values.isText(pairs[1]) else { throw cursor.failure("expected EDN in a text") }
                return try written(&values, depth)
            }
            return values.code(.map(pairs))
        case UInt8(ascii: "(") where !isJSON:
            return values.code(.list(try elements(until: UInt8(ascii: ")"), &values, depth)))
        case UInt8(ascii: "#") where !isJSON: return try dispatch(&values, depth)
        case UInt8(ascii: "\\") where !isJSON: return values.code(.symbol(ExactText("\\" + (try character()))))
        default: return try atom(&values)
        }
    }

    /// Passes over the value that comes next.
    mutating func skip(depth: Int = 0) throws(HistoryError) {
        var unneeded = HistoryValues()
        _ = try code(&unneeded, depth: depth)
    }

    /// Passes over white space, commas and, in EDN, comments, metadata and what is discarded.
    mutating func skipBlank(_ depth: Int = 0) throws(HistoryError) {
        while true {
            cursor.skipSpace()
            switch cursor.byte {
            case UInt8(ascii: ","): cursor.offset += 1
            case UInt8(ascii: ":") where isJSON: cursor.offset += 1
            case UInt8(ascii: ";") where !isJSON:
                while !cursor.isAtEnd, cursor.byte != 0x0A { cursor.offset += 1 }
            case UInt8(ascii: "#") where !isJSON && cursor.byte(after: 1) == UInt8(ascii: "_"):
                cursor.offset += 2
                try skip(depth: depth + 1)
            case UInt8(ascii: "^") where !isJSON:
                cursor.offset += 1
                try skip(depth: depth + 1)
            default: return
            }
        }
    }

    // MARK: Collections

    private mutating func elements(
        until close: UInt8, _ values: inout HistoryValues, _ depth: Int
    ) throws(HistoryError) -> [Int] {
        cursor.offset += 1
        var elements: [Int] = []
        while true {
            try skipBlank(depth)
            if cursor.take(close) { return elements }
            elements.append(try code(&values, depth: depth + 1))
        }
    }

    private mutating func pairs(_ values: inout HistoryValues, _ depth: Int) throws(HistoryError) -> [Int] {
        let start = cursor
        let elements = try elements(until: UInt8(ascii: "}"), &values, depth)
        guard elements.count % 2 == 0 else { throw start.failure("a map with a key without a value") }
        let keys = stride(from: 0, to: elements.count, by: 2).sorted { elements[$0] < elements[$1] }
        for (left, right) in zip(keys, keys.dropFirst()) where elements[left] == elements[right] {
            throw start.failure("a map with one key twice")
        }
        return keys.flatMap { [elements[$0], elements[$0 + 1]] }
    }

    /// The value that the text that was just read writes as EDN. A long one is whole only in the file.
    private mutating func written(_ values: inout HistoryValues, _ depth: Int) throws(HistoryError) -> Int {
        guard let lastText else { throw cursor.failure("expected EDN in a text") }
        let text = JSONText.decodedBytes(UnsafeRawBufferPointer(rebasing: cursor.bytes[lastText]))
        var result: Result<Int, HistoryError> = .success(History.null)
        text.withUnsafeBytes { bytes in
            var reader = ValueReader(HistoryCursor(bytes, path: cursor.path), isJSON: false)
            do throws(HistoryError) {
                result = .success(try reader.code(&values, depth: depth + 1))
            } catch {
                result = .failure(error)
            }
        }
        switch result {
        case .success(let code): return code
        case .failure(let error): throw cursor.failure("in the EDN of a text, \(error.reason)")
        }
    }

    // MARK: What begins with #

    private mutating func dispatch(_ values: inout HistoryValues, _ depth: Int) throws(HistoryError) -> Int {
        cursor.offset += 1
        switch cursor.byte {
        case UInt8(ascii: "{"):
            let elements = try elements(until: UInt8(ascii: "}"), &values, depth)
            return values.code(.set(Set(elements).sorted()))
        case UInt8(ascii: "#"):
            cursor.offset += 1
            return values.code(.symbol(ExactText("##" + cursor.text(token()))))
        default:
            let tag = try tag()
            if tag.hasPrefix(":") { return try namespaced(tag.dropFirst(), &values, depth) }
            let code = try code(&values, depth: depth + 1)
            return values.code(.tagged(ExactText(tag), code))
        }
    }

    /// The tag after a `#`.
    mutating func tag() throws(HistoryError) -> String {
        let tag = token()
        guard !tag.isEmpty else { throw cursor.failure("expected a tag after #") }
        return cursor.text(tag)
    }

    /// Clojure's `#:name{:a 1}`, which is `{:name/a 1}`.
    private mutating func namespaced(
        _ space: Substring, _ values: inout HistoryValues, _ depth: Int
    ) throws(HistoryError) -> Int {
        try skipBlank(depth)
        guard cursor.byte == UInt8(ascii: "{") else { throw cursor.failure("expected a map after #:\(space)") }
        let elements = try pairs(&values, depth)
        var keyed: [(Int, Int)] = []
        for place in stride(from: 0, to: elements.count, by: 2) {
            var key = elements[place]
            if case .keyword(let name)? = values[key], !name.string.contains("/") {
                key = values.code(.keyword(ExactText("\(space)/\(name.string)")))
            }
            keyed.append((key, elements[place + 1]))
        }
        return values.code(.map(keyed.sorted { $0.0 < $1.0 }.flatMap { [$0.0, $0.1] }))
    }
}
