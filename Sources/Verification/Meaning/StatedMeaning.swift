package import Capture
import Wire

/// What messages mean, as a `RequestReplyProtocol` states it.
struct StatedMeaning: Meaning {
    let stated: any RequestReplyProtocol
    private var versions = ObjectVersions()

    init(stated: any RequestReplyProtocol) { self.stated = stated }

    mutating func read(_ call: inout Call, _ exchange: Exchange, _ words: inout [Range<Int>]) {
        guard stated.tellsVersions, let reply = exchange.reply,
            let version = stated.version(told: reply.bytes, to: exchange.request.bytes)
        else { return }
        versions.note(version)
    }

    var judgesReplies: Bool { true }
    var meeting: MeetingPlace { .objectsIfAny }

    func head(of reply: Message) -> ReplyHead? { ReplyHead(isError: stated.refusal(in: reply.bytes) != nil) }

    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        let isError = head?.isError ?? false
        return fitsShape(call, request, head, reply, reading) && !reading.precedes(reply, request, isError: isError)
    }

    func fitsShape(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        if head?.isError ?? false { return true }
        if let asked = tag(ofRequest: request.bytes) {
            guard let given = tag(ofReply: reply.bytes), request.bytes[asked] == reply.bytes[given] else {
                return false
            }
        }
        return stated.answer(reply.bytes, to: request.bytes) != nil
    }

    func token(of call: Call, _ reading: Reading) -> Range<Int>? { tag(ofRequest: reading.request(call).bytes) }

    func token(ofReply reply: Message, _ head: ReplyHead?) -> Range<Int>? {
        head?.isError ?? false ? nil : tag(ofReply: reply.bytes)
    }

    /// A reply that acknowledges answers anybody; one that tells something, or repeats something, does not.
    func isTelling(_ call: Call, _ reply: Message, _ reading: Reading) -> Bool {
        if tag(ofReply: reply.bytes) != nil { return true }
        return stated.answer(reply.bytes, to: reading.request(call).bytes).map { $0 != .acknowledged } ?? false
    }

    func showsPlace(_ head: ReplyHead?) -> Bool { !(head?.isError ?? false) }

    // MARK: Objects

    func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading, to history: inout KeyHistory
    ) {
        let request = exchange.request.bytes
        let reply = isPaired ? exchange.reply : nil
        let answer = reply.flatMap { stated.answer($0.bytes, to: request) }
        switch reply.flatMap({ stated.refusal(in: $0.bytes) }) {
        case .refused where answer != .uncertain: return
        case .unknownCommand:
            history.unsupported.insert(stated.command(of: request))
            return
        case .refused, nil: break
        }
        guard let asked = stated.operation(of: request) else {
            if stated.mayChangeAnything(request) { history.noteUnexplained(exchange.request) }
            return
        }
        let place = reading.index(of: call)
        // Who answers in any order also works in any order.
        let lane = stated.answersByTag ? -1 - Int32(place) : call.conversation
        history.add(
            versions.resolved(asked), answer, KeyOperation(kind: .read, key: 0, call: Int32(place), lane: lane),
            exchange)
    }

    func named(_ call: Call, _ reading: Reading) -> NamedRequest? {
        let bytes = reading.request(call).bytes
        return NamedRequest(
            name: commandName(call, reading), object: stated.operation(of: bytes)?.object,
            arguments: [Array(Reading.withoutLineEnd(bytes))])
    }

    func named(_ reply: Message, _ head: ReplyHead?, _ values: inout HistoryValues) -> NamedAnswer {
        let code = values.code(bytes: Reading.withoutLineEnd(reply.bytes))
        return head?.isError ?? false ? .refused(code) : .value(code)
    }

    // MARK: For people

    func label(_ call: Call, _ reading: Reading) -> String {
        let bytes = reading.request(call).bytes
        return stated.words(of: bytes, from: .client).map(Self.told) ?? Reading.text(Reading.withoutLineEnd(bytes))
    }

    /// What a stated protocol says may be of any length, and hold anything.
    private static func told(_ words: String) -> String { Reading.text(words.utf8) }

    func text(_ reply: Message) -> String {
        stated.words(of: reply.bytes, from: .server).map(Self.told) ?? Reading.text(reply.bytes)
    }

    func commandName(_ call: Call, _ reading: Reading) -> String {
        printable(stated.command(of: reading.request(call).bytes).utf8)
    }

    func answer(_ reply: Message, _ head: ReplyHead?) -> String {
        stated.words(of: reply.bytes, from: .server).map(Self.told)
            ?? Reading.text(Reading.withoutLineEnd(reply.bytes))
    }

    func mayBlock(_ call: Call, _ reading: Reading) -> Bool { stated.mayWait(reading.request(call).bytes) }

    // MARK: What somebody else wrote

    /// A tag outside of its message is none: a stated protocol may err.
    private func tag(ofRequest bytes: [UInt8]) -> Range<Int>? { inside(bytes, stated.tag(ofRequest: bytes)) }
    private func tag(ofReply bytes: [UInt8]) -> Range<Int>? { inside(bytes, stated.tag(ofReply: bytes)) }

    private func inside(_ bytes: [UInt8], _ range: Range<Int>?) -> Range<Int>? {
        guard let range, !range.isEmpty, bytes.indices.contains(range.lowerBound), range.upperBound <= bytes.count
        else {
            return nil
        }
        return range
    }
}

