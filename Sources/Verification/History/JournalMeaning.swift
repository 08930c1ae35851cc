/// What the values of a journal's events mean, by the function, and by how the whole journal uses them.
struct JournalMeaning {
    private let isKeyed: Bool
    /// Functions whose value some operation tells only in its answer.
    private var toldLate: Set<History.Function> = []
    /// All appends are answered with what they appended: that tells no offset.
    private var appendsEcho = false
    /// Locks are taken and given back under several names.
    private var locksHaveNames = false

    /// An operation as histories have it.
    struct Told {
        var function: History.Function
        var key = 0
        var argument = History.null
        var expected: Int?
        var result = History.null
        /// The answer says that there was no effect.
        var isRefused = false
    }

    /// Why there is no meaning.
    struct Refusal: Error {
        var reason: String
    }

    /// - Parameter locksCount: Numbers that locks are taken with are no names.
    init(_ operations: [Journal.Operation], isKeyed: Bool, locksCount: Bool, _ values: HistoryValues) {
        self.isKeyed = isKeyed
        var (appends, echoes) = (0, 0)
        var lock: Int?
        for operation in operations {
            let (_, asked, answered) = parts(operation, values)
            if operation.status == .ok, asked == History.null, let answered, answered != History.null {
                toldLate.insert(operation.function)
            }
            switch operation.function {
            case .append where operation.status == .ok:
                appends += 1
                if answered == asked { echoes += 1 }
            case .acquire, .release:
                guard asked != History.null, !locksCount || values[asked] != nil else { continue }
                if let lock, lock != asked { locksHaveNames = true }
                lock = asked
            default: break
            }
        }
        appendsEcho = appends > 0 && appends == echoes
    }

    /// What an operation did.
    func told(_ operation: Journal.Operation, _ values: inout HistoryValues) throws(Refusal) -> Told {
        let (key, asked, answered) = parts(operation, values)
        guard let key else {
            throw Refusal(reason: "the value \(values.words(operation.asked)) is no [key value]")
        }
        var told = Told(function: operation.function, key: key)
        told.argument = asked
        switch operation.function {
        case .compareAndSet: swap(&told, operation, asked, answered, &values)
        case .write, .enqueue, .push, .add, .remove:
            if asked == History.null, let answered, !isBool(answered, values) || operation.function == .write {
                told.argument = answered
            }
            if operation.status == .info, told.argument == History.null, toldLate.contains(operation.function) {
                name(&told, "\(values.words(operation.name)) of a value that only its answer would have told", &values)
            }
        case .acquire, .release:
            if locksHaveNames {
                name(&told, "\(values.words(operation.name)) of \(values.words(asked))", &values)
            }
        case .other: told.expected = operation.name
        default: break
        }
        guard operation.status == .ok, let answered else { return told }
        answer(&told, operation, answered, &values)
        return told
    }

    private func answer(
        _ told: inout Told, _ operation: Journal.Operation, _ answered: Int, _ values: inout HistoryValues
    ) {
        if told.function == .append, appendsEcho { return }
        if told.function == .compareAndSet, Self.pair(answered, values) != nil { return }
        if isKeyed, operation.key == nil, told.function.returnsValue, answered != History.null,
            Self.pair(operation.answered ?? History.null, values)?.0 != told.key
        {
            let name = values.words(operation.name)
            return self.name(&told, "\(name) answered \(values.words(answered)) without its key", &values)
        }
        switch HistoryAnswer(told.function, argument: told.argument, answer: answered, values, mayEcho: true) {
        case .result(let code): told.result = code
        case .refused: told.isRefused = true
        case .unknown: name(&told, "\(values.words(operation.name)) answered \(values.words(answered))", &values)
        }
    }

    /// Jepsen writes `[old new]`.
    private func swap(
        _ told: inout Told, _ operation: Journal.Operation, _ asked: Int, _ answered: Int?,
        _ values: inout HistoryValues
    ) {
        let written = asked == History.null ? answered ?? asked : asked
        guard let (old, new) = Self.pair(written, values) else {
            return name(&told, "\(values.words(operation.name)) of \(values.words(written)), not [old new]", &values)
        }
        (told.expected, told.argument) = (old, new)
    }

    /// Makes it an operation that no model knows.
    private func name(_ told: inout Told, _ name: String, _ values: inout HistoryValues) {
        told.function = .other
        told.expected = values.code(.text(ExactText(name)))
    }

    // MARK: Keys

    /// Key, value of the invocation and of the completion; no key where there is to be one and is none.
    private func parts(
        _ operation: Journal.Operation, _ values: HistoryValues
    ) -> (key: Int?, asked: Int, answered: Int?) {
        var answered = operation.answered
        // In a plain-text journal, what went wrong stands where the value does.
        if operation.status == .info, let told = answered, isWord(told, values) { answered = nil }
        guard isKeyed, operation.key == nil else { return (operation.key ?? 0, operation.asked, answered) }
        let end = answered.flatMap { Self.pair($0, values) }
        guard let begin = Self.pair(operation.asked, values) else {
            guard operation.asked == History.null, let end else {
                return (operation.function == .other ? 0 : nil, operation.asked, answered)
            }
            return (end.0, History.null, end.1)
        }
        return (begin.0, begin.1, end?.0 == begin.0 ? end?.1 : answered)
    }

    /// The two elements of a list of two.
    static func pair(_ code: Int, _ values: HistoryValues) -> (Int, Int)? {
        guard let elements = values.list(code), elements.count == 2 else { return nil }
        return (elements[elements.startIndex], elements[elements.startIndex + 1])
    }

    /// Whether each operation of a client has a key and a value: a list of two, of which the first is something and no
    /// list; for a compare-and-set the second is one of two.
    static func areKeyed(_ operations: [Journal.Operation], _ values: HistoryValues) -> Bool {
        operations.allSatisfy { operation in
            guard operation.key == nil, let (key, value) = pair(operation.asked, values) else { return false }
            guard key != History.null else { return false }
            guard values.list(key) == nil else { return false }
            return operation.function != .compareAndSet || pair(value, values) != nil
        }
    }

    private func isBool(_ code: Int, _ values: HistoryValues) -> Bool {
        if case .bool? = values.atom(code) { true } else { false }
    }

    private func isWord(_ code: Int, _ values: HistoryValues) -> Bool {
        switch values.atom(code) {
        case .keyword, .symbol: true
        default: false
        }
    }
}
