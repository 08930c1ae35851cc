import Wire

/// How one side's messages end.
enum DescribedFraming: Sendable, Equatable {
    case lines(LineFraming)
    case lengths(LengthFraming)
    /// So many bytes each.
    case fixed(Int)
    /// Each datagram is one.
    case datagram
    /// As RFC 9112 has it.
    case http

    /// The longest message unless told otherwise. Bytes.
    static let usualMaximum = 16 << 20

    func frame(_ bytes: Span<UInt8>, from role: Role = .client) -> Framing {
        switch self {
        case .lines(let lines): lines.frame(bytes)
        case .lengths(let lengths): lengths.frame(bytes)
        case .fixed(let count): bytes.count < count ? .incomplete : .message(length: count)
        case .datagram: bytes.isEmpty ? .incomplete : .message(length: bytes.count)
        case .http: HTTPCodec().frame(bytes, from: role)
        }
    }

    /// What of a whole message its forms speak of: without the line's end.
    func contents(of message: [UInt8]) -> Range<Int> {
        guard case .lines(let lines) = self else { return message.indices }
        return 0..<lines.contentsEnd(of: message)
    }

    /// A message with these contents.
    func message(_ contents: [UInt8]) -> [UInt8] {
        switch self {
        case .lines(let lines): contents + lines.end
        case .lengths(let lengths): lengths.message(contents)
        case .fixed(let count): contents.prefix(count) + Array(repeating: 0, count: max(0, count - contents.count))
        case .datagram, .http: contents
        }
    }
}

/// Messages that are lines; behind some comes a body of announced length, and some replies are several lines.
struct LineFraming: Sendable, Equatable {
    /// A body that the line announces.
    struct Body: Sendable, Equatable {
        /// The first words of the lines that announce one.
        var after: [[UInt8]]
        /// What begins the lines that announce one, with the length behind it; nil where `after` says which they are.
        var mark: [UInt8]?
        /// Which word is its length, counted from 1.
        var lengthWord = 1
        /// What stands behind it.
        var end: [UInt8]
    }

    /// Messages that go on until a line.
    struct Block: Sendable, Equatable {
        /// The first words of the lines that begin one; any, where it is empty.
        var after: [[UInt8]]
        var lastLine: [UInt8]
    }

    /// A line that says that more follow.
    struct Continuation: Sendable, Equatable {
        /// The byte that says so, and which it is, counted from 1.
        var byte: UInt8
        var place: Int
    }

    /// A head that ends with an empty line, and a body whose length is in one of its fields.
    struct Head: Sendable, Equatable {
        /// In small letters; nil where there is no body.
        var lengthField: [UInt8]?
    }

    var end: [UInt8]
    var body: Body?
    var block: Block?
    var continuation: Continuation?
    var head: Head?
    var maximum = DescribedFraming.usualMaximum

    func frame(_ bytes: Span<UInt8>) -> Framing {
        var start = 0
        var isInBlock = false
        var announced = 0
        while true {
            guard let next = lineEnd(bytes, from: start) else {
                guard bytes.count < maximum else { return tooLong }
                return .incomplete
            }
            let line = bytes.extracting(start..<next - end.count)
            start = next
            guard start <= maximum else { return tooLong }
            if let head {
                if !line.isEmpty {
                    announced = head.length(line) ?? announced
                    continue
                }
                return whole(bytes, start, announced)
            }
            if let body, let length = body.length(line) {
                guard length <= maximum - start - body.end.count else { return tooLong }
                start += length + body.end.count
                guard start <= bytes.count else { return .incomplete }
            }
            if let block {
                if isInBlock, Self.isEqual(line, block.lastLine) { return .message(length: start) }
                if !isInBlock { isInBlock = Self.begins(line, with: block.after) }
                if isInBlock { continue }
            }
            if let continuation, continuation.place <= line.count, line[continuation.place - 1] == continuation.byte {
                continue
            }
            return .message(length: start)
        }
    }

    private func whole(_ bytes: Span<UInt8>, _ start: Int, _ announced: Int) -> Framing {
        guard announced <= maximum - start else { return tooLong }
        return bytes.count - start < announced ? .incomplete : .message(length: start + announced)
    }

    private var tooLong: Framing { .malformed(offset: maximum, reason: "a message of more than \(maximum) bytes") }

