package import Verification
package import Wire

extension BeanstalkCodec: WireProtocol {
    package func meaning(of evidence: Evidence) -> any Meaning { BeanstalkMeaning() }
    package var isToldByMessages: Bool { true }
    package var isToldByReplies: Bool { true }

    package func begins(_ bytes: [UInt8], from role: Role) -> Bool {
        let name = BeanstalkLine(bytes.span).name(bytes.span)
        return role == .client
            ? BeanstalkCommand.named(name) != nil
            : BeanstalkReply.allCases.contains { $0.rawValue.hasPrefix(name) }
    }

    package func likeness(of request: [UInt8]) -> Likeness {
        BeanstalkCommand.named(BeanstalkLine(request.span).name(request.span)) == nil ? .doubtful : .shared
    }

    package func repeats(_ exchange: Exchange) -> Bool {
        guard let reply = exchange.reply, let head = BeanstalkReply(reply.bytes) else { return false }
        return BeanstalkCommand.named(of: exchange.request.bytes)?.replies.contains(head) ?? head.isError
    }
}

/// Commands and the replies that they may get.
struct BeanstalkMeaning: Meaning {
    var judgesReplies: Bool { true }
    var wordsPerRequest: Int { 2 }
    var meeting: MeetingPlace { .objectsIfAny }

    func head(of reply: Message) -> ReplyHead? {
        guard let word = BeanstalkReply(reply.bytes), let kind = BeanstalkReply.allCases.firstIndex(of: word) else {
            return nil
        }
        var head = ReplyHead(isError: word.isError)
        head.kind = UInt8(kind)
        return head
    }

    func read(_ call: inout Call, _ exchange: Exchange, _ words: inout [Range<Int>]) {
        words = BeanstalkLine(exchange.request.bytes.span).words
        call.command = BeanstalkCommand.place(of: exchange.request.bytes)
    }

    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        fitsShape(call, request, head, reply, reading)
            && !reading.precedes(reply, request, isError: head?.isError ?? false)
    }

    func fitsShape(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        guard let head else { return false }
        guard !head.isError, let command = BeanstalkCommand.at(call.command) else { return true }
        guard command.replies.contains(BeanstalkReply.allCases[Int(head.kind)]) else { return false }
        guard command.name == "use", let tube = token(of: call, reading), let answer = token(ofReply: reply, head)
        else {
            return true
        }
        return request.bytes[tube] == reply.bytes[answer]
    }

    func token(of call: Call, _ reading: Reading) -> Range<Int>? {
        guard BeanstalkCommand.at(call.command)?.name == "use", call.wordCount == 2 else { return nil }
        return reading.words[call.firstWord + 1]
    }

    func token(ofReply reply: Message, _ head: ReplyHead?) -> Range<Int>? {
        guard BeanstalkReply(reply.bytes) == .using else { return nil }
        let words = BeanstalkLine(reply.bytes.span).words
        return words.count == 2 ? words[1] : nil
    }

    func showsPlace(_ head: ReplyHead?) -> Bool { head.map { !$0.isError } ?? false }

    func mayClose(before request: Int, _ dialogue: Dialogue) -> Bool {
        if dialogue.heads.last??.isError ?? false { return true }
        return dialogue.calls.prefix(request).contains { BeanstalkCommand.at($0.command)?.name == "quit" }
    }

    /// Until there is a job.
    func mayBlock(_ call: Call, _ reading: Reading) -> Bool { BeanstalkCommand.at(call.command)?.blocks ?? false }

    func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading, to history: inout KeyHistory
    ) {
        guard isPaired, let reply = exchange.reply, BeanstalkReply(reply.bytes) == .unknownCommand else { return }
        history.unsupported.insert(commandName(call, reading))
    }

    func named(_ call: Call, _ reading: Reading) -> NamedRequest? {
        let bytes = reading.request(call).bytes
        let line = BeanstalkLine(bytes.span)
        var arguments = line.words.dropFirst().map { Array(bytes[$0]) }
        if let body = Self.body(bytes, .client) { arguments.append(body) }
        return NamedRequest(name: line.name(bytes.span), arguments: arguments)
    }

    func named(_ reply: Message, _ head: ReplyHead?, _ values: inout HistoryValues) -> NamedAnswer {
        let line = Array(reply.bytes.prefix { $0 != 0x0D })
        if head?.isError ?? true { return .refused(values.code(bytes: line)) }
        return .value(values.code(bytes: Self.body(reply.bytes, .server) ?? line))
    }

    /// The body of a whole message; nil where it has none.
    private static func body(_ bytes: [UInt8], _ role: Role) -> [UInt8]? {
        guard let length = BeanstalkLine(bytes.span).bodyLength(bytes.span, role), bytes.count >= length + 2 else {
            return nil
        }
        return Array(bytes.suffix(length + 2).dropLast(2))
    }

    // MARK: For people

    func label(_ call: Call, _ reading: Reading) -> String {
        let bytes = reading.request(call).bytes
        return Reading.text(bytes.prefix { $0 != 0x0D })
    }

    func commandName(_ call: Call, _ reading: Reading) -> String {
        let bytes = reading.request(call).bytes
        return printable(Array(BeanstalkLine(bytes.span).name(bytes.span).utf8))
    }

    func answer(_ reply: Message, _ head: ReplyHead?) -> String { Reading.text(reply.bytes.prefix { $0 != 0x0D }) }
}
