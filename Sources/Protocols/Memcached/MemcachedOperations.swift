import Capture
import Verification
import Wire

extension MemcachedMeaning {
    func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading, to history: inout KeyHistory
    ) {
        let command = MemcachedCommand.at(call.command)
        let bytes = exchange.request.bytes
        if command.stores, let error = call.head, error.isError {
            // Old versions take a value away that they cannot replace.
            history.exclude(bytes, keys(call, 1, reading).prefix(1))
            if command.isMeta, MemcachedReply.Kinds(place: error.kind) == .error {
                history.unsupported.insert(command.name)
            }
            return
        }
        let head = isPaired ? call.head : nil
        if let head, head.isError, refuses(call, command, head, exchange, reading, &history) { return }
        let words = keys(call, 0, reading)
        if command.effect == .writesAll {
            history.exclusionOfAll =
                history.exclusionOfAll ?? "\(command.name) (packet \(exchange.request.last.number)) may change any key"
            return
        }
        guard !call.isOpaque, words.count > 1 else {
            // A request without a value was refused; what memcached does to the key then differs by version.
            if words.count > 1, command.effect != .none { history.exclude(bytes, words.dropFirst().prefix(1)) }
            return
        }
        switch command.effect {
        case .none, .writesAll: return
        case .writesNamed: history.exclude(bytes, words.dropFirst())
        default:
            var change = MemcachedChange(
                meaning: self, call: call, command: command, exchange: exchange, words: words,
                kind: head.map { MemcachedReply.Kinds(place: $0.kind) }, reading: reading)
            change.add(to: &history)
        }
    }

    func object(of call: Call, _ reading: Reading) -> Range<Int>? {
        guard !call.isOpaque, call.wordCount > 1 else { return nil }
        switch MemcachedCommand.at(call.command).effect {
        case .none, .writesAll: return nil
        case .gat: return call.wordCount > 2 ? reading.words[call.firstWord + 2] : nil
        default: return reading.words[call.firstWord + 1]
        }
    }

    /// Whether an error says that nothing was done, or that nobody knows what was: then the keys are excluded.
    private func refuses(
        _ call: Call, _ command: MemcachedCommand, _ head: ReplyHead, _ exchange: Exchange, _ reading: Reading,
        _ history: inout KeyHistory
    ) -> Bool {
        guard let reply = exchange.reply else { return false }
        let kind = MemcachedReply.Kinds(place: head.kind)
        if kind == .error {
            if call.wordCount > 0 {
                let bytes = exchange.request.bytes
                history.unsupported.insert(printable(Array(bytes[reading.words[call.firstWord]]), limit: 32))
            }
            return true
        }
        let counts = command.effect == .incr || command.effect == .decr || command.effect == .metaArithmetic
        if kind == .clientError, counts { return !Self.isNoNumber(reply) }
        guard kind == .serverError else { return true }
        history.exclude(exchange.request.bytes, keys(call, 1, reading).prefix(1))
        return true
    }

    /// Whether the error of a count tells that the key holds no number.
    private static func isNoNumber(_ reply: Message) -> Bool {
        String(decoding: reply.bytes.prefix(100), as: UTF8.self).contains("non-numeric value")
    }
}

/// What one call did to its keys.
struct MemcachedChange {
    let meaning: MemcachedMeaning
    let call: Call
    let command: MemcachedCommand
    let exchange: Exchange
    let words: Slice<WordRanges>
    /// What it was answered; nil where that is not known.
    let kind: MemcachedReply.Kinds?
    let reading: Reading

    private var bytes: [UInt8] { exchange.request.bytes }

    private func word(_ index: Int) -> Range<Int> { words[words.startIndex + index] }

    mutating func add(to history: inout KeyHistory) {
        switch command.effect {
        case .get: addReads(of: words.dropFirst(), &history)
        case .gat: addReads(of: words.dropFirst(2), &history)
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic: addMeta(&history)
        default: addClassic(&history)
        }
    }

    // MARK: Reads

    /// Each key is read by itself, at some time before the reply is whole.
    private func addReads(of keys: Slice<WordRanges>, _ history: inout KeyHistory) {
        guard kind == .value, let reply = exchange.reply else { return }
        let blocks = MemcachedBlock.all(reply.bytes)
        let completed = keys.count == 1 ? reply.first.time : reply.last.time
        var next = 0
        var byKey: [ArraySlice<UInt8>: Int]?
        for range in keys {
            var place: Int?
            if next < blocks.count, reply.bytes[blocks[next].key] == bytes[range] {
                place = next
                next += 1
            } else if keys.count > 1 {
                // It was not found, or they come in another order.
                let known = byKey ?? Self.places(of: blocks, reply.bytes)
                byKey = known
                place = known[bytes[range]]
            }
            guard let place else {
                addAbsence(range, completed, &history)
                continue
            }
            let cell = Self.cell(reply.bytes, blocks[place], &history)
            append(.read, range, result: cell, completed, &history)
        }
    }

