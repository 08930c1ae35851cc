import Capture
import Wire

/// Evidence with each exchange understood as far as its protocol allows: what all oracles share, made once.
struct Reading {
    /// By which rules replies are held against their requests.
    enum Rules {
        /// The reply is the request.
        case echo
        /// The reply repeats the request's tag.
        case tagged
        /// RESP commands.
        case resp
        /// HTTP methods on paths.
        case http
        /// Nothing is known but that each request gets one reply.
        case pairs
    }

    let evidence: Evidence
    let rules: Rules
    /// All exchanges, conversation after conversation.
    var calls: [Call] = []
    /// Where each conversation's calls begin; one more than conversations.
    var starts: [Int] = [0]
    /// The words of RESP requests; method and target of HTTP requests.
    var words = WordRanges()
    /// The words of one request.
    private var scratch: [Range<Int>] = []
    /// The HTTP requests of all calls.
    var requests: [HTTPCall] = []
    /// How the methods of HTTP were answered, here and before.
    var methods = MethodUse()
    /// What was PUT where.
    var bodies = HTTPBodies()
    /// The first host that an HTTP request names, and whether another one names another.
    var host: ArraySlice<UInt8>?
    var hasSeveralHosts = false
    /// Conversations with something that is not plainly right.
    var suspicious: [Int] = []
    /// Whether it is certain which reply answers which request, by conversation.
    var isPaired: [Bool] = []
    /// Whether a conversation has MULTI, so that +QUEUED answers anything.
    var sawMulti = false
    /// The longest that anybody waited for a reply and got it, in a capture: its server may be as slow again.
    var slowestReplyNanoseconds: Int64 = 0
    /// Somebody had the server wait with all clients, or let some of them go.
    var isInterfered = false
    /// What is wrong with the replies of single connections.
    var problems: [Problem] = []
    /// What was not judged, and why.
    var notes: [String] = []
    /// What is odd, and no fault.
    var remarks = Remarks()

    init(_ evidence: Evidence) {
        self.evidence = evidence
        switch evidence.codec {
        case is RESPCodec: rules = .resp
        case is EchoLineCodec, is EchoLengthCodec: rules = .echo
        case is TaggedLineCodec: rules = .tagged
        case is HTTPCodec: rules = .http
        default: rules = .pairs
        }
        var total = 0
        for conversation in evidence.conversations { total += conversation.exchanges.count }
        calls.reserveCapacity(total)
        starts.reserveCapacity(evidence.conversations.count + 1)
        if rules == .resp { words.reserveCapacity(3 * total) }
        methods.accepted = evidence.acceptedMethods
        for index in evidence.conversations.indices { read(index) }
        if rules == .http { bodies = HTTPBodies(self) }
        for index in evidence.conversations.indices { compare(index) }
        diagnose()
    }

    private mutating func diagnose() {
        guard !suspicious.isEmpty else { return }
        var tokens = TokenIndex()
        for index in suspicious {
            guard problems.count < Self.maximumProblems else {
                notes.append("Only the first \(problems.count) problems with replies are told.")
                break
            }
            var diagnosis = Diagnosis(self, index)
            diagnosis.run(&tokens)
            problems += diagnosis.problems
            notes += diagnosis.notes
        }
    }

    /// The calls of one conversation.
    func range(_ conversation: Int) -> Range<Int> {
        starts[conversation]..<starts[conversation + 1]
    }

    /// Takes apart what a conversation asked and was answered.
    private mutating func read(_ index: Int) {
        for (position, exchange) in evidence.conversations[index].exchanges.enumerated() {
            var call = Call(conversation: Int32(index), exchange: Int32(position))
            if let reply = exchange.reply { call.head = head(of: reply) }
            if rules == .resp {
                call.firstWord = words.count
                scratch.removeAll(keepingCapacity: true)
                call.read(request: exchange.request.bytes, words: &scratch)
                words.append(scratch)
            }
            if rules == .http { readHTTP(&call, exchange.request) }
            if let oddity = call.head?.http?.oddity, let reply = exchange.reply {
                remarks.add(oddity, name(index), packet: reply.first.number)
            }
            if call.command == RESPCommand.multi { sawMulti = true }
            if rules == .resp, call.interferes(exchange.request.bytes, words) { isInterfered = true }
            calls.append(call)
        }
        starts.append(calls.count)
    }

    /// Holds a conversation's replies against its requests.
    private mutating func compare(_ index: Int) {
        let conversation = evidence.conversations[index]
        guard conversation.isJudged else {
            isPaired.append(false)
            return
        }
        var clean =
            conversation.surplus.isEmpty && conversation.partialReply == nil
            && conversation.malformedReply == nil && conversation.datagrams?.repliedAgain.isEmpty ?? true
        for (call, exchange) in zip(calls[range(index)], conversation.exchanges) {
            if let reply = exchange.reply {
                if !fits(call, exchange.request, call.head, reply) { clean = false }
                if call.endsPairing { clean = false }
            } else {
                clean = false
            }
        }
        isPaired.append(conversation.isSynchronised && (clean || !conversation.startsMidStream))
        if !clean { suspicious.append(index) }
        guard evidence.source == .capture else { return }
        for exchange in conversation.exchanges {
            guard let completed = exchange.completed else { break }
            slowestReplyNanoseconds = max(
                slowestReplyNanoseconds, completed.nanoseconds - exchange.invoked.nanoseconds)
        }
        noteUnread(conversation)
    }

