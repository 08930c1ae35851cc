/// Several keys read, written and appended to at once: a transaction takes effect as a whole, in one instant.
package struct TransactionSpecification: Specification {
    /// What a key holds: a value, or what was appended.
    public enum Item: Hashable, Sendable {
        /// The value last written.
        case value(Int)
        /// The values appended, in order.
        case list([Int])
    }

    /// The keys that hold something else than at first.
    public var initial: [Int: Item] = [:]
    private let values: HistoryValues
    /// What each key holds at first.
    private let first: Item?
    /// The values that answers show; nil where that is not known.
    private var shown: Set<Int>?

    /// Creates the specification; `values` tells what stands in the lists and maps of operations, and each key holds
    /// `first`, or nothing.
    public init(values: HistoryValues, first: Int = History.null) {
        self.values = values
        self.first = first == History.null ? nil : .value(first)
    }

    /// Creates the specification for one history, whose answers say which values matter.
    ///
    /// - Complexity: O(values shown).
    init(_ history: History) {
        self.init(values: history.values, first: history.initial ?? History.null)
        var shown: Set<Int> = []
        for row in 0..<history.count where history.statuses[row] == .ok {
            for step in MicroOperation.all(HistoryOperation(history, row), values) ?? [] where step.kind == .read {
                shown.insert(step.value)
                if let list = values.elements(of: step.value) { shown.formUnion(list) }
            }
        }
        self.shown = shown
    }

    /// The keys after `operation`.
    ///
    /// - Complexity: O(keys).
    public func apply(_ operation: HistoryOperation, to state: [Int: Item]) -> [Int: Item]? {
        var next = state
        return perform(operation, on: &next) ? next : nil
    }

    /// As `apply`, in place; false where `state` does not allow it, which then is of no more use.
    ///
    /// - Complexity: O(steps and values shown).
    func perform(_ operation: HistoryOperation, on state: inout [Int: Item]) -> Bool {
        guard let steps = MicroOperation.all(operation, values) else { return false }
        for step in steps {
            switch step.kind {
            case .read:
                guard !operation.isAnswered || shows(step.value, state[step.key] ?? first) else { return false }
            case .write:
                let item = Item.value(step.value)
                state[step.key] = item == first ?? .value(History.null) ? nil : item
            case .append:
                // Taken out, so that the list grows where it is.
                switch state.removeValue(forKey: step.key) {
                case .list(var list)?:
                    list.append(step.value)
                    state[step.key] = .list(list)
                case let item:
                    guard item ?? first == nil || item == .value(History.null) else { return false }
                    state[step.key] = .list([step.value])
                }
            }
        }
        return true
    }

    private func shows(_ code: Int, _ item: Item?) -> Bool {
        switch item {
        case nil, .value(History.null): code == History.null || values.isEmpty(code)
        case .value(let value): code == value
        case .list(let list): values.elements(of: code)?.elementsEqual(list) ?? false
        }
    }

    /// What reads and nothing else.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        MicroOperation.all(operation, values)?.allSatisfy { $0.kind == .read } ?? false
    }

    /// Whose operation it is does not matter. Where no read shows anything that it wrote, it need not have happened: until
    /// something else was written over it, nothing was read.
    public func unanswered(_ operation: HistoryOperation, seen: [Int: Int]) -> HistoryOperation? {
        let written = MicroOperation.all(operation, values)?.filter { $0.kind != .read } ?? []
        let isSeen = written.contains { step in
            let isNothing = step.value == History.null || values.isEmpty(step.value)
            return isNothing || shown?.contains(step.value) ?? true
        }
        return isSeen ? operation.anonymous() : nil
    }
}

/// One step of a transaction: `[:r 1 nil]`, `[:w 2 3]` or `[:append 4 5]`.
struct MicroOperation: Equatable {
    enum Kind { case read, write, append }

    var kind: Kind
    var key: Int
    var value: Int

    /// The steps of an operation as it was answered, or as it was asked for; nil where they cannot be understood.
    ///
    /// Reads and writes of several keys may be maps too: `{:f :write, :value {1 2, 3 4}}`.
    static func all(_ operation: HistoryOperation, _ values: HistoryValues) -> [MicroOperation]? {
        switch operation.function {
        case .transaction:
            let isTold = operation.isAnswered && operation.result != History.null
            return list(isTold ? operation.result : operation.argument, values)
        case .write:
            return values.entries(of: operation.argument)?.map { .init(kind: .write, key: $0.key, value: $0.value) }
        case .read:
            guard operation.isAnswered else { return [] }
            return values.entries(of: operation.result)?.map { .init(kind: .read, key: $0.key, value: $0.value) }
        default: return nil
        }
    }

    private static func list(_ code: Int, _ values: HistoryValues) -> [MicroOperation]? {
        guard let steps = values.elements(of: code) else { return nil }
        var all: [MicroOperation] = []
        for step in steps {
            guard let parts = values.elements(of: step), parts.count == 3, let kind = kind(parts.first!, values) else {
                return nil
            }
            let first = parts.startIndex
            all.append(MicroOperation(kind: kind, key: parts[first + 1], value: parts[first + 2]))
        }
        return all
    }

    private static func kind(_ code: Int, _ values: HistoryValues) -> Kind? {
        switch values.word(code) {
        case "r", "read": .read
        case "w", "write": .write
        case "append", "a": .append
        default: nil
        }
    }
}