    /// Where the line that begins at `start` is over, its end included.
    private func lineEnd(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        let last = end[end.count - 1]
        var index = start + end.count - 1
        let limit = min(bytes.count, maximum)
        search: while index < limit {
            if bytes[index] == last {
                for back in 1..<end.count where bytes[index - back] != end[end.count - 1 - back] {
                    index += 1
                    continue search
                }
                return index + 1
            }
            index += 1
        }
        return nil
    }

    func contentsEnd(of message: [UInt8]) -> Int {
        guard head == nil, message.count >= end.count, message.suffix(end.count).elementsEqual(end) else {
            return message.count
        }
        let count = message.count - end.count
        // A line feed alone is the end also where a carriage return stands before it.
        return end == [0x0A] && count > 0 && message[count - 1] == 0x0D ? count - 1 : count
    }

    fileprivate static func isEqual(_ line: Span<UInt8>, _ text: [UInt8]) -> Bool {
        guard line.count == text.count || (line.count == text.count + 1 && line[text.count] == 0x0D) else {
            return false
        }
        for index in text.indices where line[index] != text[index] { return false }
        return true
    }

    /// Whether the line's first word is one of these; any line, where there are none.
    fileprivate static func begins(_ line: Span<UInt8>, with words: [[UInt8]]) -> Bool {
        guard !words.isEmpty else { return true }
        return words.contains { word in
            guard word.count <= line.count, word.count == line.count || line[word.count] <= 0x20 else { return false }
            for index in word.indices where line[index] != word[index] { return false }
            return true
        }
    }
}

extension LineFraming.Body {
    /// The length that the line announces; nil where it announces none.
    fileprivate func length(_ line: Span<UInt8>) -> Int? {
        if let mark {
            guard line.count > mark.count else { return nil }
            for index in mark.indices where line[index] != mark[index] { return nil }
            return number(line, from: mark.count)
        }
        guard LineFraming.begins(line, with: after) else { return nil }
        var index = 0
        var word = 0
        while index < line.count {
            while index < line.count, line[index] <= 0x20 { index += 1 }
            word += 1
            if word == lengthWord { return number(line, from: index) }
            while index < line.count, line[index] > 0x20 { index += 1 }
        }
        return nil
    }
}

extension LineFraming.Head {
    /// The length that a field of the head announces.
    fileprivate func length(_ line: Span<UInt8>) -> Int? {
        guard let lengthField, line.count > lengthField.count, line[lengthField.count] == UInt8(ascii: ":") else {
            return nil
        }
        for index in lengthField.indices {
            let byte = line[index]
            let small = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            guard small == lengthField[index] else { return nil }
        }
        var index = lengthField.count + 1
        while index < line.count, line[index] == 0x20 { index += 1 }
        return number(line, from: index)
    }
}

/// The decimal number at a place of a line; as large as no message where it is longer, nil where there is none.
private func number(_ line: Span<UInt8>, from start: Int) -> Int? {
    var number = 0
    var index = start
    while index < line.count, (0x30...0x39).contains(line[index]) {
        number = min(number * 10 + Int(line[index] - 0x30), Int(Int32.max))
        index += 1
    }
    return index == start || (index < line.count && line[index] > 0x20) ? nil : number
}

/// Messages that say how long they are.
struct LengthFraming: Sendable, Equatable {
    var form: IntegerForm
    /// Where the length stands.
    var place: Int
    /// From where on bytes are counted: 0 for all of the message.
    var countsFrom: Int
    var maximum = DescribedFraming.usualMaximum

    func frame(_ bytes: Span<UInt8>) -> Framing {
        guard bytes.count >= place + form.width else { return .incomplete }
        guard let length = form.number(bytes, at: place), length <= maximum - countsFrom else {
            return .malformed(offset: place, reason: "a length of more than \(maximum) bytes")
        }
        let whole = countsFrom + length
        guard whole >= place + form.width, whole > 0 else {
            return .malformed(offset: place, reason: "a length of \(length) bytes, less than what says so")
        }
        return bytes.count < whole ? .incomplete : .message(length: whole)
    }

    /// Writes the length of a message in the place that is left for it.
    func message(_ contents: [UInt8]) -> [UInt8] {
        var message = contents
        guard message.count >= place + form.width else { return message }
        var field: [UInt8] = []
        form.append(max(0, message.count - countsFrom), to: &field)
        message.replaceSubrange(place..<place + form.width, with: field)
        return message
    }
}
