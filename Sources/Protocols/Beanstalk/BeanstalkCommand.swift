/// What may be asked, and how it is answered. doc/protocol.txt of beanstalkd 1.12.
struct BeanstalkCommand {
    let name: String
    let replies: Set<BeanstalkReply>
    /// Whether it waits for others.
    var blocks = false

    private static let table: [BeanstalkCommand] = [
        BeanstalkCommand(name: "put", replies: [.inserted, .buried]),
        BeanstalkCommand(name: "use", replies: [.using]),
        BeanstalkCommand(name: "reserve", replies: [.reserved, .deadlineSoon, .timedOut], blocks: true),
        BeanstalkCommand(name: "reserve-with-timeout", replies: [.reserved, .deadlineSoon, .timedOut], blocks: true),
        BeanstalkCommand(name: atOnce, replies: [.reserved, .deadlineSoon, .timedOut]),
        BeanstalkCommand(name: "reserve-job", replies: [.reserved, .notFound]),
        BeanstalkCommand(name: "delete", replies: [.deleted, .notFound]),
        BeanstalkCommand(name: "release", replies: [.released, .buried, .notFound]),
        BeanstalkCommand(name: "bury", replies: [.buried, .notFound]),
        BeanstalkCommand(name: "touch", replies: [.touched, .notFound]),
        BeanstalkCommand(name: "watch", replies: [.watching]),
        BeanstalkCommand(name: "ignore", replies: [.watching, .notIgnored]),
        BeanstalkCommand(name: "peek", replies: [.found, .notFound]),
        BeanstalkCommand(name: "peek-ready", replies: [.found, .notFound]),
        BeanstalkCommand(name: "peek-delayed", replies: [.found, .notFound]),
        BeanstalkCommand(name: "peek-buried", replies: [.found, .notFound]),
        BeanstalkCommand(name: "kick", replies: [.kicked]),
        BeanstalkCommand(name: "kick-job", replies: [.kicked, .notFound]),
        BeanstalkCommand(name: "stats-job", replies: [.body, .notFound]),
        BeanstalkCommand(name: "stats-tube", replies: [.body, .notFound]),
        BeanstalkCommand(name: "stats", replies: [.body]),
        BeanstalkCommand(name: "list-tubes", replies: [.body]),
        BeanstalkCommand(name: "list-tube-used", replies: [.using]),
        BeanstalkCommand(name: "list-tubes-watched", replies: [.body]),
        BeanstalkCommand(name: "pause-tube", replies: [.paused, .notFound]),
        BeanstalkCommand(name: "quit", replies: []),
    ]

    private static let places = Dictionary(uniqueKeysWithValues: table.enumerated().map { ($1.name, $0) })

    static func named(_ name: String) -> BeanstalkCommand? { places[name].map { table[$0] } }

    /// The command of a request.
    static func named(of request: [UInt8]) -> BeanstalkCommand? { at(place(of: request)) }

    /// Its place in the table; -1 for one that nobody knows.
    static func place(of request: [UInt8]) -> Int {
        let line = BeanstalkLine(request.span)
        let name = line.name(request.span)
        guard name == "reserve-with-timeout", line.words.count == 2, request[line.words[1]].elementsEqual("0".utf8)
        else {
            return places[name] ?? -1
        }
        return places[atOnce] ?? -1
    }

    /// Waits for nobody.
    private static let atOnce = "reserve-with-timeout 0"

    static func at(_ place: Int) -> BeanstalkCommand? { table.indices.contains(place) ? table[place] : nil }
}

/// The first word of a reply.
enum BeanstalkReply: String, CaseIterable {
    case inserted = "INSERTED"
    case buried = "BURIED"
    case using = "USING"
    case reserved = "RESERVED"
    case deadlineSoon = "DEADLINE_SOON"
    case timedOut = "TIMED_OUT"
    case deleted = "DELETED"
    case notFound = "NOT_FOUND"
    case released = "RELEASED"
    case touched = "TOUCHED"
    case watching = "WATCHING"
    case notIgnored = "NOT_IGNORED"
    case found = "FOUND"
    case kicked = "KICKED"
    case body = "OK"
    case paused = "PAUSED"
    case outOfMemory = "OUT_OF_MEMORY"
    case internalError = "INTERNAL_ERROR"
    case badFormat = "BAD_FORMAT"
    case unknownCommand = "UNKNOWN_COMMAND"
    case expectedLineEnd = "EXPECTED_CRLF"
    case tooBig = "JOB_TOO_BIG"
    case draining = "DRAINING"

    init?(_ reply: [UInt8]) {
        self.init(rawValue: BeanstalkLine(reply.span).name(reply.span))
    }

    /// Whether nothing was done.
    var isError: Bool {
        switch self {
        case .outOfMemory, .internalError, .badFormat, .unknownCommand, .expectedLineEnd, .tooBig, .draining: true
        default: false
        }
    }
}
