import Capture
import Verification
import Wire

/// An exchange by its place in the evidence.
struct CallPlace: Hashable, Sendable {
    var conversation: Int32
    var exchange: Int32

    init(_ call: Call) { (conversation, exchange) = (call.conversation, call.exchange) }
}

/// What connections do between MULTI and EXEC: the state that a connection of Redis has.
struct RESPTransactions: Sendable {
    /// What one EXEC lets happen.
    struct Transaction: Sendable {
        /// The exchanges that were queued.
        var exchanges: [Int32] = []
        /// Those of WATCH that held.
        var watches: [Int32] = []
        /// The exchange of MULTI.
        var beginning: Int32
        /// Whether the evidence has its beginning.
        var isWhole = true
    }

    private(set) var executed: [CallPlace: Transaction] = [:]
    private var queued: Set<CallPlace> = []
    /// The connection that is being read, and what it has begun.
    private var conversation: Int32 = -1
    private var open: Transaction?
    private var watches: [Int32] = []

    func isQueued(_ place: CallPlace) -> Bool { !queued.isEmpty && queued.contains(place) }

    /// Takes note of a call; those of one connection come one after the other.
    mutating func read(_ call: Call, _ exchange: Exchange) {
        if call.conversation != conversation {
            (conversation, open, watches) = (call.conversation, nil, [])
        }
        let command = RESPCommand.table[call.command]
        guard command.effect == .transaction else {
            guard open != nil || Self.isQueued(call, exchange) else { return }
            return queue(call, exchange)
        }
        let isRefused = call.head?.isError ?? false
        switch call.command {
        case RESPCommand.multi where open == nil && !isRefused: open = Transaction(beginning: call.exchange)
        case RESPCommand.watch where open == nil && !isRefused: watches.append(call.exchange)
        case RESPCommand.unwatch where open == nil: watches = []
        case RESPCommand.exec:
            var transaction = open ?? Transaction(beginning: call.exchange, isWhole: isRefused)
            transaction.watches = watches
            executed[CallPlace(call)] = transaction
            (open, watches) = (nil, [])
        case RESPCommand.discard, RESPCommand.reset: (open, watches) = (nil, [])
        default: break
        }
    }

    private mutating func queue(_ call: Call, _ exchange: Exchange) {
        guard !(call.head?.isError ?? false) else { return }
        // What is answered at once was not queued: then nobody knows what the connection is in.
        let isQueued = exchange.reply == nil || Self.isQueued(call, exchange)
        if open == nil { open = Transaction(beginning: call.exchange, isWhole: false) }
        guard isQueued else {
            open?.isWhole = false
            return
        }
        queued.insert(CallPlace(call))
        open?.exchanges.append(call.exchange)
    }

    private static func isQueued(_ call: Call, _ exchange: Exchange) -> Bool {
        guard let head = call.head?.resp, let reply = exchange.reply else { return false }
        return RESPMeaning.isText("QUEUED", head, reply)
    }
}

extension RESPValue {
    /// Where the elements of an array lie in it; nil where it is none.
    static func elementRanges(_ bytes: Span<UInt8>) -> [Range<Int>]? {
        var cursor = RESPCursor(bytes: bytes)
        guard bytes.count > 0, bytes[0] == UInt8(ascii: "*"), let header = cursor.line(),
            let count = cursor.elementCount(header, depth: 0), count >= 0
        else { return nil }
        var ranges: [Range<Int>] = []
        for _ in 0..<count {
            let start = cursor.offset
            guard cursor.skipValue(depth: 1) else { return nil }
            ranges.append(start..<cursor.offset)
        }
        return ranges
    }
}

extension KeyHistory {
    /// What EXEC let happen at once.
    mutating func addTransaction(
        _ transaction: RESPTransactions.Transaction, _ call: Call, _ exchange: Exchange, isPaired: Bool,
        _ reading: Reading
    ) {
        let reply = isPaired ? exchange.reply : nil
        if reply != nil, let head = call.head?.resp, head.kind == .error || head.kind == .null { return }
        guard transaction.isWhole else {
            exclusionOfAll =
                exclusionOfAll ?? "a transaction was not captured whole (packet \(exchange.request.last.number))"
            return
        }
        var answers: [RESPAnswer]?
        if let reply, let ranges = RESPValue.elementRanges(reply.bytes.span),
            ranges.count == transaction.exchanges.count
        {
            let told = ranges.compactMap { range -> RESPAnswer? in
                let bytes = Array(reply.bytes[range])
                return RESPHead(bytes.span).map { RESPAnswer(bytes: bytes, head: $0) }
            }
            if told.count == ranges.count { answers = told }
        }
        var times = times(of: call, reading)
        setTimes(&times, exchange, completed: answers == nil ? nil : reply?.first.time)
        let range = reading.range(Int(call.conversation))
        appendAtomic(times) { [times] history in
            if answers != nil { history.addWatched(transaction, range, times, reading) }
            for (index, own) in transaction.exchanges.enumerated() {
                let queued = reading.calls[range.lowerBound + Int(own)]
                history.add(queued, reading.request(queued), answers?[index], times, reading)
            }
        }
    }

    /// What was read of watched keys since they were watched is still there when EXEC succeeds.
    private mutating func addWatched(
        _ transaction: RESPTransactions.Transaction, _ range: Range<Int>, _ times: KeyOperation, _ reading: Reading
    ) {
        var watched: [ArraySlice<UInt8>: Int32] = [:]
        for exchange in transaction.watches {
            let call = reading.calls[range.lowerBound + Int(exchange)]
            let bytes = reading.request(call).bytes
            for word in reading.words[call.firstWord..<call.firstWord + call.wordCount].dropFirst() {
                watched[bytes[word]] = watched[bytes[word]] ?? exchange
            }
        }
        guard let first = transaction.watches.first else { return }
        for exchange in first..<transaction.beginning {
            let call = reading.calls[range.lowerBound + Int(exchange)]
            guard RESPCommand.table[call.command].effect == .string(.get), call.wordCount == 2,
                let reply = reading.reply(call), let head = call.head?.resp
            else { continue }
            let bytes = reading.request(call).bytes
            let word = reading.words[call.firstWord + 1]
            guard let since = watched[bytes[word]], exchange > since,
                let cell = cell(RESPAnswer(bytes: reply.bytes, head: head))
            else { continue }
            var read = times
            (read.kind, read.key, read.result) = (.read, key(bytes, word), cell)
            append(read)
        }
    }
}
