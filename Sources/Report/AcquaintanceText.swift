public import Fuzz
import System
import Verification

/// What a target was seen to do, in four lines.
public struct AcquaintanceText: Sendable {
    private let known: Acquaintance
    private let clients: Int

    /// - Parameter clients: how many were tried at once.
    public init(_ acquaintance: Acquaintance, clients: Int) {
        known = acquaintance
        self.clients = clients
    }

    /// So many commands are named.
    private static let mostNames = 8
    /// So much of a text is quoted. Characters.
    private static let longestQuote = 60

    /// The lines, each with its heading: commands, connections, requests, time.
    public var lines: [String] {
        [
            "  commands     \(commands)", "  connections  \(connections)", "  requests     \(requests)",
            "  time         \(time)",
        ]
    }

    private var commands: String {
        var parts: [String] = []
        let names = known.known.filter { !$0.isEmpty }
        if !names.isEmpty {
            parts.append("answers \(list(names))")
        } else if !known.known.isEmpty {
            parts.append("answers")
        }
        if !known.refused.isEmpty {
            let how = known.refused.first { !$0.reply.isEmpty }.map { " (\(quote($0.reply)))" } ?? ""
            parts.append("refuses \(list(known.refused.map(\.command)))\(how)")
        }
        if !known.unanswered.isEmpty { parts.append("does not answer \(list(known.unanswered))") }
        return parts.isEmpty ? "none was asked for" : parts.joined(separator: "; ")
    }

    private var connections: String {
        var parts: [String] = []
        if let limit = known.connections {
            parts.append("serves \(limit.served) at once, \(limit.others.text)")
        } else if known.thinking != nil {
            parts.append("serves \(clients) at once")
        }
        if let most = known.requestsPerConnection {
            parts.append(most == 1 ? "closes after each request" : "closes after \(most) requests")
        }
        if let closing = known.closing {
            parts.append(
                "leaves a lone client after about \(grouped(closing.requests)) "
                    + (closing.isOfConnections ? "connections" : "requests"))
        }
        if !known.greeting.isEmpty { parts.append("greets with \(quote(known.greeting))") }
        if let unasked = known.unasked.first { parts.append("says \(quote(unasked)) unasked") }
        if let closes = known.closesIdle {
            parts.append(
                closes ? "closes those idle for \(text(known.idle))" : "leaves those idle for \(text(known.idle))")
        }
        if let serves = known.servesHalfClosed {
            parts.append(serves ? "answers after a half-close" : "takes a half-closed client for gone")
        }
        return parts.isEmpty ? "not tried" : parts.joined(separator: "; ")
    }

    private var requests: String {
        var parts: [String] = []
        if let values = known.values {
            parts.append("values of \(grouped(values.taken)) bytes are taken")
            if let refused = values.refused {
                parts.append("of \(grouped(refused)) " + (values.inWords ? "refused" : "the connection is closed"))
            }
        }
        if let replies = known.replies { parts.append("of more than \(grouped(replies)) are not given back") }
        if let together = known.together { parts.append("\(grouped(together)) bytes at once are too many") }
        if let pipelined = known.pipelined, pipelined > 1 {
            parts.append("\(pipelined) at once are answered")
        } else if known.pipelined != nil {
            parts.append("of several at once only the first is answered")
        }
        if known.longestReply > 0 { parts.append("longest reply \(grouped(known.longestReply)) bytes") }
        return parts.isEmpty ? "not tried" : parts.joined(separator: "; ")
    }

    private var time: String {
        var parts: [String] = []
        if let thinking = known.thinking { parts.append("answers a lone client in \(text(thinking))") }
        if known.forgets == true { parts.append("forgets what it holds") }
        if let sleeps = known.sleeps { parts.append(sleeps ? "sleeps at rest" : "never sleeps") }
        return parts.isEmpty ? "not tried" : parts.joined(separator: "; ")
    }

    private func list(_ names: [String]) -> String {
        let shown = names.prefix(Self.mostNames).joined(separator: ", ")
        let more = names.count - Self.mostNames
        return more > 0 ? "\(shown) and \(more) more" : shown
    }

    private func quote(_ bytes: [UInt8]) -> String { printable(bytes, limit: Self.longestQuote) }

    private func quote(_ text: String) -> String {
        text.count > Self.longestQuote ? "\(text.prefix(Self.longestQuote))…" : text
    }

    private func text(_ time: Duration) -> String { duration(nanoseconds: Int64(time.seconds * 1e9)) }
}

extension Acquaintance.Connections.Others {
    /// `others are closed`
    fileprivate var text: String {
        switch self {
        case .wait: "others wait until one leaves"
        case .closed: "others are closed"
        case .oldestClosed: "the oldest is closed for another"
        }
    }
}
