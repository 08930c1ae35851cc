import Documents
import Verification
import Wire

/// A request of a described protocol, and how it may be answered.
struct DescribedRequest: Sendable {
    var name: String
    /// Where the file speaks of it.
    var place: Document.Place
    var form: MessageTemplate
    /// What of it is not in its first line.
    var http: HTTPForm?
    var effect: DescribedEffect?
    /// What all requests without a key are about.
    var commonObject: [UInt8]?
    var replies: [DescribedReply] = []
    /// No reply is sent.
    var isSilent = false
    /// It may wait for other clients.
    var waits = false
    /// How often it is drawn.
    var weight: Int?

    /// The hole that names the object.
    var key: Int? { form.index(of: HoleName.key) }
}

/// The names of holes that mean something.
enum HoleName {
    static let key = "key"
    static let value = "value"
    static let step = "by"
    static let token = "token"
    static let expected = "expected"
    static let version = "version"
    static let result = "result"
}

/// One reply that a request may get.
struct DescribedReply: Sendable {
    var form: MessageTemplate
    var outcome: Outcome
    /// The hole with the object's version.
    var version: Int?
    /// The hole with what the object holds.
    var result: Int? { if case .done(.hole(let hole)) = outcome { hole } else { nil } }
    /// Holes of the request and of the reply that hold the same.
    var repeated: [(request: Int, reply: Int)] = []

    enum Outcome: Sendable, Equatable {
        case done(Result)
        /// Nothing was done.
        case refused
        /// Something may have been done.
        case uncertain
        case unknownCommand
    }

    enum Result: Sendable, Equatable {
        case acknowledged
        case hole(Int)
        case nothing
        case yes
        case no
        case number(Int)
    }
}

/// What a request does to its object, as `does` names it.
enum DescribedEffect: String, Sendable, CaseIterable {
    case read
    case write
    case writeIfAbsent = "write-if-absent"
    case swap
    case take
    case compareAndSet = "compare-and-set"
    case add
    case subtract
    case getAndAdd = "get-and-add"
    case append
    case delete
    case exists
    case unknown

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    /// What the generator takes it for.
    var drawn: RequestTemplate.Effect {
        switch self {
        case .read, .exists, .unknown: .read
        case .write, .writeIfAbsent, .compareAndSet: .write
        case .swap, .add, .subtract, .getAndAdd, .append: .change
        case .take, .delete: .remove
        }
    }

    /// Whether many of it make histories hard to judge.
    var isHard: Bool {
        switch self {
        case .writeIfAbsent, .swap, .take, .append, .delete: true
        default: false
        }
    }

    var counts: Bool {
        switch self {
        case .add, .subtract, .getAndAdd: true
        default: false
        }
    }

    /// Needs the hole `{value}`.
    var takesValue: Bool {
        switch self {
        case .write, .writeIfAbsent, .swap, .compareAndSet, .append: true
        default: false
        }
    }

    /// Whether the object holds the request's value afterwards, where it was done.
    var leavesItsValue: Bool {
        switch self {
        case .write, .writeIfAbsent, .swap, .compareAndSet: true
        default: false
        }
    }

    /// Usual share of what is drawn.
    var weight: Int {
        switch self {
        case .add, .subtract, .getAndAdd: 12
        case .write: 8
        case .read: 6
        case .compareAndSet, .writeIfAbsent: 6
        case .swap, .append: 4
        case .exists, .unknown: 2
        case .take, .delete: 2
        }
    }
}

/// What is written into a hole.
enum DescribedValue: Sendable, Equatable {
    /// A few bytes that occur nowhere else.
    case tokens
    /// Bytes that occur nowhere else, now and then many.
    case tokensOfAnyLength
    case numbers(ClosedRange<Int>)
    case oneOf([String])
}
