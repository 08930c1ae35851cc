import Wire

/// The kinds of reply that RESP has, as a set: what a command may answer.
struct ReplyShape: OptionSet {
    let rawValue: UInt8

    static let ok = ReplyShape(rawValue: 1)
    static let status = ReplyShape(rawValue: 2)
    static let integer = ReplyShape(rawValue: 4)
    static let bulk = ReplyShape(rawValue: 8)
    static let null = ReplyShape(rawValue: 16)
    static let array = ReplyShape(rawValue: 32)
    static let error = ReplyShape(rawValue: 64)
    /// A simple string that is none of Redis's own words.
    static let text = ReplyShape(rawValue: 128)

    static let any = ReplyShape(rawValue: 255)
    static let value: ReplyShape = [.bulk, .null]

    /// The shape of the reply whose head is `head`.
    init(_ head: RESPHead, in bytes: [UInt8]) {
        switch head.kind {
        case .simple:
            let word = bytes[head.body]
            if word.count == 2, word.first == UInt8(ascii: "O"), word.last == UInt8(ascii: "K") {
                self = .ok
            } else {
                self = Self.statuses.contains { word.elementsEqual($0.utf8) } ? .status : .text
            }
        case .error: self = .error
        case .integer: self = .integer
        case .bulk: self = .bulk
        case .null: self = .null
        case .array: self = .array
        }
    }

    /// Answers that tell whose reply they are.
    private static let statuses = ["PONG", "QUEUED"]

    /// Whether a reply of the shape `other` is one. Text may come as a simple string where Redis sends a bulk string, as
    /// small servers do; +OK and the like stand for no value.
    func permits(_ other: ReplyShape) -> Bool {
        contains(other) || (other == .text && (contains(.bulk) || contains(.status)))
    }

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// `an integer`, `+OK`…: for sentences.
    var description: String {
        switch self {
        case .ok: return "+OK"
        case .status, .text: return "a status"
        case .integer: return "an integer"
        case .bulk: return "a bulk string"
        case .null: return "a null"
        case .array: return "an array"
        case .error: return "an error"
        default: return "a reply"
        }
    }
}
