import Capture
public import Fuzz
import Verification
import System

/// What a target was seen to do, as `target.json` and the summary have it.
public struct AcquaintanceRecord: Encodable {
    private var schema = 1
    private var commands: Commands
    private var connections: Connections?
    private var requestsPerConnection: Int?
    private var values: Values?
    private var greeting: String?
    private var unasked: [String]
    private var pipelined: Int?
    private var servesHalfClosed: Bool?
    private var closesIdle: Bool?
    private var thinkingNanoseconds: Int64?
    private var sleepsAtRest: Bool?
    private var longestReplyBytes: Int
    private var repliedBytes: Int?
    private var bytesAtOnce: Int?
    private var leaves: Leaving?
    private var forgets: Bool?

    private struct Leaving: Encodable {
        var after: Int
        var of: String
        var nanoseconds: Int64

        enum CodingKeys: String, CodingKey {
            case after, of
            case nanoseconds = "time_ns"
        }
    }

    private struct Commands: Encodable {
        var answered: [String]
        var refused: [Refused]
        var unanswered: [String]
    }

    private struct Refused: Encodable {
        var command: String
        var reply: String
    }

    private struct Connections: Encodable {
        var served: Int
        var others: String
    }

    private struct Values: Encodable {
        var takenBytes: Int
        var refusedBytes: Int?
        var refusedInWords: Bool?

        enum CodingKeys: String, CodingKey {
            case takenBytes = "taken_bytes"
            case refusedBytes = "refused_bytes"
            case refusedInWords = "refused_in_words"
        }
    }

    enum CodingKeys: String, CodingKey {
        case schema, commands, values, greeting, unasked, pipelined, leaves, forgets
        case connections = "connections_at_once"
        case requestsPerConnection = "requests_per_connection"
        case servesHalfClosed = "serves_half_closed"
        case closesIdle = "closes_idle"
        case thinkingNanoseconds = "thinking_ns"
        case sleepsAtRest = "sleeps_at_rest"
        case longestReplyBytes = "longest_reply_bytes"
        case repliedBytes = "replied_bytes"
        case bytesAtOnce = "bytes_at_once"
    }

    /// The record of an acquaintance.
    public init(_ known: Acquaintance) {
        commands = Commands(
            answered: known.known,
            refused: known.refused.map { Refused(command: $0.command, reply: $0.reply) }, unanswered: known.unanswered)
        connections = known.connections.map { Connections(served: $0.served, others: $0.others.rawValue) }
        requestsPerConnection = known.requestsPerConnection
        values = known.values.map {
            Values(
                takenBytes: $0.taken, refusedBytes: $0.refused, refusedInWords: $0.refused == nil ? nil : $0.inWords)
        }
        greeting = known.greeting.isEmpty ? nil : printable(known.greeting)
        unasked = known.unasked.map { printable($0) }
        pipelined = known.pipelined
        servesHalfClosed = known.servesHalfClosed
        closesIdle = known.closesIdle
        thinkingNanoseconds = known.thinking?.nanoseconds
        sleepsAtRest = known.sleeps
        longestReplyBytes = known.longestReply
        leaves = known.closing.map {
            Leaving(
                after: $0.requests, of: $0.isOfConnections ? "connections" : "requests",
                nanoseconds: $0.time.nanoseconds)
        }
        forgets = known.forgets
        repliedBytes = known.replies
        bytesAtOnce = known.together
    }

    /// The object on one line.
    public func json() throws -> String { try JSONText.line(self) }

    /// Writes it to a file, aside and renamed.
    ///
    /// - Throws: `CaptureError.unwritable`.
    func write(to path: String) throws { try PendingFile.write(Array(JSONText.data(self)), to: path) }
}
