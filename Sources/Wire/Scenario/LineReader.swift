/// Reads one line of a scenario from left to right.
struct LineReader {
    private let bytes: [UInt8]
    private var index = 0
    private let file: String
    let number: Int

    /// A CR at the end of the line is left out.
    init(_ line: Substring.UTF8View, file: String, line number: Int) {
        bytes = Array(line.last == 0x0D ? line.dropLast() : line)
        self.file = file
        self.number = number
    }

    /// True at the end of the line or at a comment.
    var isAtEnd: Bool {
        index >= bytes.count || bytes[index] == UInt8(ascii: "#")
    }

    func error(_ message: String) -> ScenarioError {
        ScenarioError(file: file, line: number, column: index + 1, message: message)
    }

    @discardableResult
    mutating func skipSpace() -> Int {
        let start = index
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        return index - start
    }

    /// Moves over `word` where it stands next, as a whole word.
    mutating func takes(_ word: String) -> Bool {
        var copy = self
        guard let next = try? copy.word(word), next == word else { return false }
        self = copy
        return true
    }

    mutating func word(_ expected: String) throws(ScenarioError) -> String {
        let start = index
        while index < bytes.count, bytes[index] > 0x20 { index += 1 }
        guard index > start, !LineReader.startsComment(bytes[start]) else {
            index = start
            throw error("expected \(expected)")
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    mutating func number(
        _ expected: String, in range: ClosedRange<Int>, suffix: String = ""
    ) throws(ScenarioError) -> Int {
        let start = self
        let text = try word(expected)
        guard text.hasSuffix(suffix), let value = Self.decimal(text.dropLast(suffix.count)), range.contains(value)
        else {
            let limits = "from \(range.lowerBound)\(suffix) to \(range.upperBound)\(suffix)"
            throw start.error("expected \(expected), \(limits), found '\(text)'")
        }
        return value
    }

    mutating func end() throws(ScenarioError) {
        skipSpace()
        guard isAtEnd else { throw error("expected the end of the line") }
    }

    /// Digits alone, unlike `Int.init`.
    private static func decimal(_ text: some StringProtocol) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    /// A quoted string of raw bytes, or words of one or more requests with ` | ` between requests. A `|` before the
    /// first request says that a quoted string is its first word.
    mutating func payload() throws(ScenarioError) -> Scenario.Payload {
        guard !isAtEnd else { throw error("expected a quoted string, or a request's words") }
        if takes("|") {
            skipSpace()
        } else if bytes[index] == UInt8(ascii: "\"") {
            return .raw(try quoted())
        }
        var requests: [[Template]] = [[]]
        while !isAtEnd {
            if takes("|") {
                guard requests[requests.count - 1].isEmpty == false else {
                    throw error("expected a request before '|'")
                }
                requests.append([])
            } else {
                let template = bytes[index] == UInt8(ascii: "\"") ? try quoted() : try bareWord()
                requests[requests.count - 1].append(template)
            }
            skipSpace()
        }
        guard requests[requests.count - 1].isEmpty == false else { throw error("expected a request after '|'") }
        return .requests(requests)
    }

    private mutating func bareWord() throws(ScenarioError) -> Template {
        guard bytes[index] > 0x20 else { throw error("control characters stand only in quotes, as \\xHH") }
        var template = TemplateBuilder()
        while index < bytes.count, bytes[index] > 0x20 {
            if bytes[index] == UInt8(ascii: "{") {
                template.append(try place())
            } else {
                template.append(bytes[index])
                index += 1
            }
        }
        return template.finish()
    }

    private mutating func quoted() throws(ScenarioError) -> Template {
        let start = self
        index += 1
        var template = TemplateBuilder()
        while true {
            guard index < bytes.count else { throw start.error("expected a closing '\"' on this line") }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return template.finish()
            case UInt8(ascii: "\\"):
                template.append(try escape())
            case UInt8(ascii: "{"):
                template.append(try place())
            default:
                template.append(bytes[index])
                index += 1
            }
        }
    }

    private mutating func escape() throws(ScenarioError) -> UInt8 {
        let start = self
        guard index + 1 < bytes.count else { throw start.error("expected a character after '\\'") }
        let letter = bytes[index + 1]
        index += 2
        switch letter {
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "0"): return 0x00
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "{"): return letter
        case UInt8(ascii: "x"):
            guard index + 2 <= bytes.count,
                bytes[index] != UInt8(ascii: "+"), bytes[index] != UInt8(ascii: "-"),
                let value = UInt8(String(decoding: bytes[index..<index + 2], as: UTF8.self), radix: 16)
            else { throw start.error("expected two hexadecimal digits after '\\x'") }
            index += 2
            return value
        default:
            throw start.error("unknown escape; expected one of \\r \\n \\t \\0 \\\\ \\\" \\{ \\xHH")
        }
    }

    private mutating func place() throws(ScenarioError) -> Template.Piece {
        let start = self
        guard let close = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
            throw start.error("expected '}' after '{' (write \\{ in quotes for a brace)")
        }
        let inside = String(decoding: bytes[index + 1..<close], as: UTF8.self)
        index = close + 1
        let parts = inside.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count > 1 ? parts[1] : nil) {
        case ("key", let name), ("lasting", let name):
            guard name.map({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } }) ?? true
            else {
                throw start.error("expected letters and digits as a key's name, as in {\(parts[0]):a}")
            }
            return parts[0] == "key" ? .key(name ?? "") : .lasting(name ?? "")
        case ("told", nil): return .told
        case ("token", nil):
            return .token(length: nil)
        case ("token", let length?):
            guard let value = Self.decimal(length), 1...Template.maximumTokenLength ~= value else {
                throw start.error("expected a token's length, from 1 to \(Template.maximumTokenLength)")
            }
            return .token(length: value)
        default:
            throw start.error(
                "unknown place '{\(inside)}'; expected {key}, {key:NAME}, {lasting:NAME}, {token}, {token:LENGTH} or "
                    + "{told}")
        }
    }

    private static func startsComment(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "#")
    }
}

/// Joins neighbouring bytes into one piece.
private struct TemplateBuilder {
    private var pieces: [Template.Piece] = []
    private var bytes: [UInt8] = []

    mutating func append(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func append(_ piece: Template.Piece) {
        flush()
        pieces.append(piece)
    }

    mutating func finish() -> Template {
        flush()
        return Template(pieces)
    }

    private mutating func flush() {
        if !bytes.isEmpty { pieces.append(.bytes(bytes)) }
        bytes = []
    }
}
