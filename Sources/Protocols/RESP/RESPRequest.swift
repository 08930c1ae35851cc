import Capture
import Verification
import Wire

/// A command with its words and its answer, for telling what it did to keys.
struct RESPRequest {
    let bytes: [UInt8]
    let words: Slice<WordRanges>
    /// Nil where there is none, or it is not certain that it is the command's.
    let answer: RESPAnswer?
    /// An operation at the command's times.
    let times: KeyOperation

    var count: Int { words.count }

    func word(_ index: Int) -> Range<Int> { words[words.startIndex + index] }

    /// A word as a number, if it is written as one.
    func number(_ index: Int) -> Int? { index < count ? DecimalText.number(bytes, word(index)) : nil }

    /// A word in capitals.
    func name(_ index: Int) -> String { Reading.name(bytes, word(index)) }

    /// An operation of the command.
    func operation(_ kind: KeyOperation.Kind, _ key: Int32) -> KeyOperation {
        var operation = times
        (operation.kind, operation.key) = (kind, key)
        return operation
    }
}

/// A reply, or one of the replies in that of EXEC.
struct RESPAnswer {
    let bytes: [UInt8]
    let head: RESPHead

    /// The number that it is.
    var integer: Int? { head.kind == .integer ? Int(head.number) : nil }
    var isNull: Bool { head.kind == .null }

    /// Its elements, if it has some.
    var elements: [RESPValue]? {
        guard case .array(let elements)? = RESPValue(bytes.span) else { return nil }
        return elements
    }
}

extension KeyHistory {
    /// The cell of a word.
    mutating func cell(_ request: RESPRequest, _ index: Int) -> Int {
        Cell.value(request.bytes, request.word(index), &values)
    }

    /// The cell that a string or a null tells; nil for anything else.
    mutating func cell(_ answer: RESPAnswer) -> Int? {
        if answer.isNull { return Cell.absent }
        return answer.head.isText ? Cell.value(answer.bytes, answer.head.body, &values) : nil
    }

    mutating func cell(_ value: RESPValue) -> Int? {
        switch value {
        case .bulk(let body), .simple(let body): return Cell.value(body, body.indices, &values)
        case .null: return Cell.absent
        default: return nil
        }
    }
}
