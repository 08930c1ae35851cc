import Verification
import Wire

/// Commands by their words: the first is what is asked for, the second what it is about.
extension RESPMeaning {
    func named(_ call: Call, _ reading: Reading) -> NamedRequest? {
        guard !call.isOpaque, call.wordCount > 0 else { return nil }
        let bytes = reading.request(call).bytes
        let words = reading.words[call.firstWord..<call.firstWord + call.wordCount].map { Array(bytes[$0]) }
        return NamedRequest(
            name: Reading.name(bytes, reading.words[call.firstWord]), object: words.count > 1 ? words[1] : nil,
            arguments: Array(words.dropFirst(2)))
    }

    func named(_ reply: Message, _ head: ReplyHead?, _ values: inout HistoryValues) -> NamedAnswer {
        guard let value = RESPValue(reply.bytes.span) else { return .value(values.code(bytes: reply.bytes)) }
        if case .error(let text) = value { return .refused(values.code(bytes: text)) }
        return .value(Self.code(value, &values))
    }

    private static func code(_ value: RESPValue, _ values: inout HistoryValues) -> Int {
        switch value {
        case .simple(let text), .error(let text), .bulk(let text): return values.code(bytes: text)
        case .integer(let number): return values.code(number: Int(number))
        case .null: return History.null
        case .array(let elements):
            let codes = elements.map { code($0, &values) }
            return values.code(.list(codes))
        }
    }
}
