/// What a connection has said since MULTI: it waits for EXEC, or DISCARD forgets it.
struct TransactionQueue {
    /// What becomes of a request that is about transactions.
    enum Decision {
        case answer(Reply)
        case execute([KeyValueRequest])
    }

    /// Nil outside a transaction.
    private var requests: [KeyValueRequest]?
    private var bytes = 0
    private var isRefused = false

    /// Decides on MULTI, EXEC and DISCARD; nil for any other request.
    mutating func steer(_ name: [UInt8], _ words: [[UInt8]]) -> Decision? {
        guard let word = Self.words[name] else { return nil }
        guard words.count == 1 else {
            refuse()
            return .answer(.wrongNumber(of: name))
        }
        switch word {
        case .multi:
            guard requests == nil else { return .answer(.failure("ERR MULTI calls can not be nested")) }
            requests = []
            return .answer(.ok)
        case .discard:
            guard requests != nil else { return .answer(.failure("ERR DISCARD without MULTI")) }
            self = TransactionQueue()
            return .answer(.ok)
        case .exec:
            guard let requests else { return .answer(.failure("ERR EXEC without MULTI")) }
            defer { self = TransactionQueue() }
            guard !isRefused else {
                return .answer(.failure("EXECABORT Transaction discarded because of previous errors."))
            }
            return .execute(requests)
        }
    }

    /// Takes note of a request that was answered with an error: its transaction will not be executed.
    mutating func refuse() { isRefused = requests != nil }

    /// Queues a request in a transaction, and says so; nil outside one.
    mutating func add(_ request: KeyValueRequest) -> Reply? {
        guard requests != nil else { return nil }
        bytes += request.words.reduce(0) { $0 + $1.count }
        guard bytes <= Limits.transactionBytes else {
            refuse()
            return .failure("ERR the transaction is longer than \(Limits.transactionBytes) bytes")
        }
        requests?.append(request)
        return .simple(Array("QUEUED".utf8))
    }

    private enum Word: String, CaseIterable {
        case multi = "MULTI"
        case exec = "EXEC"
        case discard = "DISCARD"
    }

    private static let words = Dictionary(uniqueKeysWithValues: Word.allCases.map { (Array($0.rawValue.utf8), $0) })
}