    private static func places(of blocks: [MemcachedBlock], _ reply: [UInt8]) -> [ArraySlice<UInt8>: Int] {
        Dictionary(blocks.enumerated().map { (reply[$1.key], $0) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Changes

    private func addClassic(_ history: inout KeyHistory) {
        let key = word(1)
        let value = words.count > 2 ? word(words.count - 1) : key
        switch command.effect {
        case .set, .add, .replace, .append, .prepend: store(command.effect, key, value, flags: word(2), &history)
        case .cas:
            let known = meaning.versions.place(bytes, key: key, version: word(5))
            compareAndStore(key, value, flags: word(2), known, &history)
        case .delete: delete(key, &history)
        case .incr, .decr:
            guard words.count > 2,
                let delta = MemcachedLine.number(bytes.span, word(2), limit: Int.max - 1), delta < Int.max
            else { return history.exclude(bytes, CollectionOfOne(key)) }
            count(key, by: delta, isDown: command.effect == .decr, number: exchange.reply?.bytes, 0, &history)
        case .touch: exists(key, kind == .touched, isTold: kind == .touched || kind == .notFound, &history)
        default: break
        }
    }

    private func addMeta(_ history: inout KeyHistory) {
        let key = word(1)
        let flags = MemcachedFlags(command, bytes, Array(words))
        guard !flags.isEncoded else {
            history.exclusionOfAll =
                history.exclusionOfAll
                ?? "a key is written in base64 (packet \(exchange.request.last.number))"
            return
        }
        switch command.effect {
        case .metaGet: metaGet(key, &history)
        case .metaDelete: delete(key, &history)
        case .metaArithmetic:
            guard let delta = flags.delta else { return history.exclude(bytes, CollectionOfOne(key)) }
            // Without the value it is not told what was reached.
            let reply = kind == .metaValue ? exchange.reply?.bytes : nil
            let start = reply?.firstIndex(of: 0x0A).map { $0 + 1 } ?? 0
            count(key, by: delta, isDown: flags.mode == .decrease, number: reply, start, &history)
        default:
            guard words.count > 3 else { return history.exclude(bytes, CollectionOfOne(key)) }
            let value = word(words.count - 1)
            let client = flags.token("F") ?? 0..<0
            if let version = flags.token("C") {
                let known = meaning.versions.place(bytes, key: key, version: version)
                return compareAndStore(key, value, flags: client, known, &history)
            }
            switch flags.mode {
            case .add: store(.add, key, value, flags: client, &history)
            case .replace: store(.replace, key, value, flags: client, &history)
            case .append: store(.append, key, value, flags: client, &history)
            case .prepend: store(.prepend, key, value, flags: client, &history)
            default: store(.set, key, value, flags: client, &history)
            }
        }
    }

    private func metaGet(_ key: Range<Int>, _ history: inout KeyHistory) {
        guard let kind, let reply = exchange.reply else { return }
        switch kind {
        case .metaMiss: addAbsence(key, reply.first.time, &history)
        case .metaDone: exists(key, true, isTold: true, &history)
        case .metaValue:
            guard let end = reply.bytes.firstIndex(of: 0x0A) else { return }
            let flags = MemcachedMeaning.flag(UInt8(ascii: "f"), in: reply.bytes, from: 2) ?? 0..<0
            let cell = Self.cell(reply.bytes, end + 1..<reply.bytes.count - 2, reply.bytes[flags], &history)
            append(.read, key, result: cell, reply.first.time, &history)
        default: break
        }
    }

    private func store(
        _ effect: MemcachedCommand.Effect, _ key: Range<Int>, _ value: Range<Int>, flags: Range<Int>,
        _ history: inout KeyHistory
    ) {
        let isDone = kind == .stored || kind == .metaDone
        let isRefused = kind == .notStored || kind == .metaNotStored
        // What is added to a value keeps its flags.
        let isAdded = effect == .append || effect == .prepend
        let cell = Self.cell(bytes, value, isAdded ? bytes[0..<0] : bytes[flags], &history)
        switch effect {
        case .add where isRefused: exists(key, true, isTold: true, &history)
        // It may have been evicted before.
        case .add where isDone && !tellsAbsence(key): append(.write, key, argument: cell, completed, &history)
        case .add: append(.writeIfAbsent, key, argument: cell, result: 1, completed, &history)
        case .replace where isRefused, .append where isRefused, .prepend where isRefused:
            addAbsence(key, completed, &history)
        case .replace: append(.replace, key, argument: cell, completed, &history)
        case .append: append(.extend, key, argument: cell, completed, &history)
        case .prepend: append(.extendFront, key, argument: cell, completed, &history)
        default: append(.write, key, argument: cell, completed, &history)
        }
    }

    private func compareAndStore(
        _ key: Range<Int>, _ value: Range<Int>, flags: Range<Int>, _ known: MemcachedVersions.Place?,
        _ history: inout KeyHistory
    ) {
        switch kind {
        case .some(.exists), .some(.metaExists): return exists(key, true, isTold: true, &history)
        case .some(.notFound), .some(.metaNotFound), .some(.notStored), .some(.metaNotStored):
            return addAbsence(key, completed, &history)
        default: break
        }
        let cell = Self.cell(bytes, value, bytes[flags], &history)
        guard kind != nil, let known, let reply = reply(known) else {
            return append(.replace, key, argument: cell, completed, &history)
        }
        let blocks = MemcachedBlock.all(reply.bytes)
        guard blocks.indices.contains(Int(known.block)) else { return }
        let old = Self.cell(reply.bytes, blocks[Int(known.block)], &history)
        append(.compareAndSwap, key, argument: cell, result: old, completed, &history)
    }

    private func reply(_ place: MemcachedVersions.Place) -> Message? {
        reading.evidence.conversations[Int(place.conversation)].exchanges[Int(place.exchange)].reply
    }

    private func delete(_ key: Range<Int>, _ history: inout KeyHistory) {
        switch kind {
        case .some(.notFound), .some(.metaNotFound): addAbsence(key, completed, &history)
        case .some(.metaExists): exists(key, true, isTold: true, &history)
        default: append(.delete, key, result: 1, completed, &history)
        }
    }

    /// - Parameter number: a reply with the number that was reached, from a place on.
    private func count(
        _ key: Range<Int>, by delta: Int, isDown: Bool, number: [UInt8]?, _ start: Int, _ history: inout KeyHistory
    ) {
        switch kind {
        case .some(.notFound), .some(.metaNotFound), .some(.metaNotStored): return addAbsence(key, completed, &history)
        case .some(.clientError):
            return append(.addRefused, key, argument: isDown ? -delta : delta, completed, &history)
        case .some(.metaExists): return exists(key, true, isTold: true, &history)
        case .some(.number), .some(.metaValue):
            guard let number else { return }
            let digits = MemcachedReply.firstWord(number.span, from: start, to: number.count)
            guard let reached = DecimalText.number(number, digits).flatMap(Cell.integer) else {
                return history.exclude(bytes, CollectionOfOne(key))
            }
            append(
                isDown ? .decrease : .add, key, argument: delta, result: reached, completed, &history)
        default: append(isDown ? .decrease : .add, key, argument: delta, nil, &history)
        }
    }

    // MARK: What is there

    private func exists(_ key: Range<Int>, _ exists: Bool, isTold: Bool, _ history: inout KeyHistory) {
        guard isTold else { return }
        guard exists else { return addAbsence(key, completed, &history) }
        append(.exists, key, result: 1, completed, &history)
    }

    /// Whether it means something that the key is not there. A full server takes away what was not used for long: what this
    /// is, only a campaign knows, whose keys are all new; and of the large values there is room for few.
    private func tellsAbsence(_ key: Range<Int>) -> Bool {
        reading.evidence.source == .target && !meaning.traits.of(bytes, key).contains(.large)
    }

    private func addAbsence(_ key: Range<Int>, _ completed: Timestamp?, _ history: inout KeyHistory) {
        guard tellsAbsence(key) else { return }
        append(.read, key, result: Cell.absent, completed, &history)
    }

    // MARK: Rows

    /// When what is known of one key was done.
    private var completed: Timestamp? { kind == nil ? nil : exchange.reply?.first.time }

    private func append(
        _ kind: KeyOperation.Kind, _ key: Range<Int>, argument: Int = 0, result: Int = 0, _ completed: Timestamp?,
        _ history: inout KeyHistory
    ) {
        if meaning.traits.of(bytes, key).isExcluded { return history.exclude(bytes, CollectionOfOne(key)) }
        var operation = KeyOperation(
            kind: kind, key: history.key(bytes, key), call: Int32(reading.index(of: call)), lane: call.conversation)
        operation.argument = argument
        operation.result = result
        history.setTimes(&operation, exchange, completed: completed)
        history.append(operation)
    }

    private static func cell(_ bytes: [UInt8], _ block: MemcachedBlock, _ history: inout KeyHistory) -> Int {
        cell(bytes, block.body, bytes[block.flags], &history)
    }

    /// A value with its client flags: with flags it is another value than without.
    private static func cell(
        _ bytes: [UInt8], _ value: Range<Int>, _ flags: ArraySlice<UInt8>, _ history: inout KeyHistory
    ) -> Int {
        guard flags.contains(where: { $0 != UInt8(ascii: "0") }) else {
            return Cell.value(bytes, MemcachedNumber.withoutPadding(bytes, value), &history.values)
        }
        let flagged = Array(bytes[value]) + Array(" with flags ".utf8) + flags
        return Cell.text(history.values.intern(flagged, flagged.indices))
    }
}
