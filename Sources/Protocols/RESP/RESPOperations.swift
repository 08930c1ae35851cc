import Capture
import Verification
import Wire

extension RESPMeaning {
    func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading, to history: inout KeyHistory
    ) {
        history.addRESP(call, exchange, isPaired: isPaired, reading)
    }

    func object(of call: Call, _ reading: Reading) -> Range<Int>? {
        guard !call.isOpaque, call.wordCount > 1 else { return nil }
        switch RESPCommand.table[call.command].effect {
        case .none, .writesAll: return nil
        default: return reading.words[call.firstWord + 1]
        }
    }
}

extension KeyHistory {
    mutating func addRESP(_ call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading) {
        let head = isPaired ? call.head?.resp : nil
        let bytes = exchange.request.bytes
        if let head, head.kind == .error, !isArithmeticRefusal(call, head, exchange) { return }
        guard !call.isOpaque else {
            exclusionOfAll =
                exclusionOfAll ?? "a request cannot be taken apart (packet \(exchange.request.last.number))"
            return
        }
        let words = reading.words[call.firstWord..<call.firstWord + call.wordCount]
        let command = RESPCommand.table[call.command]
        switch command.effect {
        case .none, .reads: return
        case .writesAll:
            exclusionOfAll =
                exclusionOfAll ?? "\(command.name) (packet \(exchange.request.last.number)) may change any key"
        case .writesFirst: exclude(bytes, words.dropFirst().prefix(1))
        case .writesNamed: exclude(bytes, words.dropFirst())
        default:
            var operation = KeyOperation(
                kind: .read, key: 0, call: Int32(reading.starts[Int(call.conversation)]) + call.exchange,
                lane: Int32(call.conversation))
            setTimes(&operation, exchange, completed: head == nil ? nil : exchange.reply?.first.time)
            if !model(&operation, command.effect, bytes, words, head, exchange.reply) {
                exclude(bytes, words.dropFirst())
            }
        }
    }

    /// An error of INCR that tells what the key holds; other errors say that nothing was done.
    private mutating func isArithmeticRefusal(_ call: Call, _ head: RESPHead, _ exchange: Exchange) -> Bool {
        guard let reply = exchange.reply else { return false }
        let text = String(decoding: reply.bytes[head.body.prefix(80)], as: UTF8.self).lowercased()
        if text.contains("unknown command"), call.wordCount > 0 {
            let request = exchange.request.bytes
            unsupported.insert(Reading.name(request, firstWord(request)))
        }
        let effect = RESPCommand.table[call.command].effect
        return (effect == .add || effect == .subtract) && (text.contains("not an integer") || text.contains("overflow"))
    }

    private func firstWord(_ request: [UInt8]) -> Range<Int> {
        var ranges: [Range<Int>] = []
        return RESPValue.appendWordRanges(of: request.span, to: &ranges) ? ranges[0] : 0..<0
    }

    /// Fills in what a modelled command did, and appends it. False if its words or its reply are not as modelled; then
    /// its keys cannot be checked.
    private mutating func model(
        _ operation: inout KeyOperation, _ effect: RESPCommand.Effect, _ bytes: [UInt8],
        _ words: Slice<WordRanges>,
        _ head: RESPHead?, _ reply: Message?
    ) -> Bool {
        guard words.count >= 2 else { return false }
        let word = { (index: Int) in words[words.startIndex + index] }
        operation.key = key(bytes, word(1))
        let isArity: Bool
        switch effect {
        case .get:
            (isArity, operation.kind) = (words.count == 2, .read)
            setResult(&operation, head, reply)
        case .getdel:
            (isArity, operation.kind) = (words.count == 2, .take)
            setResult(&operation, head, reply)
        case .set:
            (isArity, operation.kind) = (words.count == 3, .write)
        case .setnx:
            (isArity, operation.kind) = (words.count == 3, .writeIfAbsent)
        case .getset:
            (isArity, operation.kind) = (words.count == 3, .swap)
            setResult(&operation, head, reply)
        case .append:
            (isArity, operation.kind) = (words.count == 3, .append)
        case .strlen:
            (isArity, operation.kind) = (words.count == 2, .length)
        case .add, .subtract:
            return modelAdd(&operation, effect == .subtract, bytes, words, head)
        case .delete, .exists, .mset, .mget:
            return modelMany(&operation, effect, bytes, words, head, reply)
        default: return false
        }
        guard isArity else { return false }
        if words.count == 3 { operation.argument = Cell.value(bytes, word(2), &values) }
        if let head, head.kind == .integer { operation.result = Int(head.number) }
        return append(operation)
    }

