package import Verification
package import Wire

extension RESPCodec: WireProtocol {
    package func meaning(of evidence: Evidence) -> any Meaning { RESPMeaning() }
    package var isToldByMessages: Bool { true }

    package func begins(_ bytes: [UInt8], from role: Role) -> Bool { RESPHead.begins(bytes.span, from: role) }

    /// The password of AUTH, also in HELLO.
    package func secrets(ofLogin words: [[UInt8]]) -> [[UInt8]] {
        let names = words.map { String(decoding: $0, as: UTF8.self).uppercased() }
        guard let place = names.firstIndex(of: "AUTH") else { return [] }
        let password = place == 0 ? words.count - 1 : place + 2
        return password > place && password < words.count ? [words[password]] : []
    }

    /// An inline request is a line of many protocols: one of a command that is known may be taken for one.
    package func likeness(of request: [UInt8]) -> Likeness {
        if request.first == UInt8(ascii: "*") { return .own }
        var words: [Range<Int>] = []
        guard RESPValue.appendWordRanges(of: request.span, to: &words), let word = words.first,
            RESPCommand.index(request, word) != 0
        else { return .doubtful }
        return .shared
    }
}

/// Commands of Redis: a call's `command` is its place in `RESPCommand.table`.
struct RESPMeaning: Meaning {
    /// Whether a conversation has MULTI, so that +QUEUED answers anything.
    private var sawMulti = false
    private(set) var isInterfered = false
    /// What connections have begun with MULTI.
    private(set) var transactions = RESPTransactions()
    /// Whether somebody published, or was confirmed that he subscribes.
    var hasBroadcasts = false

    var wordsPerRequest: Int { 3 }
    var judgesReplies: Bool { true }
    var meeting: MeetingPlace { .objects }
    var absence: String { "nil" }
    var objectsMayVanish: Bool { true }

    func head(of reply: Message) -> ReplyHead? { RESPHead(reply.bytes.span).map { ReplyHead($0) } }

    mutating func read(_ call: inout Call, _ exchange: Exchange, _ words: inout [Range<Int>]) {
        let request = exchange.request.bytes
        guard RESPValue.appendWordRanges(of: request.span, to: &words), let name = words.first else {
            call.isOpaque = true
            return
        }
        call.command = RESPCommand.index(request, name)
        call.endsPairing = RESPCommand.table[call.command].endsPairing
        if call.command == RESPCommand.client, words.count > 1 {
            call.endsPairing = Reading.name(request, words[1]) == "REPLY"
        }
        if call.command == RESPCommand.multi { sawMulti = true }
        readChannels(&call, exchange)
        transactions.read(call, exchange)
        if Self.interferes(call, request, words) { isInterfered = true }
    }

    /// Whether the command makes a server keep other clients waiting, or close their connections: CLIENT PAUSE and KILL,
    /// DEBUG SLEEP, FAILOVER, SHUTDOWN.
    private static func interferes(_ call: Call, _ request: [UInt8], _ words: [Range<Int>]) -> Bool {
        switch call.command {
        case RESPCommand.failover, RESPCommand.shutdown, RESPCommand.debug: return true
        case RESPCommand.client where words.count > 1:
            return ["PAUSE", "KILL"].contains(Reading.name(request, words[1]))
        default: return false
        }
    }

