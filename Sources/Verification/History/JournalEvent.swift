/// One line of a journal: that a process invoked something, or how that ended.
struct JournalEvent {
    /// What happened; nil where the reader does not know the word.
    var kind: Kind?
    /// The word for what happened.
    var type = ""
    /// The name of the function; `History.null` where there is none.
    var function = History.null
    var value = History.null
    /// The code of the key, where a field of its own names it.
    var key: Int?
    var process = History.null
    /// For people; nil where there is none, or it is no whole number.
    var time: Int?
    var index: Int?
    /// A field that the reader does not understand.
    var unknownField: String?
    /// Where it stands.
    var place = HistoryPlace()

    enum Kind {
        case invoke, ok, fail, info

        init?(_ name: String) {
            switch name {
            case "invoke": self = .invoke
            case "ok": self = .ok
            case "fail": self = .fail
            case "info": self = .info
            default: return nil
            }
        }
    }

    /// A keyword, a text or a symbol as a name; JSON's may keep the colon.
    static func name(_ value: HistoryValue?) -> String? {
        switch value {
        case .keyword(let text), .symbol(let text): text.string
        case .text(let text): text.string.first == ":" ? String(text.string.dropFirst()) : text.string
        default: nil
        }
    }

    /// The fields of Jepsen's maps.
    enum Field {
        case type, function, value, process, time, index, key, forPeople

        init?(_ name: String) {
            switch name {
            case "type": self = .type
            case "f": self = .function
            case "value": self = .value
            case "process": self = .process
            case "time": self = .time
            case "index": self = .index
            case "key": self = .key
            default:
                guard HistoryFile.isForPeople(field: name) else { return nil }
                self = .forPeople
            }
        }
    }
}

/// A line and a column, both from 1.
struct HistoryPlace {
    private var lineNumber: UInt32
    private var columnNumber: UInt32

    init(line: Int = 0, column: Int = 0) {
        (lineNumber, columnNumber) = (UInt32(clamping: line), UInt32(clamping: column))
    }

    var line: Int { Int(lineNumber) }
    var column: Int { Int(columnNumber) }
}

extension HistoryFile {
    /// Whether a field of an operation is there for people, and can change nothing about what it means.
    static func isForPeople(field name: String) -> Bool {
        peoplesFields.contains(name) || name.contains("/")
    }

    private static let peoplesFields: Set<String> = [
        "error", "exception", "message", "msg", "note", "comment", "debug", "extra", "log", "stack", "trace", "tags",
        "node", "host", "server", "thread", "client", "session", "connection", "pid", "port", "id", "seq", "name",
        "start", "end", "duration", "latency", "timestamp", "wall", "clock-offset", "clock-offsets", "final", "final?",
        "ops", "packets",
    ]
}
