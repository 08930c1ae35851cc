import Capture
import Wire

/// Evidence with each exchange understood as far as its protocol allows: what all oracles share, made once.
package struct Reading: Sendable {
    package let evidence: Evidence
    /// What requests and replies mean, with what was learned of them.
    package private(set) var meaning: any Meaning
    /// All exchanges, conversation after conversation.
    package private(set) var calls: [Call] = []
    /// Where each conversation's calls begin; one more than conversations.
    package private(set) var starts: [Int] = [0]
    /// Of each conversation, where the calls begin that get no reply: they stand behind all others.
    private var silentStarts: [Int] = []
    private var silentCalls: [Call] = []
    /// The words of requests, as ranges of their bytes.
    package private(set) var words = WordRanges()
    /// The words of one request.
    private var scratch: [Range<Int>] = []
    /// Conversations with something that is not plainly right.
    private(set) var suspicious: [Int] = []
    /// Whether it is certain which reply answers which request, by conversation.
    package private(set) var isPaired: [Bool] = []
    /// The longest that anybody waited for a reply and got it, in a capture: its server may be as slow again.
    private(set) var slowestReplyNanoseconds: Int64 = 0
    /// What was not judged, and why.
    private(set) var notes: [String] = []
    /// What is odd, and no fault.
    private(set) var remarks = Remarks()

    /// - Complexity: O(bytes).
    init(_ evidence: Evidence) {
        self.evidence = evidence
        meaning = evidence.codec.spoken.meaning(of: evidence)
        var total = 0
        for conversation in evidence.conversations { total += conversation.exchanges.count }
        calls.reserveCapacity(total)
        starts.reserveCapacity(evidence.conversations.count + 1)
        words.reserveCapacity(meaning.wordsPerRequest * total)
        for index in evidence.conversations.indices { read(index) }
        let answered = calls.count
        for index in silentStarts.indices { silentStarts[index] += answered }
        calls += silentCalls
        silentCalls = []
        var whole = meaning
        whole.finish(self)
        meaning = whole
        for index in evidence.conversations.indices { compare(index) }
    }

    /// The calls of one conversation.
    package func range(_ conversation: Int) -> Range<Int> {
        starts[conversation]..<starts[conversation + 1]
    }

    /// Where a call stands in `calls`.
    package func index(of call: Call) -> Int {
        Int(call.exchange) + (call.isSilent ? silentStarts : starts)[Int(call.conversation)]
    }

    /// The calls of a conversation in the order of its stream.
    func stream(_ conversation: Int) -> ArraySlice<Call> {
        let answered = calls[range(conversation)]
        let silent = evidence.conversations[conversation].silent
        guard !silentStarts.isEmpty, !silent.isEmpty else { return answered }
        var all: [Call] = []
        var next = 0
        func take(upTo position: Int) {
            while next < silent.count, silent[next].position <= position {
                all.append(calls[silentStarts[conversation] + next])
                next += 1
            }
        }
        for (position, call) in answered.enumerated() {
            take(upTo: position)
            all.append(call)
        }
        take(upTo: .max)
        return all[...]
    }

    /// Takes apart what a conversation asked and was answered.
    private mutating func read(_ index: Int) {
        let silent = meaning.readsSilent ? evidence.conversations[index].silent : []
        var next = 0
        if meaning.readsSilent { silentStarts.append(silentCalls.count) }
        for (position, exchange) in evidence.conversations[index].exchanges.enumerated() {
            while next < silent.count, silent[next].position <= position {
                readSilent(silent[next].request, index, next)
                next += 1
            }
            var call = Call(conversation: Int32(index), exchange: Int32(position))
            if let reply = exchange.reply { call.head = meaning.head(of: reply) }
            read(&call, exchange)
            if let head = call.head, let reply = exchange.reply, let oddity = meaning.oddity(head) {
                remarks.add(oddity, name(index), packet: reply.first.number)
            }
            calls.append(call)
        }
        while next < silent.count {
            readSilent(silent[next].request, index, next)
            next += 1
        }
        starts.append(calls.count)
    }

    private mutating func readSilent(_ request: Message, _ conversation: Int, _ position: Int) {
        var call = Call(conversation: Int32(conversation), exchange: Int32(position))
        call.isSilent = true
        read(&call, Exchange(request: request, reply: nil))
        silentCalls.append(call)
    }

    private mutating func read(_ call: inout Call, _ exchange: Exchange) {
        call.firstWord = min(words.count, Call.maximumWords)
        scratch.removeAll(keepingCapacity: true)
        meaning.read(&call, exchange, &scratch)
        guard scratch.count <= Call.maximumWords - words.count else {
            call.isOpaque = true
            return
        }
        call.wordCount = scratch.count
        words.append(scratch)
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
                if !meaning.fits(call, exchange.request, call.head, reply, self) { clean = false }
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

    /// A reply that was captured clearly before its request was complete answers something else, unless it refuses it, or
    /// acknowledges the request: then the capture has the two in the wrong order.
    package func precedes(_ reply: Message, _ request: Message, isError: Bool) -> Bool {
        guard reply.first.number < request.last.number, !isError,
            request.last.time.nanoseconds - reply.first.time.nanoseconds > Self.captureInversionNanoseconds
        else { return false }
        return reply.acknowledged.map { $0 < request.offset + request.bytes.count } ?? true
    }

    /// Two packets may be captured in the wrong order by about this much where there is more than one CPU.
    private static let captureInversionNanoseconds: Int64 = 50_000
}