    private mutating func append(_ operation: KeyOperation) -> Bool {
        if operation.isAnswered || !operation.isIdleUnanswered { operations.append(operation) }
        return true
    }

    /// The value that a string or a null tells.
    private mutating func setResult(_ operation: inout KeyOperation, _ head: RESPHead?, _ reply: Message?) {
        guard let head, let reply else { return }
        operation.result = head.isText ? Cell.value(reply.bytes, head.body, &values) : Cell.absent
    }

    private mutating func modelAdd(
        _ operation: inout KeyOperation, _ isNegative: Bool, _ bytes: [UInt8], _ words: Slice<WordRanges>,
        _ head: RESPHead?
    ) -> Bool {
        var delta = 1
        if words.count == 3 {
            guard let number = Cell.canonical(bytes, words[words.startIndex + 2]), number != Int.min else {
                return false
            }
            delta = number
        }
        guard words.count <= 3 else { return false }
        operation.argument = isNegative ? -delta : delta
        operation.kind = head?.kind == .error ? .addRefused : .add
        if let head, head.kind == .integer {
            guard let cell = Cell.integer(Int(head.number)) else { return false }
            operation.result = cell
        }
        return append(operation)
    }

    private mutating func modelMany(
        _ operation: inout KeyOperation, _ effect: RESPCommand.Effect, _ bytes: [UInt8],
        _ words: Slice<WordRanges>,
        _ head: RESPHead?, _ reply: Message?
    ) -> Bool {
        let isSingle = words.count == 2
        switch effect {
        case .delete: operation.kind = isSingle ? .delete : .deleteMany
        case .exists: operation.kind = isSingle ? .exists : .existsMany
        case .mset: operation.kind = .writeMany
        default: operation.kind = .readMany
        }
        if let head, head.kind == .integer { operation.result = Int(head.number) }
        if isSingle, effect != .mget { return effect == .mset ? false : append(operation) }
        operation.firstPart = Int32(parts.count)
        if effect == .mset {
            guard words.count % 2 == 1 else { return false }
            for index in stride(from: words.startIndex + 1, to: words.endIndex, by: 2) {
                let cell = Cell.value(bytes, words[index + 1], &values)
                parts.append(KeyPart(key: key(bytes, words[index]), cell: cell))
            }
        } else {
            guard let cells = effect == .mget ? mgetCells(reply, words.count - 1, head != nil) : [] else {
                return false
            }
            for (index, word) in words.dropFirst().enumerated() {
                parts.append(KeyPart(key: key(bytes, word), cell: cells.isEmpty ? 0 : cells[index]))
            }
        }
        operation.partCount = Int32(parts.count) - operation.firstPart
        joinParts(of: operation)
        return append(operation)
    }

    /// The cells that MGET read; empty where it was not answered, nil where the reply is not an array of as many
    /// strings.
    private mutating func mgetCells(_ reply: Message?, _ count: Int, _ isAnswered: Bool) -> [Int]? {
        guard isAnswered, let reply else { return [] }
        guard case .array(let elements)? = RESPValue(reply.bytes.span), elements.count == count else { return nil }
        var cells: [Int] = []
        for element in elements {
            switch element {
            case .bulk(let body), .simple(let body): cells.append(Cell.value(body, body.indices, &values))
            case .null: cells.append(Cell.absent)
            default: return nil
            }
        }
        return cells
    }
}
