package import Verification
package import Wire

extension MemcachedCodec: WireProtocol {
    package func meaning(of evidence: Evidence) -> any Meaning {
        MemcachedMeaning(versions: MemcachedVersions(areUnique: evidence.source == .target))
    }

    package func begins(_ bytes: [UInt8], from role: Role) -> Bool {
        let word = MemcachedReply.firstWord(bytes.span, from: 0, to: bytes.count)
        let name = String(decoding: bytes[word.prefix(Self.longestWord)], as: UTF8.self)
        guard word.count < bytes.count else { return Self.mayBecomeWord(name, from: role) }
        if role == .client { return MemcachedCommand.named(bytes, word) != nil }
        return MemcachedReply.kind(bytes.span, word) != .other
    }

    private static func mayBecomeWord(_ beginning: String, from role: Role) -> Bool {
        role == .client
            ? MemcachedCommand.table.contains { $0.name.hasPrefix(beginning) }
            : MemcachedReply.words.contains { String(describing: $0.text).hasPrefix(beginning) }
                || beginning.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// No word of memcached's is longer.
    private static let longestWord = 32

    package func likeness(of request: [UInt8]) -> Likeness {
        let word = MemcachedReply.firstWord(request.span, from: 0, to: request.count)
        return MemcachedCommand.named(request, word) == nil ? .doubtful : .shared
    }

    package func repeats(_ exchange: Exchange) -> Bool {
        guard let reply = exchange.reply else { return false }
        let request = exchange.request.bytes
        let word = MemcachedReply.firstWord(request.span, from: 0, to: request.count)
        let kind = MemcachedMeaning.kind(of: reply.bytes)
        guard let command = MemcachedCommand.named(request, word) else {
            return !kind.isDisjoint(with: MemcachedReply.Kinds.errors)
        }
        return command.replies.contains(kind)
    }
}

/// Commands of memcached: a call's `command` is its place in `MemcachedCommand.table`. Its words are those of its line, and
/// after them the value that it stores.
struct MemcachedMeaning: Meaning {
    /// What stands against judging single keys.
    private(set) var traits = MemcachedTraits()
    /// The values that versions were told of.
    private(set) var versions: MemcachedVersions
    private(set) var isInterfered = false
    private var stream = Stream()

    init(versions: MemcachedVersions) {
        self.versions = versions
    }

    /// What was sent on the connection that is being read, and has no reply of its own.
    private struct Stream {
        var conversation: Int32 = -1
        var sawSilent = false
        var sawQuiet = false
    }

    var wordsPerRequest: Int { 4 }
    var judgesReplies: Bool { true }
    var readsSilent: Bool { true }
    var meeting: MeetingPlace { .objects }
    var absence: String { "nothing" }

    // MARK: Reading

    static func kind(of reply: [UInt8]) -> MemcachedReply.Kinds {
        MemcachedReply.kind(reply.span, MemcachedReply.firstWord(reply.span, from: 0, to: reply.count))
    }

    func head(of reply: Message) -> ReplyHead? {
        let bytes = reply.bytes
        let word = MemcachedReply.firstWord(bytes.span, from: 0, to: bytes.count)
        let kind = MemcachedReply.kind(bytes.span, word)
        var head = ReplyHead(isError: !kind.isDisjoint(with: MemcachedReply.Kinds.errors))
        head.kind = kind.place
        head.body = word
        if kind == .number {
            // Beyond what 63 bits hold it is not modelled.
            head.number = MemcachedLine.number(bytes.span, word, limit: Int.max - 1) ?? Int.max
        }
        return head
    }

    mutating func read(_ call: inout Call, _ exchange: Exchange, _ words: inout [Range<Int>]) {
        let bytes = exchange.request.bytes
        MemcachedLine.appendWords(of: bytes.span, to: &words)
        guard let name = words.first else {
            call.isOpaque = true
            return
        }
        call.command = MemcachedCommand.place(bytes.span, name)
        let command = MemcachedCommand.at(call.command)
        call.endsPairing = command.endsPairing
        if command.name == "shutdown" { isInterfered = true }
        if command.stores { appendValue(command, bytes, &call, &words) }
        followStream(call, command, bytes, words)
        if stream.sawQuiet || (stream.sawSilent && !call.isSilent && call.head?.isError ?? false) {
            // Whose reply comes next is not certain.
            call.endsPairing = true
        }
        // Who refuses to store may read the value as requests, and refuse each.
        if command.stores, let head = call.head, head.isError { call.endsPairing = true }
        // An error of what went before would have come in its place.
        if !call.isSilent, let head = call.head, !head.isError { stream.sawSilent = false }
        traits.note(command, bytes, words)
        if let reply = exchange.reply { versions.note(reply.bytes, call) }
    }

    /// Where the value lies; a request without one is answered with an error, and its data read as requests.
    private func appendValue(
        _ command: MemcachedCommand, _ bytes: [UInt8], _ call: inout Call, _ words: inout [Range<Int>]
    ) {
        guard case .success(let end) = MemcachedLine.end(of: bytes.span, from: 0), end < bytes.count,
            bytes.suffix(2).elementsEqual([0x0D, 0x0A])
        else {
            call.isOpaque = true
            call.endsPairing = true
            return
        }
        words.append(end..<bytes.count - 2)
    }

    private mutating func followStream(
        _ call: Call, _ command: MemcachedCommand, _ bytes: [UInt8], _ words: [Range<Int>]
    ) {
        if stream.conversation != call.conversation { stream = Stream(conversation: call.conversation) }
        guard call.isSilent else { return }
        stream.sawSilent = true
        if command.isMeta { stream.sawQuiet = true }
    }

