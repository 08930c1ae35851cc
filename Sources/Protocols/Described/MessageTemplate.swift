/// The form of a message: what stands in it always, and the places of what differs. Both ways: bytes are held against it,
/// and written by it.
///
/// - Complexity: of both O(bytes × longest literal), and literals are short.
struct MessageTemplate: Sendable {
    /// One part, in the order of the bytes.
    enum Piece: Sendable, Equatable {
        case literal([UInt8])
        /// Bytes other than spaces and control bytes, at least one.
        case word(Int)
        /// A decimal number as text, with a sign or without.
        case decimal(Int)
        /// Any bytes up to the next literal, or to the end.
        case free(Int)
        /// The decimal length of another hole's bytes.
        case lengthText(of: Int)
        /// As many bytes as its length said before.
        case sized(Int)
        /// A number of so many bytes.
        case integer(Int, IntegerForm)
        /// A length, and as many bytes.
        case counted(Int, IntegerForm)
        /// So many bytes.
        case fixed(Int, Int)
    }

    /// What differs from message to message.
    struct Hole: Sendable, Equatable {
        var name: String
        /// Whether it stands for a number: of text a decimal one.
        var isNumber = false
        /// How its bytes are a number; nil for decimal text.
        var form: IntegerForm?
    }

    /// At most so many: a match keeps a place for each.
    static let maximumHoles = 16

    private(set) var pieces: [Piece] = []
    private(set) var holes: [Hole] = []
    /// What of its header is always the same, in words: `code 0`.
    var constants: [String] = []
    /// Bytes that are in no word, besides spaces and control bytes.
    var stops: [UInt8] = []
    /// What lies elsewhere in the message.
    var parts: [Part] = []

    /// What is found by its name, not by its place. Of HTTP only.
    struct Part: Sendable, Equatable {
        var source: Source
        var hole: Int
        /// Whether a message has the form without it.
        var isOptional = false

        enum Source: Sendable, Equatable {
            /// A value of a body that is JSON.
            case json([String])
            case body
            /// A field of the header, its name in small letters.
            case field([UInt8])
        }
    }

    /// Where the holes' bytes lie.
    struct Match {
        /// By hole.
        fileprivate(set) var ranges: InlineArray<16, Range<Int>> = InlineArray(repeating: 0..<0)
    }

    // MARK: Making

    mutating func append(_ piece: Piece) {
        if piece == .literal([]) { return }
        if case .literal(let more) = piece, case .literal(let bytes)? = pieces.last {
            pieces[pieces.count - 1] = .literal(bytes + more)
        } else {
            pieces.append(piece)
        }
    }

    /// A place for a new hole, or that of the one with its name.
    mutating func hole(_ hole: Hole) -> Int {
        if let known = index(of: hole.name), hole.name != Self.anything { return known }
        holes.append(hole)
        return holes.count - 1
    }

    /// The hole that is not looked at.
    static let anything = "_"

    func index(of name: String) -> Int? { holes.firstIndex { $0.name == name } }

    // MARK: Reading

    /// Holds a message against it; nil where it is of another form.
    func match(_ view: MessageView) -> Match? {
        guard var match = match(view.bytes, in: view.contents) else { return nil }
        for part in parts {
            guard let range = view.range(of: part.source) else {
                guard part.isOptional else { return nil }
                continue
            }
            guard match.take(part.hole, range, view.bytes) else { return nil }
        }
        return match
    }

