/// The sequential objects that histories can be checked against by name.
public enum CheckModel: String, Sendable, CaseIterable {
    /// One register, or one per key.
    case register
    /// The same; for files that say so.
    case kv
    /// A register with compare-and-set.
    case cas
    /// A counter whose increment returns the new value; tickets and sequence numbers too.
    case counter
    /// A counter whose increment returns nothing.
    case blindCounter = "blind-counter"
    /// A set.
    case set
    /// A first-in first-out queue.
    case queue
    /// A last-in first-out stack; always by search.
    case stack
    /// An unordered queue.
    case bag
    /// A lock.
    case mutex
    /// Permits that anyone may give back; with one of them, a lock without an owner.
    case semaphore
    /// A log of values by offset.
    case log
    /// A text, or one per key, that can be appended to and is empty at first; always by search.
    case text
    /// Accounts between which money is moved; always by search.
    case bank
    /// Transactions on several keys, one after the other: by the graph of who comes before whom, else by search.
    case txn

    /// Names that mean one of the models.
    private static let aliases: [String: CheckModel] = [
        "key-value": .kv, "cas-register": .cas, "ticket": .counter, "tickets": .counter, "sequence": .counter,
        "total-queue": .bag, "unordered-queue": .bag, "multiset": .bag, "unowned-mutex": .semaphore,
        "binary-semaphore": .semaphore, "string": .text, "string-store": .text, "append-kv": .text,
        "transactions": .txn, "multi-register": .txn, "list-append": .txn, "rw-register": .txn, "set-full": .set,
        "fifo": .queue, "fifo-queue": .queue, "lifo": .stack, "lock": .mutex, "offsets": .log,
    ]

    /// The model of this name, or nil.
    public init?(name: String) {
        guard let model = CheckModel(rawValue: name) ?? Self.aliases[name] else { return nil }
        self = model
    }

    /// `register, kv, …`: for help and error messages.
    public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