extension KeyHistory {
    /// Nothing is known of what a request did.
    package mutating func noteUnexplained(_ request: Message) {
        exclusionOfAll =
            exclusionOfAll
            ?? "a request that nothing explains (packet \(request.last.number)) may have changed any object"
    }

    /// Adds what was asked of an object, and what became of it.
    ///
    /// - Parameters:
    ///   - answer: nil where there is none.
    ///   - blank: with its call and its lane.
    package mutating func add(
        _ asked: ObjectOperation, _ answer: Answer?, _ blank: KeyOperation, _ exchange: Exchange,
        completed: Timestamp? = nil
    ) {
        if answer == .refused { return }
        let object = asked.object.indices
        var operation = blank
        operation.key = key(asked.object, object)
        let isKnown = answer != nil && answer != .uncertain
        setTimes(&operation, exchange, completed: isKnown ? completed ?? exchange.reply?.first.time : nil)
        guard operation.take(asked.effect, answer, &values) else {
            return exclude(asked.object, CollectionOfOne(object))
        }
        append(operation)
    }
}

extension KeyOperation {
    /// Fills in an effect and its answer; false where it cannot be told what they did. What only acknowledges leaves open
    /// what else an answer would tell: then it is as good as unanswered, but certainly done by then.
    fileprivate mutating func take(
        _ effect: ObjectOperation.Effect, _ answer: Answer?, _ values: inout ByteInterner
    ) -> Bool {
        switch effect {
        case .read: kind = .read
        case .write(let value): (kind, argument) = (.write, Cell.value(value, value.indices, &values))
        case .writeIfAbsent(let value):
            (kind, argument) = (.writeIfAbsent, Cell.value(value, value.indices, &values))
        case .swap(let value): (kind, argument) = (.swap, Cell.value(value, value.indices, &values))
        case .take: kind = .take
        case .append(let value): (kind, argument) = (.append, Cell.value(value, value.indices, &values))
        case .compareAndSet(let expected, let value):
            // What did not compare equal changed nothing; what it held instead is not told.
            if answer == .number(0) { return leaveOut() }
            (kind, argument) = (.compareAndSwap, Cell.value(value, value.indices, &values))
            result = Cell.value(expected, expected.indices, &values)
        case .writeIfVersion(_, let value): (kind, argument) = (.write, Cell.value(value, value.indices, &values))
        case .add(let step): (kind, argument) = (.add, step)
        case .remove: kind = .delete
        case .exists: kind = .exists
        case .unknown: return false
        }
        guard let answer, isAnswered else { return true }
        switch (kind, answer) {
        case (.write, _), (.compareAndSwap, _): return true
        case (.read, .value(let value)), (.swap, .value(let value)), (.take, .value(let value)):
            result = Cell.value(value, value.indices, &values)
        case (.read, .nothing), (.swap, .nothing), (.take, .nothing): result = Cell.absent
        case (.read, .number(let number)), (.swap, .number(let number)), (.take, .number(let number)),
            (.add, .number(let number)):
            guard let cell = Cell.integer(number) else { return false }
            result = cell
        case (.append, .number(let number)): result = number
        case (.delete, .number(let number)), (.exists, .number(let number)), (.writeIfAbsent, .number(let number)):
            result = number == 0 ? 0 : 1
        case (.delete, .acknowledged): (kind, argument) = (.write, Cell.absent)
        default: return leaveOpen()
        }
        return true
    }

    /// The answer does not say what the kind wants to know: what it did is any of what it may have done.
    private mutating func leaveOpen() -> Bool {
        switch kind {
        // Nothing is told, and nothing changed.
        case .read, .exists: isAnswered = false
        // No operation that is modelled is done without saying what it found.
        case .swap: kind = .write
        case .take: (kind, argument) = (.write, Cell.absent)
        case .add, .writeIfAbsent, .append:
            isAnswered = false
            completed = .max
        default: return false
        }
        return true
    }

    /// It says nothing of its object: an unanswered read.
    private mutating func leaveOut() -> Bool {
        (kind, isAnswered) = (.read, false)
        return true
    }
}
