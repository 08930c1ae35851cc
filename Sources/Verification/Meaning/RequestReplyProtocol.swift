public import Wire

/// A protocol of your own, in which each request gets one reply.
///
/// `WireCodec` says how streams are cut into messages. What is said here tells the oracles what messages mean: which
/// reply answers which request, what was refused, and what was done to which object. Each question has a default, which
/// is right where nothing is known; without any answer, missing replies, hangs and crashes are still found.
///
///     struct Counters: RequestReplyProtocol {
///         let name = "counters"
///         func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing { Lines.frame(bytes) }
///         func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { Lines.encode(words) }
///
///         func operation(of request: [UInt8]) -> ObjectOperation? {
///             let words = Lines.words(of: request)
///             guard words.count == 2, command(of: request) == "ADD" else { return nil }
///             return ObjectOperation(request[words[1]], .add(1))
///         }
///
///         func answer(_ reply: [UInt8], to request: [UInt8]) -> Answer? {
///             Int(String(decoding: reply.dropLast(), as: UTF8.self)).map { .number($0) }
///         }
///     }
///
/// It is a pure value: what it answers depends on its arguments alone, and it is asked from several threads. Bytes of
/// messages come from anybody: do not trust their form. An object that nobody has written to or counted does not exist:
/// answers about it are `.nothing`, also where a server writes a 0.
public protocol RequestReplyProtocol: WireCodec {
    /// What generated scenarios say; nil where a campaign runs only scenarios that somebody has written.
    var vocabulary: Vocabulary? { get }

    /// What a request asks of which object; nil where it asks nothing of any, or nothing is known of what it does.
    ///
    /// It says so by the request alone: whether it was done, the reply tells.
    func operation(of request: [UInt8]) -> ObjectOperation?

    /// Whether a request may change objects that it does not name, as one of which nothing is known: unless it is refused, no
    /// object is judged then.
    func mayChangeAnything(_ request: [UInt8]) -> Bool

    /// Whether, and how, a reply says that nothing was done; nil for one that answers. A refusal may answer any request.
    func refusal(in reply: [UInt8]) -> Refusal?

    /// What a reply that refuses nothing answers to a request; nil where the request cannot get it: then it is somebody
    /// else's reply, or damaged.
    func answer(_ reply: [UInt8], to request: [UInt8]) -> Answer?

    /// The bytes of a request that its reply repeats, a tag or a value: where they are unique, a reply names its request,
    /// and one that reaches another client names both. Nil where nothing is repeated.
    func tag(ofRequest request: [UInt8]) -> Range<Int>?

    /// The bytes of a reply that repeat some of its request; nil where nothing is.
    func tag(ofReply reply: [UInt8]) -> Range<Int>?

    /// What is asked for, the same for all values: `ADD`. Findings are told apart by it.
    func command(of request: [UInt8]) -> String

    /// Whether some replies tell versions of objects: only then is `version(told:to:)` asked.
    var tellsVersions: Bool { get }

    /// The version that a reply tells of the object that its request asks about; nil where it tells none.
    func version(told reply: [UInt8], to request: [UInt8]) -> ObjectVersion?

    /// Whether a request may wait for what other clients do, as long as it likes.
    func mayWait(_ request: [UInt8]) -> Bool

    /// A message in words, as people are told it: without its frame, and readable where its bytes are not; nil where its bytes are as
    /// good.
    func words(of message: [UInt8], from role: Role) -> String?
}

/// What a request asks of one object: a key, an account, a ticket machine.
public struct ObjectOperation: Sendable, Equatable {
    /// The object's name, which tells it from all others.
    public var object: [UInt8]
    /// What is done to it.
    public var effect: Effect

    /// Creates an operation.
    public init(_ object: some Collection<UInt8>, _ effect: Effect) {
        self.object = Array(object)
        self.effect = effect
    }