    // MARK: Which reply fits

    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        guard let head else { return false }
        return fitsShape(call, request, head, reply, reading)
            && !reading.precedes(reply, request, isError: head.isError)
    }

    func fitsShape(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        guard let head = head?.resp else { return false }
        if head.kind == .error || call.command == 0 { return true }
        let command = RESPCommand.table[call.command]
        if sawMulti, Self.isText("QUEUED", head, reply) { return true }
        if case .channel(let effect) = command.effect, head.kind == .array {
            return isConfirmation(reply, of: effect, call, request, reading)
        }
        if call.command == RESPCommand.ping, head.kind == .array { return isPong(reply, call, request, reading) }
        // Only its options let SET answer anything but +OK.
        let shape = command.effect == .string(.set) && call.wordCount == 3 ? .ok : command.shape
        guard shape.permits(ReplyShape(head, in: reply.bytes)) else { return false }
        guard command.echoes else { return true }
        guard call.wordCount > 1 else { return command.name != "PING" || Self.isText("PONG", head, reply) }
        guard head.isText else { return false }
        return request.bytes[reading.words[call.firstWord + 1]] == reply.bytes[head.body]
    }

    static func isText(_ text: StaticString, _ head: RESPHead, _ reply: Message) -> Bool {
        guard head.kind == .simple, head.body.count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { reply.bytes[head.body].elementsEqual($0) }
    }

    /// Nil, `+OK` and numbers answer many requests, of anybody.
    func isTelling(_ call: Call, _ reply: Message, _ reading: Reading) -> Bool {
        guard let head = head(of: reply)?.resp, head.isText, head.kind != .simple else { return false }
        let text = reply.bytes[head.body]
        let isNumber = text.allSatisfy { (UInt8(ascii: "-")...UInt8(ascii: "9")).contains($0) }
        return text.count >= Self.tellingBytes && !isNumber
    }

    /// A shorter text may be anybody's answer.
    private static let tellingBytes = 6

    func token(of call: Call, _ reading: Reading) -> Range<Int>? {
        guard RESPCommand.table[call.command].echoes, call.wordCount == 2 else { return nil }
        return reading.words[call.firstWord + 1]
    }

    func token(ofReply reply: Message, _ head: ReplyHead?) -> Range<Int>? {
        guard let head = head?.resp, head.isText else { return nil }
        return head.body
    }

    // MARK: Ends

    /// Who subscribes and reads too slowly is let go, with what it waits for.
    func mayClose(before request: Int, _ dialogue: Dialogue) -> Bool {
        if dialogue.heads.last??.isError ?? false { return true }
        return dialogue.calls.prefix(request).contains {
            let command = RESPCommand.table[$0.command]
            if case .channel(.subscribe) = command.effect { return dialogue.serverClosedFirst }
            return command.closes
        }
    }

    func mayBlock(_ call: Call, _ reading: Reading) -> Bool { RESPCommand.table[call.command].blocks }

    // MARK: For people

    func label(_ call: Call, _ reading: Reading) -> String {
        guard call.wordCount > 0 else { return "request \(call.exchange + 1)" }
        let bytes = reading.request(call).bytes
        let name = Reading.name(bytes, reading.words[call.firstWord])
        guard call.wordCount > 1 else { return name }
        return name + " " + Reading.text(bytes[reading.words[call.firstWord + 1]])
    }

    func commandName(_ call: Call, _ reading: Reading) -> String {
        call.command == 0 ? "command" : RESPCommand.table[call.command].name
    }

    /// An array, not an inline command.
    func isPlain(_ call: Call, _ reading: Reading) -> Bool {
        reading.request(call).bytes.first == UInt8(ascii: "*")
    }

    func answer(_ reply: Message, _ head: ReplyHead?) -> String {
        guard let head = head?.resp else { return "nothing" }
        switch head.kind {
        case .integer: return String(head.number)
        case .null: return "nil"
        case .array: return RESPValue(reply.bytes.span)?.words ?? "an array of \(head.number)"
        default: return Reading.text(reply.bytes[head.body])
        }
    }

    func name(_ kind: HardKind) -> String {
        switch kind {
        case .append: "APPEND"
        case .push: "LPUSH and LPOP"
        case .delete: "DEL"
        case .conditional: "SETNX"
        case .several, .unanswered: kind.rawValue
        }
    }
}

extension ReplyHead {
    init(_ head: RESPHead) {
        self.init(isError: head.kind == .error)
        kind = head.kind.rawValue
        number = Int(head.number)
        body = head.body
    }

    /// The head of a reply of RESP.
    var resp: RESPHead? {
        RESPHead.Kind(rawValue: kind).map { RESPHead(kind: $0, number: Int64(number), body: body) }
    }
}