    private mutating func noteUnread(_ conversation: Conversation) {
        guard let malformed = conversation.malformedRequest else { return }
        let packet = malformed.packet.map { " (packet \($0.number))" } ?? ""
        notes.append(
            "\(conversation.name): what the client sends from offset \(malformed.offset) on is no "
                + "\(evidence.codec.name): \(malformed.reason)\(packet).")
    }

    /// Whether `reply` is an answer that the request of `call` may get, and did not come before it was asked.
    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message) -> Bool {
        switch rules {
        case .pairs: return true
        case .echo: return reply.bytes == request.bytes
        case .tagged:
            // A line without a tag refuses: it stands for no request in particular.
            guard let tag = TaggedLineCodec.tag(of: reply.bytes.span) else { return true }
            return token(of: call).map { request.bytes[$0] == reply.bytes[tag] } ?? false
        case .resp:
            guard let resp = head?.resp else { return false }
            return fitsShape(call, request, resp, reply) && !precedes(reply, request, isError: resp.kind == .error)
        case .http:
            guard let http = head?.http else { return false }
            guard fitsHTTP(call, request, http, reply) else { return false }
            // While a body is still under way, a server may say that it wants it, or answer at once.
            guard request.first.number == request.last.number else { return true }
            return !precedes(reply, request, isError: http.status >= 400)
        }
    }

    /// As `fits`, whatever the times.
    func fitsShape(_ call: Call, _ request: Message, _ head: RESPHead, _ reply: Message) -> Bool {
        if head.kind == .error || call.command == 0 { return true }
        let command = RESPCommand.table[call.command]
        if sawMulti, Self.isText("QUEUED", head, reply) { return true }
        // Only its options let SET answer anything but +OK.
        let shape = command.effect == .set && call.wordCount == 3 ? .ok : command.shape
        guard shape.permits(ReplyShape(head, in: reply.bytes)) else { return false }
        guard command.echoes else { return true }
        guard call.wordCount > 1 else { return command.name != "PING" || Self.isText("PONG", head, reply) }
        guard head.isText else { return false }
        return request.bytes[words[call.firstWord + 1]] == reply.bytes[head.body]
    }

    private static func isText(_ text: StaticString, _ head: RESPHead, _ reply: Message) -> Bool {
        guard head.kind == .simple, head.body.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { reply.bytes[head.body].elementsEqual($0) }
    }

    /// A reply that was captured clearly before its request was complete answers something else, unless it refuses it, or
    /// acknowledges the request: then the capture has the two in the wrong order.
    private func precedes(_ reply: Message, _ request: Message, isError: Bool) -> Bool {
        guard reply.first.number < request.last.number, !isError,
            request.last.time.nanoseconds - reply.first.time.nanoseconds > Self.captureInversionNanoseconds
        else { return false }
        return reply.acknowledged.map { $0 < request.offset + request.bytes.count } ?? true
    }

    /// A server that fails everywhere is not followed into every connection.
    static let maximumProblems = 128

    /// Two packets may be captured in the wrong order by about this much where there is more than one CPU.
    static let captureInversionNanoseconds: Int64 = 50_000
}

/// One exchange, understood.
struct Call {
    var conversation: Int32
    var exchange: Int32
    /// Its words: `Reading.words[firstWord..<firstWord + wordCount]`, ranges of the request's bytes.
    var firstWord = 0
    private var words: Int32 = 0
    private var place: Int16 = 0
    /// The request could not be taken apart.
    var isOpaque = false
    /// From here on the connection is no longer one reply to one request.
    var endsPairing = false
    /// The reply's head, if there is a reply and the protocol's replies have one.
    var head: ReplyHead?

    var wordCount: Int {
        get { Int(words) }
        set { words = Int32(clamping: newValue) }
    }

    /// Its place in `RESPCommand.table`; 0 in other protocols.
    var command: Int {
        get { Int(place) }
        set { place = Int16(clamping: newValue) }
    }

    init(conversation: Int32, exchange: Int32) {
        self.conversation = conversation
        self.exchange = exchange
    }

    /// Takes a RESP request apart; `words` is empty, and gets its words.
    mutating func read(request: [UInt8], words: inout [Range<Int>]) {
        guard RESPValue.appendWordRanges(of: request.span, to: &words), let name = words.first else {
            isOpaque = true
            return
        }
        wordCount = words.count
        command = RESPCommand.index(request, name)
        endsPairing = RESPCommand.table[command].endsPairing
        if command == RESPCommand.client, wordCount > 1 {
            endsPairing = RESPCommand.displayName(request, words[1]) == "REPLY"
        }
    }

    /// Whether the command makes a server keep other clients waiting, or close their connections: CLIENT PAUSE and KILL,
    /// DEBUG SLEEP, FAILOVER, SHUTDOWN.
    func interferes(_ request: [UInt8], _ words: WordRanges) -> Bool {
        switch command {
        case RESPCommand.failover, RESPCommand.shutdown, RESPCommand.debug: return true
        case RESPCommand.client where wordCount > 1:
            return ["PAUSE", "KILL"].contains(RESPCommand.displayName(request, words[firstWord + 1]))
        default: return false
        }
    }
}
