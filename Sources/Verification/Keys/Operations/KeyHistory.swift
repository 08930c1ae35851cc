package import Capture
import Wire

/// What calls did to keys: the names of whatever a protocol has that is written and read.
package struct KeyHistory {
    package var operations: [KeyOperation] = []
    package var parts = KeyParts()
    package var keys = ByteInterner()
    package var values = ByteInterner()
    /// Why a key is not checked, by key; nil if it is.
    package var exclusion: [Exclusion?] = []
    /// Why no key is checked.
    package var exclusionOfAll: String?
    /// Requests answered as unknown, by name.
    package var unsupported: Set<String> = []
    /// Objects that have parts.
    var collections = KeyCollections()
    /// What removed all keys.
    var flushes: [KeyFlush] = []
    /// The steps of an operation that is being put together.
    var collected: [KeyOperation]?
    /// Keys joined by operations on several.
    private var parent: [Int32] = []

    package enum Exclusion: Hashable {
        case command(String)
        case oddReply
        case unreadableRequest
        /// It was used as two kinds of object.
        case severalKinds
        /// It may be gone at some time that nobody knows.
        case expires
        /// More parts than are told apart.
        case tooManyParts
        /// Its name is like that of a part.
        case strangeName

        /// Why, as a clause.
        var reason: String {
            switch self {
            case .command, .oddReply: "commands without a model touch them"
            case .unreadableRequest: "a request that cannot be read may touch them"
            case .severalKinds: "they were used as two kinds of object"
            case .expires: "they may be gone at some time"
            case .tooManyParts: "they have too many parts"
            case .strangeName: "their names are like those of parts of objects"
            }
        }
    }

    /// No keys.
    init() {}

    package mutating func key(_ bytes: [UInt8], _ range: Range<Int>) -> Int32 {
        let key = internedKey(bytes, range)
        if Self.isLikePart(bytes, range) { exclusion[Int(key)] = .strangeName }
        return key
    }

    mutating func internedKey(_ bytes: [UInt8], _ range: Range<Int>) -> Int32 {
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

    /// Adds an operation, unless it was not answered and tells nothing then.
    package mutating func append(_ operation: KeyOperation) {
        if collected != nil {
            collected?.append(operation)
        } else if operation.isAnswered || !operation.isIdleUnanswered {
            operations.append(operation)
        }
    }

    /// Adds what `body` does as one operation at the times of `whole`, and nothing between.
    package mutating func appendAtomic(_ whole: KeyOperation, _ body: (inout KeyHistory) -> Void) {
        guard collected == nil else { return body(&self) }
        collected = []
        body(&self)
        let steps = (collected ?? []).flatMap { onEachKey($0) }
        collected = nil
        guard let first = steps.first else { return }
        guard steps.count > 1 else { return append(first) }
        var operation = whole
        parts.makeAtomic(&operation, of: steps)
        joinParts(of: operation)
        append(operation)
    }

    /// Sets when an operation may have happened: from its request until `completed`, the time of its reply's packet.
    package func setTimes(_ operation: inout KeyOperation, _ exchange: Exchange, completed: Timestamp?) {
        operation.isAnswered = completed != nil
        operation.invoked = exchange.request.last.time.nanoseconds
        guard let reply = completed?.nanoseconds else { return }
        // A stamp taken on another processor may seem to come before; the interval holds both.
        operation.completed = max(reply, operation.invoked)
        operation.invoked = min(reply, operation.invoked)
    }

    /// Of what operations did, what makes it hardest to find their order.
    func hardestKind(_ events: [SearchEvent]) -> HardKind {
        let kinds = Set(events.map { operations[Int($0.operation)].kind })
        if !kinds.isDisjoint(with: [.append, .length, .extend, .extendFront]) { return .append }
        if !kinds.isDisjoint(with: [.writeMany, .readMany, .deleteMany, .existsMany, .putMany, .atomic]) {
            return .several
        }
        if !kinds.isDisjoint(with: [.pushLeft, .pushRight, .popLeft, .popRight]) { return .push }
        if !kinds.isDisjoint(with: [.delete, .take]) { return .delete }
        if !kinds.isDisjoint(with: [.writeIfAbsent, .replace, .swap, .compareAndSwap, .decrease, .exists]) {
            return .conditional
        }
        return .unanswered
    }

    package mutating func exclude(_ bytes: [UInt8], _ words: some Sequence<Range<Int>>) {
        for word in words {
            let key = Int(key(bytes, word))
            exclusion[key] = exclusion[key] ?? .command("")
        }
    }

    package mutating func joinParts(of operation: KeyOperation) {
        for part in parts.of(operation) { join(operation.key, part.key) }
    }
}

/// What makes an order of operations hard to find.
package enum HardKind: String, Sendable {
    case append = "appending"
    case push = "pushing and popping"
    case several = "operations on several keys"
    case delete = "deleting"
    case conditional = "writing on a condition"
    case unanswered = "what was not answered"
}
