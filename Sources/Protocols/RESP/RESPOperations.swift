import Capture
import Verification
import Wire

extension RESPMeaning {
    func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading, to history: inout KeyHistory
    ) {
        let index = CallPlace(call)
        guard !transactions.isQueued(index) else { return }
        if let transaction = transactions.executed[index] {
            return history.addTransaction(transaction, call, exchange, isPaired: isPaired, reading)
        }
        history.addRESP(call, exchange, isPaired: isPaired, reading)
    }

    func object(of call: Call, _ reading: Reading) -> Range<Int>? {
        guard !call.isOpaque, call.wordCount > 1 else { return nil }
        switch RESPCommand.table[call.command].effect {
        case .none, .flush, .writesAll, .transaction, .script, .channel: return nil
        default: return reading.words[call.firstWord + 1]
        }
    }
}

extension KeyHistory {
    /// What a command did that stands alone.
    mutating func addRESP(_ call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading) {
        var times = times(of: call, reading)
        let head = isPaired ? call.head?.resp : nil
        let reply = head == nil ? nil : exchange.reply
        setTimes(&times, exchange, completed: reply?.first.time)
        let answer = reply.flatMap { reply in head.map { RESPAnswer(bytes: reply.bytes, head: $0) } }
        add(call, exchange.request, answer, times, reading)
    }

    func times(of call: Call, _ reading: Reading) -> KeyOperation {
        KeyOperation(
            kind: .read, key: 0, call: Int32(reading.starts[Int(call.conversation)]) + call.exchange,
            lane: Int32(call.conversation))
    }

    /// What a command did at some times.
    mutating func add(
        _ call: Call, _ message: Message, _ answer: RESPAnswer?, _ times: KeyOperation, _ reading: Reading
    ) {
        let bytes = message.bytes
        if let answer, answer.head.kind == .error, !isArithmeticRefusal(call, bytes, answer) { return }
        guard !call.isOpaque else {
            exclusionOfAll = exclusionOfAll ?? "a request cannot be taken apart (packet \(message.last.number))"
            return
        }
        let words = reading.words[call.firstWord..<call.firstWord + call.wordCount]
        let command = RESPCommand.table[call.command]
        let request = RESPRequest(bytes: bytes, words: words, answer: answer, times: times)
        let isModelled: Bool
        switch command.effect {
        case .none, .reads, .transaction, .channel: return
        case .flush: return addFlush(times, "\(command.name) (packet \(message.last.number))")
        case .writesAll:
            exclusionOfAll = exclusionOfAll ?? "\(command.name) (packet \(message.last.number)) may change any key"
            return
        case .writesFirst: return exclude(bytes, words.dropFirst().prefix(1))
        case .writesNamed: return exclude(bytes, words.dropFirst())
        case .script: return addScript(request)
        case .string(let effect): isModelled = request.count > 1 && addString(effect, request)
        case .hash(let effect): isModelled = request.count > 1 && addHash(effect, request)
        case .set(let effect): isModelled = request.count > 1 && addSet(effect, request)
        case .sortedSet(let effect): isModelled = request.count > 1 && addSortedSet(effect, request)
        case .list(let effect): isModelled = request.count > 1 && addList(effect, request)
        case .lifetime(let effect): isModelled = request.count > 1 && addLifetime(effect, request)
        }
        // Its words or its reply are not as modelled: nobody knows what it did to what it names.
        if !isModelled { exclude(bytes, command.namesManyKeys ? words.dropFirst() : words.dropFirst().prefix(1)) }
    }

    /// An error of INCR that tells what the key holds; other errors say that nothing was done.
    private mutating func isArithmeticRefusal(_ call: Call, _ request: [UInt8], _ answer: RESPAnswer) -> Bool {
        let text = String(decoding: answer.bytes[answer.head.body.prefix(80)], as: UTF8.self).lowercased()
        if text.contains("unknown command"), call.wordCount > 0 {
            unsupported.insert(Reading.name(request, firstWord(request)))
        }
        guard text.contains("not an integer") || text.contains("overflow") else { return false }
        switch RESPCommand.table[call.command].effect {
        case .string(.add), .string(.subtract), .hash(.add): return true
        default: return false
        }
    }

    private func firstWord(_ request: [UInt8]) -> Range<Int> {
        var ranges: [Range<Int>] = []
        return RESPValue.appendWordRanges(of: request.span, to: &ranges) ? ranges[0] : 0..<0
    }

    /// A script may use the keys that it was given, as Redis wants it to; where its words are not as expected, any.
    private mutating func addScript(_ request: RESPRequest) {
        guard let count = request.number(2), count >= 0, count <= request.count - 3 else {
            exclusionOfAll = exclusionOfAll ?? "a script may change any key"
            return
        }
        guard RESPScript.namesItsKeys(request.bytes[request.word(1)]) else {
            exclusionOfAll = exclusionOfAll ?? "a script names keys of its own, and may change any"
            return
        }
        exclude(request.bytes, request.words.dropFirst(3).prefix(count))
    }
}
