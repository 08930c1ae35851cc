import Wire

/// What the requests and replies of a protocol mean, with what was read of one piece of evidence.
///
/// All oracles ask it, and know no protocol themselves. Each question has a default, which is the answer of a protocol of
/// which nothing is known but that each request gets one reply. `request` and `reply` are places in a `Dialogue`.
package protocol Meaning: Sendable {
    // MARK: Reading

    /// About how many words a request has, for making room.
    var wordsPerRequest: Int { get }
    /// The head of a reply; nil where the protocol has none, or the bytes are none.
    func head(of reply: Message) -> ReplyHead?
    /// Whether requests that get no reply do something: then they are calls as well.
    var readsSilent: Bool { get }
    /// Takes apart what was asked and answered; `call.head` is set. `words` is empty, and gets the request's words.
    mutating func read(_ call: inout Call, _ exchange: Exchange, _ words: inout [Range<Int>])
    /// All calls are read: learns what only all of them show.
    mutating func finish(_ reading: Reading)
    /// What of a reply is not as the standard wants it, and clients understand; nil where all is.
    func oddity(_ head: ReplyHead) -> String?
    /// Somebody had the server wait with all clients, or let some of them go.
    var isInterfered: Bool { get }
    /// How requests were answered that a server may not support, by name.
    var methods: MethodUse { get }

    // MARK: Which reply fits

    /// Whether it can tell a right reply from a wrong one.
    var judgesReplies: Bool { get }
    /// Whether `reply` is an answer that the request may get, and did not come before it was asked.
    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool
    /// As `fits`, whatever the times.
    func fitsShape(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool
    /// The bytes of the request that its reply must repeat.
    func token(of call: Call, _ reading: Reading) -> Range<Int>?
    /// The bytes of a reply that repeat some of its request, where they may.
    func token(ofReply reply: Message, _ head: ReplyHead?) -> Range<Int>?
    /// Tokens are meant to name their request, however short they are.
    var tokensAreTags: Bool { get }
    /// Whose reply it is by what it holds, where tokens do not tell.
    func owner(of reply: Message, _ head: ReplyHead?, _ reading: Reading) -> ExchangeReference?
    /// Whether a reply that fits says something of its request: many may be answered alike.
    func isTelling(_ call: Call, _ reply: Message, _ reading: Reading) -> Bool
    /// Whether a reply is a piece of what another client sent.
    func isPiece(_ reply: [UInt8], ofRequest request: [UInt8]) -> Bool

    // MARK: What a reply should have been

    /// All bytes of the only reply that the request may get but for an error, where there is only one.
    func onlyReply(to call: Call, _ reading: Reading) -> [UInt8]?
    /// All replies that a request may get, as far as the evidence tells, in the form in which `raw` begins.
    func expectedReplies(_ request: Int, like raw: [UInt8]?, _ dialogue: Dialogue) -> [[UInt8]]
    /// How long a reply is by its beginning. Bytes.
    func announcedLength(_ bytes: [UInt8]) -> Int?
    /// Where the contents of `raw`, a reply to a request, begin, and how many bytes it announces, its end included.
    func announcedBody(_ request: Int, _ raw: [UInt8], _ dialogue: Dialogue) -> (start: Int, length: Int)?
    /// Whether a reply may begin there.
    func mayBeginReply(_ raw: [UInt8], at offset: Int) -> Bool
    /// What all replies begin with; nil where they differ.
    var beginningOfReplies: [UInt8]? { get }
    /// Whether such a reply shows where a stream goes on; one that fits any request does not.
    func showsPlace(_ head: ReplyHead?) -> Bool
    /// Whether the beginning of a reply can be that of a refusal, which any request may get.
    func mayBeginRefusal(_ bytes: [UInt8]) -> Bool

    // MARK: Ends and silence

    /// Whether the server may close, or say no more, without having broken anything: it was asked to, or it refused.
    func mayClose(before request: Int, _ dialogue: Dialogue) -> Bool
    /// Whether a request may wait for other clients as long as it likes.
    func mayBlock(_ call: Call, _ reading: Reading) -> Bool
    /// Whether an error is one with which a server turns a client away unasked.
    func mayComeUnasked(_ head: ReplyHead) -> Bool
    /// Whether a reply that is not whole may stay so for as long as the server likes.
    func isOpenEnded(_ partial: Message) -> Bool
    /// Whether a reset may have destroyed the rest of a reply.
    func mayBreakOff(_ request: Int, _ partial: Message, _ dialogue: Dialogue) -> Bool

    // MARK: Replies that do not fit

    /// The name of another protocol that such bytes in place of a reply are of.
    func otherProtocol(_ bytes: [UInt8]) -> String?
    /// Whether a reply is the one before, once more and earlier than its request was sent.
    func cameAgainTooEarly(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> Bool
    /// Whose reply it is by its head alone, whatever follows.
    func headOwner(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> ExchangeReference?
    /// Whether bytes in place of a reply are the contents that it should have: what comes before them is missing.
    func isHeadless(_ request: Int, _ bytes: [UInt8], _ dialogue: Dialogue) -> Bool
    /// Whose reply bytes are a piece of that are none themselves.
    func bodyOwner(of bytes: [UInt8], _ dialogue: Dialogue) -> ExchangeReference?
    /// Of which written values a wrong reply is made; a clause.
    func pieces(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> String?
    /// Whether a wrong reply would be right if somebody unseen had written something.
    func mayHoldAnything(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> Bool
    /// What is wrong where bytes that are no reply follow the reply to `request`.
    func strayContents(
        _ request: Int, _ malformed: Malformation, _ message: Message, _ dialogue: Dialogue
    ) -> Problem?

    // MARK: Objects

    /// Where clients meet.
    var meeting: MeetingPlace { get }
    /// Whether objects may be gone at a time that somebody set before the evidence begins.
    var objectsMayVanish: Bool { get }
    /// Adds what a call did to objects. `isPaired`: its reply is certainly its own.
    func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading, to history: inout KeyHistory)
    /// The object that a call names, though nothing is modelled of what it does to it; a range of the request.
    func object(of call: Call, _ reading: Reading) -> Range<Int>?
    /// A call by the words of the protocol; nil where it cannot be taken apart.
    func named(_ call: Call, _ reading: Reading) -> NamedRequest?
    /// What a call was answered.
    func named(_ reply: Message, _ head: ReplyHead?, _ values: inout HistoryValues) -> NamedAnswer

    // MARK: Channels

    /// Whether the evidence shows that clients published, or subscribed.
    var hasBroadcasts: Bool { get }
    /// Adds what a connection published, subscribed to, and was sent.
    func addBroadcasts(of conversation: Int, _ reading: Reading, to broadcasts: inout Broadcasts)

    // MARK: For people

    /// `INCR counter`, `request 3`: a call. Requests are counted from 1.
    func label(_ call: Call, _ reading: Reading) -> String
    /// `INCR`, `echo`: a call in a signature, the same for all values.
    func commandName(_ call: Call, _ reading: Reading) -> String
    /// Whether a request is written as the codec writes requests; other forms of it not all servers know.
    func isPlain(_ call: Call, _ reading: Reading) -> Bool
    /// A reply as it is told.
    func text(_ reply: Message) -> String
    /// A reply without its frame: the answer.
    func answer(_ reply: Message, _ head: ReplyHead?) -> String
    /// What is said for an object that does not exist.
    var absence: String { get }
    /// Whether a call was refused: an error that is no answer.
    func isRefusal(_ head: ReplyHead) -> Bool
    /// Whether a call got nothing but a refusal, or that there is nothing: many such replies test little.
    func gotNothing(_ call: Call, _ reading: Reading) -> Bool
    /// What operations of a kind are called.
    func name(_ kind: HardKind) -> String
}

/// Where the clients of a protocol meet.
package enum MeetingPlace: Sendable {
    /// Nowhere but on the server.
    case server
    /// On objects; on the server where no operation on any object was understood.
    case objectsIfAny
    /// On objects.
    case objects
}

extension Meaning {
    package var wordsPerRequest: Int { 0 }
    package var readsSilent: Bool { false }
    package func head(of reply: Message) -> ReplyHead? { nil }
    package mutating func read(_ call: inout Call, _ exchange: Exchange, _ words: inout [Range<Int>]) {}
    package mutating func finish(_ reading: Reading) {}
    package func oddity(_ head: ReplyHead) -> String? { nil }
    package var isInterfered: Bool { false }
    package var methods: MethodUse { MethodUse() }

    package var judgesReplies: Bool { false }
    package func fits(
        _ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading
    ) -> Bool { true }
    package func fitsShape(
        _ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading
    ) -> Bool { false }
    package func token(of call: Call, _ reading: Reading) -> Range<Int>? { nil }
    package func token(ofReply reply: Message, _ head: ReplyHead?) -> Range<Int>? { nil }
    package var tokensAreTags: Bool { false }
    package func owner(of reply: Message, _ head: ReplyHead?, _ reading: Reading) -> ExchangeReference? { nil }
    package func isTelling(_ call: Call, _ reply: Message, _ reading: Reading) -> Bool { true }
    package func isPiece(_ reply: [UInt8], ofRequest request: [UInt8]) -> Bool { false }

    package func onlyReply(to call: Call, _ reading: Reading) -> [UInt8]? { nil }
    package func expectedReplies(_ request: Int, like raw: [UInt8]?, _ dialogue: Dialogue) -> [[UInt8]] {
        onlyReply(to: dialogue.call(request), dialogue.reading).map { [$0] } ?? []
    }
    package func announcedLength(_ bytes: [UInt8]) -> Int? { nil }
    package func announcedBody(
        _ request: Int, _ raw: [UInt8], _ dialogue: Dialogue
    ) -> (start: Int, length: Int)? { nil }
    package func mayBeginReply(_ raw: [UInt8], at offset: Int) -> Bool { false }
    package var beginningOfReplies: [UInt8]? { nil }
    package func showsPlace(_ head: ReplyHead?) -> Bool { true }
    package func mayBeginRefusal(_ bytes: [UInt8]) -> Bool { false }

    package func mayClose(before request: Int, _ dialogue: Dialogue) -> Bool {
        dialogue.heads.last??.isError ?? false
    }
    package func mayBlock(_ call: Call, _ reading: Reading) -> Bool { false }
    package func mayComeUnasked(_ head: ReplyHead) -> Bool { false }
    package func isOpenEnded(_ partial: Message) -> Bool { false }
    package func mayBreakOff(_ request: Int, _ partial: Message, _ dialogue: Dialogue) -> Bool { false }

    package func otherProtocol(_ bytes: [UInt8]) -> String? { nil }
    package func cameAgainTooEarly(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> Bool { false }
    package func headOwner(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> ExchangeReference? { nil }
    package func isHeadless(_ request: Int, _ bytes: [UInt8], _ dialogue: Dialogue) -> Bool { false }
    package func bodyOwner(of bytes: [UInt8], _ dialogue: Dialogue) -> ExchangeReference? { nil }
    package func pieces(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> String? { nil }
    package func mayHoldAnything(_ request: Int, _ reply: Int, _ dialogue: Dialogue) -> Bool { false }
    package func strayContents(
        _ request: Int, _ malformed: Malformation, _ message: Message, _ dialogue: Dialogue
    ) -> Problem? { nil }

    package var meeting: MeetingPlace { .server }
    package var objectsMayVanish: Bool { false }
    package func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading, to history: inout KeyHistory
    ) {}
    package func object(of call: Call, _ reading: Reading) -> Range<Int>? { nil }
    package func named(_ call: Call, _ reading: Reading) -> NamedRequest? {
        NamedRequest(
            name: commandName(call, reading), arguments: [Array(Reading.withoutLineEnd(reading.request(call).bytes))])
    }
    package func named(_ reply: Message, _ head: ReplyHead?, _ values: inout HistoryValues) -> NamedAnswer {
        .value(values.code(bytes: Reading.withoutLineEnd(reply.bytes)))
    }

    package var hasBroadcasts: Bool { false }
    package func addBroadcasts(of conversation: Int, _ reading: Reading, to broadcasts: inout Broadcasts) {}

    package func label(_ call: Call, _ reading: Reading) -> String { "request \(call.exchange + 1)" }
    package func commandName(_ call: Call, _ reading: Reading) -> String { reading.evidence.codec.name }
    package func isPlain(_ call: Call, _ reading: Reading) -> Bool { true }
    package func text(_ reply: Message) -> String { Reading.text(reply.bytes) }
    package func answer(_ reply: Message, _ head: ReplyHead?) -> String { text(reply) }
    package var absence: String { "nothing" }
    package func isRefusal(_ head: ReplyHead) -> Bool { head.isError }
    package func gotNothing(_ call: Call, _ reading: Reading) -> Bool { call.head?.isError ?? false }
    package func name(_ kind: HardKind) -> String { kind.rawValue }
}