    /// Holds `bytes` against it, as far as they lie in `range`.
    func match(_ bytes: [UInt8], in range: Range<Int>) -> Match? {
        var match = Match()
        var lengths: InlineArray<16, Int> = InlineArray(repeating: -1)
        var position = range.lowerBound
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .literal(let literal):
                guard Self.starts(bytes, at: position, before: range.upperBound, with: literal) else { return nil }
                position += literal.count
            case .word(let hole), .decimal(let hole):
                let end = wordEnd(bytes, position..<range.upperBound, before: index + 1)
                guard end > position else { return nil }
                if case .decimal = piece, Self.decimal(bytes, position..<end) == nil { return nil }
                guard match.take(hole, position..<end, bytes) else { return nil }
                position = end
            case .free(let hole):
                guard let end = freeEnd(bytes, position..<range.upperBound, before: index + 1),
                    match.take(hole, position..<end, bytes)
                else { return nil }
                position = end
            case .lengthText(let hole):
                let end = wordEnd(bytes, position..<range.upperBound, before: index + 1)
                guard let length = Self.decimal(bytes, position..<end), length >= 0 else { return nil }
                lengths[hole] = length
                position = end
            case .sized(let hole):
                guard let end = Self.end(position, lengths[hole], range.upperBound),
                    match.take(hole, position..<end, bytes)
                else { return nil }
                position = end
            case .integer(let hole, let form):
                guard let end = Self.end(position, form.width, range.upperBound),
                    match.take(hole, position..<end, bytes)
                else { return nil }
                position = end
            case .counted(let hole, let form):
                guard let start = Self.end(position, form.width, range.upperBound),
                    let count = form.number(bytes.span, at: position),
                    let end = Self.end(start, count, range.upperBound),
                    match.take(hole, start..<end, bytes)
                else { return nil }
                position = end
            case .fixed(let hole, let count):
                guard let end = Self.end(position, count, range.upperBound), match.take(hole, position..<end, bytes)
                else { return nil }
                position = end
            }
        }
        return position == range.upperBound ? match : nil
    }

    private static func end(_ start: Int, _ count: Int, _ limit: Int) -> Int? {
        count >= 0 && count <= limit - start ? start + count : nil
    }

    private static func starts(_ bytes: [UInt8], at start: Int, before end: Int, with literal: [UInt8]) -> Bool {
        guard literal.count <= end - start else { return false }
        for index in literal.indices where bytes[start + index] != literal[index] { return false }
        return true
    }

    /// The end of a word: before a byte that is in no word, or before the literal behind it.
    private func wordEnd(_ bytes: [UInt8], _ range: Range<Int>, before next: Int) -> Int {
        let literal = literal(at: next)
        var end = range.lowerBound
        while end < range.upperBound, bytes[end] > 0x20, !stops.contains(bytes[end]) {
            if let literal, end > range.lowerBound,
                Self.starts(bytes, at: end, before: range.upperBound, with: literal)
            {
                break
            }
            end += 1
        }
        return end
    }

    private func freeEnd(_ bytes: [UInt8], _ range: Range<Int>, before next: Int) -> Int? {
        guard let literal = literal(at: next) else { return range.upperBound }
        var end = range.lowerBound
        while end <= range.upperBound - literal.count {
            if Self.starts(bytes, at: end, before: range.upperBound, with: literal) { return end }
            end += 1
        }
        return nil
    }

    private func literal(at index: Int) -> [UInt8]? {
        guard index < pieces.count, case .literal(let literal) = pieces[index] else { return nil }
        return literal
    }

    /// Whether a hole's bytes are of a JSON text.
    func isJSON(_ hole: Int) -> Bool {
        parts.contains { part in
            if case .json = part.source { part.hole == hole } else { false }
        }
    }

    /// The number that a hole's bytes are.
    func number(_ hole: Int, _ match: Match, in bytes: [UInt8]) -> Int? {
        let range = match.ranges[hole]
        if let form = holes[hole].form { return form.number(bytes.span, at: range.lowerBound) }
        return Self.decimal(bytes, range)
    }

    /// Decimal text, with a sign or without; nil for all else, and beyond 63 bits.
    static func decimal(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
        let isNegative = range.first.map { bytes[$0] == UInt8(ascii: "-") } ?? false
        let digits = isNegative ? range.dropFirst() : range
        guard !digits.isEmpty else { return nil }
        var number = 0
        for index in digits {
            guard (0x30...0x39).contains(bytes[index]) else { return nil }
            let (scaled, isLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = scaled.addingReportingOverflow(Int(bytes[index] - 0x30))
            guard !isLarge, !isLarger else { return nil }
            number = sum
        }
        return isNegative ? -number : number
    }

    // MARK: Writing

    /// The bytes with these values in its holes.
    func bytes(_ values: [[UInt8]]) -> [UInt8] {
        var out: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .literal(let literal): out += literal
            case .word(let hole), .decimal(let hole), .free(let hole), .sized(let hole): out += values[hole]
            case .lengthText(let hole): out += String(values[hole].count).utf8
            case .integer(let hole, let form):
                form.append(Self.decimal(values[hole], values[hole].indices) ?? 0, to: &out)
            case .counted(let hole, let form):
                let value = values[hole].prefix(form.largest)
                form.append(value.count, to: &out)
                out += value
            case .fixed(let hole, let count):
                let value = values[hole].prefix(count)
                out += value
                out += repeatElement(0, count: count - value.count)
            }
        }
        return out
    }
}

extension MessageTemplate.Match {
    /// Notes where a hole is; false where the same one had other bytes before.
    fileprivate mutating func take(_ hole: Int, _ range: Range<Int>, _ bytes: [UInt8]) -> Bool {
        let old = ranges[hole]
        guard old.isEmpty || bytes[old] == bytes[range] else { return false }
        ranges[hole] = range
        return true
    }
}

/// A number of a fixed count of bytes.
struct IntegerForm: Sendable, Equatable {
    /// From 1 to 8.
    var width: Int
    var isLittleEndian = false

    /// `u8`, `u16be`, `u24le`, … `u64le`.
    init?(_ name: String) {
        guard name.hasPrefix("u") else { return nil }
        let digits = name.dropFirst().prefix { $0.isNumber }
        guard let bits = Int(digits), bits > 0, bits <= 64, bits % 8 == 0 else { return nil }
        width = bits / 8
        switch name.dropFirst(1 + digits.count) {
        case "": guard width == 1 else { return nil }
        case "be": break
        case "le": isLittleEndian = true
        default: return nil
        }
    }

    /// The largest number of so many bytes that an `Int` holds.
    var largest: Int { width >= 8 ? Int.max : 1 << (8 * width) - 1 }

    /// The number at a place; nil beyond the end, or beyond 63 bits.
    func number(_ bytes: Span<UInt8>, at start: Int) -> Int? {
        guard start >= 0, width <= bytes.count - start else { return nil }
        var number: UInt64 = 0
        for index in 0..<width {
            number = number << 8 | UInt64(bytes[start + (isLittleEndian ? width - 1 - index : index)])
        }
        return Int(exactly: number)
    }

    /// Writes a number, of which the bits that find no room are lost.
    func append(_ number: Int, to out: inout [UInt8]) {
        let bits = UInt64(bitPattern: Int64(number))
        for index in 0..<width {
            let place = isLittleEndian ? index : width - 1 - index
            out.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt64(place))))
        }
    }
}