    // MARK: Which reply fits

    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        fitsShape(call, request, head, reply, reading)
            && !reading.precedes(reply, request, isError: head?.isError ?? false)
    }

    func fitsShape(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        guard let head else { return false }
        if head.isError || call.command == 0 { return true }
        let command = MemcachedCommand.at(call.command)
        let kind = MemcachedReply.Kinds(place: head.kind)
        guard command.replies.contains(kind) else { return false }
        switch command.effect {
        case .get, .gat:
            let first = command.effect == .get ? 1 : 2
            return Self.namesOnly(keys(call, first, reading), of: request.bytes, in: reply.bytes)
        case .metaGet, .metaSet, .metaDelete, .metaArithmetic:
            return repeatsFlags(call, request, kind, reply, reading)
        default: return true
        }
    }

    /// The keys that a request names from a word on.
    func keys(_ call: Call, _ first: Int, _ reading: Reading) -> Slice<WordRanges> {
        let start = call.firstWord + min(first, call.wordCount)
        return reading.words[start..<call.firstWord + call.wordCount]
    }

    /// Whether all values of a reply are of these keys.
    ///
    /// - Complexity: O(bytes) where they come in the order of the keys.
    private static func namesOnly(_ keys: Slice<WordRanges>, of request: [UInt8], in reply: [UInt8]) -> Bool {
        var words: [Range<Int>] = []
        var start = 0
        var next = keys.startIndex
        var all: Set<ArraySlice<UInt8>>?
        while let (block, end) = MemcachedBlock.read(reply.span, at: start, &words) {
            start = end
            let key = reply[block.key]
            while next < keys.endIndex, request[keys[next]] != key { next += 1 }
            if next < keys.endIndex { continue }
            // In another order, as some servers do.
            let known = all ?? Set(keys.map { request[$0] })
            all = known
            guard known.contains(key) else { return false }
        }
        return true
    }

    /// An opaque token and a key that a request wants repeated; a miss need not repeat them.
    private func repeatsFlags(
        _ call: Call, _ request: Message, _ kind: MemcachedReply.Kinds, _ reply: Message, _ reading: Reading
    ) -> Bool {
        guard let own = opaque(call, request.bytes, reading) else { return true }
        guard let told = Self.flag(UInt8(ascii: "O"), in: reply.bytes, from: kind == .metaValue ? 2 : 1) else {
            return true
        }
        return request.bytes[own] == reply.bytes[told]
    }

    /// The opaque token of a meta command.
    private func opaque(_ call: Call, _ bytes: [UInt8], _ reading: Reading) -> Range<Int>? {
        let command = MemcachedCommand.at(call.command)
        guard command.isMeta, !call.isOpaque else { return nil }
        let flags = keys(call, command.firstFlag, reading)
        guard let word = flags.first(where: { !$0.isEmpty && bytes[$0.lowerBound] == UInt8(ascii: "O") }) else {
            return nil
        }
        return word.lowerBound + 1..<word.upperBound
    }

    /// What stands behind a flag in a line of meta words.
    static func flag(_ letter: UInt8, in reply: [UInt8], from first: Int) -> Range<Int>? {
        var words: [Range<Int>] = []
        MemcachedLine.appendWords(of: reply.span, to: &words)
        guard let word = words.dropFirst(first).first(where: { reply[$0.lowerBound] == letter }) else { return nil }
        return word.lowerBound + 1..<word.upperBound
    }

    func token(of call: Call, _ reading: Reading) -> Range<Int>? {
        guard !call.isSilent else { return nil }
        return opaque(call, reading.request(call).bytes, reading)
    }

    func token(ofReply reply: Message, _ head: ReplyHead?) -> Range<Int>? {
        guard let head else { return nil }
        let kind = MemcachedReply.Kinds(place: head.kind)
        let metas: MemcachedReply.Kinds = [.metaDone, .metaValue, .metaNotFound, .metaNotStored, .metaExists]
        guard metas.contains(kind) else { return nil }
        return Self.flag(UInt8(ascii: "O"), in: reply.bytes, from: kind == .metaValue ? 2 : 1)
    }

    func isTelling(_ call: Call, _ reply: Message, _ reading: Reading) -> Bool {
        let kind = Self.kind(of: reply.bytes)
        return kind == .value ? reply.bytes.count > 5 : kind == .metaValue
    }

    // MARK: Ends

    func mayClose(before request: Int, _ dialogue: Dialogue) -> Bool {
        if dialogue.heads.last??.isError ?? false { return true }
        return dialogue.calls.prefix(request).contains { MemcachedCommand.at($0.command).isSilent }
    }

    /// An error also answers what asked for no reply.
    func mayComeUnasked(_ head: ReplyHead) -> Bool { head.isError }

    // MARK: For people

    func label(_ call: Call, _ reading: Reading) -> String {
        guard call.wordCount > 0 else { return "request \(call.exchange + 1)" }
        let bytes = reading.request(call).bytes
        let words = reading.words[call.firstWord..<call.firstWord + min(2, call.wordCount)]
        return words.map { Reading.text(bytes[$0]) }.joined(separator: " ")
    }

    func commandName(_ call: Call, _ reading: Reading) -> String {
        call.command == 0 ? "command" : MemcachedCommand.at(call.command).name
    }

    func answer(_ reply: Message, _ head: ReplyHead?) -> String {
        if let block = MemcachedBlock.all(reply.bytes).first { return Reading.text(reply.bytes[block.body]) }
        return Reading.text(reply.bytes.prefix { $0 != 0x0D })
    }

    func name(_ kind: HardKind) -> String {
        switch kind {
        case .append: "append"
        case .delete: "delete"
        case .conditional: "add"
        default: kind.rawValue
        }
    }
}
