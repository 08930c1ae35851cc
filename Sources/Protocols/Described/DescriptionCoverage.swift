import Capture
public import Verification
public import Wire

/// How much of what was captured a description explains: each message that no form of it has, and what to write next.
public struct DescriptionCoverage: Sendable {
    /// Messages of one side.
    public struct Count: Sendable, Equatable {
        /// Those that some form has; of replies, one that their request may get.
        public var explained = 0
        /// All.
        public var all = 0
    }

    /// A message that nothing explains.
    public struct Unexplained: Sendable, Equatable {
        /// The number of its first packet.
        public var packet: Int
        /// Who sent it.
        public var role: Role
        /// Its first bytes, readable.
        public var text: String
        /// The name of the request that it answers, where it answers one that is explained.
        public var request: String?
        /// What messages like it begin with.
        var beginning: String
    }

    /// Requests.
    public private(set) var requests = Count()
    /// Replies.
    public private(set) var replies = Count()
    /// The first messages that nothing explains, in the order of their connections.
    public private(set) var unexplained: [Unexplained] = []
    /// Streams that the framing does not cut to their end, one sentence each.
    public private(set) var unread: [String] = []
    private var kinds: [Kind: Int] = [:]

    private struct Kind: Hashable {
        var role: Role
        var beginning: String
        var request: String?
    }

    /// So many are kept.
    public static let maximumUnexplained = 20

    /// Holds a capture against a description.
    ///
    /// - Complexity: O(bytes × forms).
    public init(_ evidence: Evidence, _ described: DescribedProtocol) {
        let description = described.description
        for conversation in evidence.conversations {
            for (side, malformed) in [
                ("client", conversation.malformedRequest), ("server", conversation.malformedReply),
            ] {
                guard let malformed, unread.count < Self.maximumUnexplained else { continue }
                let packet = malformed.packet.map { " (packet \($0.number))" } ?? ""
                unread.append(
                    "\(conversation.name): from offset \(malformed.offset) on what the \(side) sends has no end as "
                        + "'framing' says: \(malformed.reason)\(packet)")
            }
            for silent in conversation.silent { note(silent.request, .client, description.asked(silent.request.bytes)) }
            for exchange in conversation.exchanges {
                let asked = description.asked(exchange.request.bytes)
                note(exchange.request, .client, asked)
                guard let reply = exchange.reply else { continue }
                let isExplained =
                    asked == nil
                    ? description.form(ofReply: reply.bytes) != nil
                    : description.answer(reply.bytes, to: exchange.request.bytes) != nil
                note(reply, .server, isExplained, asked?.request.name)
            }
            for reply in conversation.surplus {
                note(reply, .server, description.form(ofReply: reply.bytes) != nil, nil)
            }
        }
    }

    private mutating func note(_ message: Message, _ role: Role, _ asked: ProtocolDescription.Asked?) {
        note(message, role, asked != nil, nil)
    }

    private mutating func note(_ message: Message, _ role: Role, _ isExplained: Bool, _ request: String?) {
        let side = role == .client ? \DescriptionCoverage.requests : \.replies
        self[keyPath: side].all += 1
        guard !isExplained else {
            self[keyPath: side].explained += 1
            return
        }
        let beginning = Self.beginning(of: message.bytes)
        kinds[Kind(role: role, beginning: beginning, request: request), default: 0] += 1
        guard unexplained.count < Self.maximumUnexplained else { return }
        unexplained.append(
            Unexplained(
                packet: message.first.number, role: role, text: printable(message.bytes, limit: Self.longestText),
                request: request, beginning: beginning))
    }

    private static let longestText = 60

    /// Its first word; of messages of numbers the first bytes.
    private static func beginning(of bytes: [UInt8]) -> String {
        let word = bytes.prefix(16).prefix { $0 > 0x20 && $0 < 0x7F }
        return printable(word.isEmpty ? Array(bytes.prefix(8)) : Array(word))
    }

    /// Whether nothing is left.
    public var isComplete: Bool {
        unread.isEmpty && requests.all > 0 && requests.explained == requests.all && replies.explained == replies.all
    }

    /// What to write next: the commonest of what nothing explains.
    public var next: String {
        guard unread.isEmpty else { return "mend 'framing': it does not cut the streams to their end" }
        guard requests.all > 0 else {
            return "nothing: there is no request in the capture; is it of this server's port?"
        }
        let order: (Kind, Int) -> (Int, Int, String) = { kind, count in
            (kind.role == .client ? 1 : 0, count, kind.beginning)
        }
        guard let (kind, count) = kinds.max(by: { order($0.key, $0.value) < order($1.key, $1.value) }) else {
            return "nothing: run 'crossfire fuzz --protocol FILE -- COMMAND'"
        }
        if kind.role == .client { return "a request for the \(count) messages that begin with '\(kind.beginning)'" }
        let request = kind.request.map { " of '\($0)'" } ?? ", or under 'any-reply',"
        return "a reply\(request) for the \(count) messages that begin with '\(kind.beginning)'"
    }
}