    /// What can be done to an object, which holds a value, a text or a number, or does not exist. Each kind says which
    /// `Answer` it gets; `.acknowledged` suits all that change something, and says no more than that it was done.
    public enum Effect: Sendable, Equatable {
        /// Nothing: `.value`, `.number` or `.nothing` tells what it holds.
        case read
        /// It holds this afterwards.
        case write([UInt8])
        /// It holds this afterwards if it did not exist: `.number(1)`, else `.number(0)`.
        case writeIfAbsent([UInt8])
        /// It holds this afterwards: `.value`, `.number` or `.nothing` tells what it held.
        case swap([UInt8])
        /// It does not exist afterwards: `.value`, `.number` or `.nothing` tells what it held.
        case take
        /// It counts up or, with a negative number, down, from 0 if it did not exist: `.number` tells the sum.
        case add(Int)
        /// It holds this afterwards, if it held what is expected: `.number(1)`, else `.number(0)`.
        case compareAndSet(expected: [UInt8], [UInt8])
        /// It holds the value afterwards, if it still had the version: `.number(1)` or `.acknowledged`, else `.refused`.
        case writeIfVersion([UInt8], [UInt8])
        /// What it holds goes on with this, also where it did not exist: `.number` tells its length in bytes.
        case append([UInt8])
        /// It does not exist afterwards: `.number(1)` where it did, else `.number(0)`.
        case remove
        /// Nothing: `.number(1)` where it exists, else `.number(0)`.
        case exists
        /// Something that none of the others is: nothing is judged of this object.
        case unknown
    }
}

/// What a reply says.
public enum Answer: Sendable, Equatable {
    /// A value.
    case value([UInt8])
    /// A number: a sum, or 1 for yes and 0 for no. A value that is the decimal text of a number is that number.
    case number(Int)
    /// There is no such object.
    case nothing
    /// Done, and nothing else.
    case acknowledged
    /// Nothing was done, in words that this request alone may be told; those that any may are `refusal(in:)`.
    case refused
    /// Nobody knows whether it was done: the server gave up in the middle.
    case uncertain
}

/// How a server says that it has done nothing.
public enum Refusal: Sendable, Equatable {
    /// Not this time: busy, forbidden, out of range.
    case refused
    /// Never: it does not know the command, which is drawn no more then, and no finding.
    case unknownCommand
}

extension RequestReplyProtocol {
    /// Nil.
    public var vocabulary: Vocabulary? { nil }
    /// Yes: an operation of one client may show in the reply of another.
    public var hasSharedState: Bool { true }
    /// Nil.
    public func operation(of request: [UInt8]) -> ObjectOperation? { nil }
    /// Nil.
    public func refusal(in reply: [UInt8]) -> Refusal? { nil }
    /// Any reply acknowledges.
    public func answer(_ reply: [UInt8], to request: [UInt8]) -> Answer? { .acknowledged }
    /// Nil.
    public func tag(ofRequest request: [UInt8]) -> Range<Int>? { nil }
    /// No.
    public func mayChangeAnything(_ request: [UInt8]) -> Bool { false }
    /// No.
    public var tellsVersions: Bool { false }
    /// Nil.
    public func version(told reply: [UInt8], to request: [UInt8]) -> ObjectVersion? { nil }
    /// No.
    public func mayWait(_ request: [UInt8]) -> Bool { false }
    /// Nil.
    public func words(of message: [UInt8], from role: Role) -> String? { nil }
    /// Nil.
    public func tag(ofReply reply: [UInt8]) -> Range<Int>? { nil }
    /// The letters, digits, hyphens and underscores that it begins with; the protocol's name without any.
    public func command(of request: [UInt8]) -> String {
        let word = request.prefix { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        return word.isEmpty ? name : String(decoding: word.prefix(Self.longestCommand), as: UTF8.self)
    }
}

extension RequestReplyProtocol {
    /// The longest name that is taken from a request. Bytes.
    private static var longestCommand: Int { 24 }
}
