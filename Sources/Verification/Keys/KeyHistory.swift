import Capture
import Wire

/// What the calls of RESP clients did to keys, and those of HTTP clients to paths.
struct KeyHistory {
    var operations: [KeyOperation] = []
    var parts: [KeyPart] = []
    var keys = ByteInterner()
    var values = ByteInterner()
    /// Why a key is not checked, by key; nil if it is.
    var exclusion: [Exclusion?] = []
    /// Why no key is checked.
    var exclusionOfAll: String?
    /// Commands answered as unknown, in capitals.
    var unsupported: Set<String> = []
    /// Keys joined by operations on several.
    private var parent: [Int32] = []

    enum Exclusion: Hashable {
        case command(String)
        case oddReply
        case unreadableRequest
    }

    /// No keys.
    init() {}

    init(_ reading: Reading) {
        operations.reserveCapacity(reading.calls.count)
        var firstUnpaired: [Int: Int] = [:]
        for call in reading.calls {
            let conversation = reading.evidence.conversations[Int(call.conversation)]
            if call.endsPairing, firstUnpaired[Int(call.conversation)] == nil {
                firstUnpaired[Int(call.conversation)] = Int(call.exchange)
            }
            let isPaired =
                reading.isPaired[Int(call.conversation)]
                && (firstUnpaired.isEmpty || firstUnpaired[Int(call.conversation)] == nil)
            let exchange = conversation.exchanges[Int(call.exchange)]
            if reading.rules == .http {
                addHTTP(call, exchange, isPaired, reading)
            } else {
                add(call, exchange, isPaired, reading)
            }
        }
        keepStreamOrder(reading)
        excludeKeysOfUnreadableRequests(reading)
    }

    mutating func key(_ bytes: [UInt8], _ range: Range<Int>) -> Int32 {
        let id = keys.intern(bytes, range)
        if id == parent.count {
            parent.append(Int32(id))
            exclusion.append(nil)
        }
        return Int32(id)
    }

    /// The component of a key.
    mutating func root(_ key: Int32) -> Int32 {
        var key = key
        while parent[Int(key)] != key {
            parent[Int(key)] = parent[Int(parent[Int(key)])]
            key = parent[Int(key)]
        }
        return key
    }

    private mutating func join(_ left: Int32, _ right: Int32) {
        let (left, right) = (root(left), root(right))
        if left != right { parent[Int(max(left, right))] = min(left, right) }
    }

    private mutating func add(_ call: Call, _ exchange: Exchange, _ isPaired: Bool, _ reading: Reading) {
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
            setTimes(&operation, exchange, isAnswered: head != nil)
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
            unsupported.insert(RESPCommand.displayName(request, firstWord(request)))
        }
        let effect = RESPCommand.table[call.command].effect
        return (effect == .add || effect == .subtract) && (text.contains("not an integer") || text.contains("overflow"))
    }

    private func firstWord(_ request: [UInt8]) -> Range<Int> {
        var ranges: [Range<Int>] = []
        return RESPValue.appendWordRanges(of: request.span, to: &ranges) ? ranges[0] : 0..<0
    }

    private func setTimes(_ operation: inout KeyOperation, _ exchange: Exchange, isAnswered: Bool) {
        operation.isAnswered = isAnswered
        operation.invoked = exchange.request.last.time.nanoseconds
        guard isAnswered, let reply = exchange.reply?.first.time.nanoseconds else { return }
        // A stamp taken on another processor may seem to come before; the interval holds both.
        operation.completed = max(reply, operation.invoked)
        operation.invoked = min(reply, operation.invoked)
    }

    /// Of what operations did, what makes it hardest to find their order.
    func hardestKind(_ events: [SearchEvent]) -> String {
        let kinds = Set(events.map { operations[Int($0.operation)].kind })
        if !kinds.isDisjoint(with: [.append, .length]) { return "APPEND" }
        if !kinds.isDisjoint(with: [.writeMany, .readMany, .deleteMany, .existsMany]) {
            return "operations on several keys"
        }
        if !kinds.isDisjoint(with: [.delete, .take]) { return "DEL" }
        if !kinds.isDisjoint(with: [.writeIfAbsent, .swap, .exists]) { return "SETNX" }
        return "what was not answered"
    }

    mutating func exclude(_ bytes: [UInt8], _ words: some Sequence<Range<Int>>) {
        for word in words {
            let key = Int(key(bytes, word))
            exclusion[key] = exclusion[key] ?? .command("")
        }
    }

    mutating func joinParts(of operation: KeyOperation) {
        for part in operation.firstPart..<operation.firstPart + operation.partCount {
            join(parts[Int(operation.firstPart)].key, parts[Int(part)].key)
        }
    }

    /// Bytes that are no request to this codec may still be one to the server.
    private mutating func excludeKeysOfUnreadableRequests(_ reading: Reading) {
        for conversation in reading.evidence.conversations {
            guard let rest = conversation.malformedRequest else { continue }
            guard rest.unread <= Self.maximumSearchedBytes, keys.count <= Self.maximumSearchedKeys else {
                exclusionOfAll = exclusionOfAll ?? "\(conversation.name) sent \(rest.unread) bytes that are no request"
                continue
            }
            for key in 0..<keys.count where Self.contains(rest.rest, keys.bytes(key)) {
                exclusion[key] = .unreadableRequest
            }
        }
    }

    static let maximumSearchedBytes = 64 << 10
    static let maximumSearchedKeys = 64

    private static func contains(_ bytes: [UInt8], _ key: ArraySlice<UInt8>) -> Bool {
        guard let first = key.first, bytes.count >= key.count else { return key.isEmpty }
        for start in 0...(bytes.count - key.count) where bytes[start] == first {
            if bytes[start..<start + key.count] == key { return true }
        }
        return false
    }
}
