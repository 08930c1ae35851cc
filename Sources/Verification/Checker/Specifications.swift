/// A register: reads, writes, deletes, and compare-and-set that succeeded (or was refused: result 0).
public struct RegisterSpecification: Specification {
    /// The value before the first write.
    public var initial = History.null

    /// Creates the specification of a register that holds nothing.
    public init() {}

    /// The register after `operation`.
    public func apply(_ operation: HistoryOperation, to state: Int) -> Int? {
        switch operation.function {
        case .read: return !operation.isAnswered || operation.result == state ? state : nil
        case .write: return operation.argument
        case .delete: return History.null
        case .compareAndSet:
            if !operation.isAnswered { return state == operation.expected ? operation.argument : state }
            guard operation.result != 0 else { return state != operation.expected ? state : nil }
            return state == operation.expected ? operation.argument : nil
        default: return nil
        }
    }

    /// Reads and refused swaps.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .read || (operation.function == .compareAndSet && operation.result == 0)
    }
}

/// A counter from 0, whose increment may return the new value.
public struct CounterSpecification: Specification {
    /// Zero.
    public var initial = 0

    /// Creates the specification.
    public init() {}

    /// The counter after `operation`; an argument is what to add, 1 if there is none.
    public func apply(_ operation: HistoryOperation, to state: Int) -> Int? {
        switch operation.function {
        case .read: return !operation.isAnswered || operation.result == state ? state : nil
        case .increment:
            let (next, over) = state.addingReportingOverflow(
                operation.argument == History.null ? 1 : operation.argument)
            guard !over else { return nil }
            let isFree = !operation.isAnswered || operation.result == History.null
            return isFree || operation.result == next ? next : nil
        default: return nil
        }
    }

    /// Reads.
    public func isReader(_ operation: HistoryOperation) -> Bool { operation.function == .read }
}

/// Whether one element is in a set.
public struct SetElementSpecification: Specification {
    /// It is not.
    public var initial = false

    /// Creates the specification.
    public init() {}

    /// Whether the element is in the set after `operation`.
    public func apply(_ operation: HistoryOperation, to state: Bool) -> Bool? {
        let isTrue = operation.result != 0
        switch operation.function {
        case .add: return !operation.isAnswered || isTrue != state ? true : nil
        case .remove: return !operation.isAnswered || isTrue == state ? false : nil
        case .contains: return !operation.isAnswered || isTrue == state ? state : nil
        default: return nil
        }
    }

    /// What answered false, and `contains`.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .contains || operation.result == 0
    }
}

/// A first-in first-out queue.
public struct QueueSpecification: Specification {
    /// Empty.
    public var initial: [Int] = []

    /// Creates the specification.
    public init() {}

    /// The queue after `operation`.
    ///
    /// - Complexity: O(length).
    public func apply(_ operation: HistoryOperation, to state: [Int]) -> [Int]? {
        switch operation.function {
        case .enqueue: return state + [operation.argument]
        case .dequeue:
            guard operation.isAnswered else { return Array(state.dropFirst()) }
            guard let first = state.first else { return operation.result == History.null ? state : nil }
            return operation.result == first ? Array(state.dropFirst()) : nil
        case .peek: return !operation.isAnswered || operation.result == state.first ?? History.null ? state : nil
        default: return nil
        }
    }

    /// Empty answers, and looks at the first.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .peek || operation.function == .dequeue && operation.result == History.null
    }
}

/// A last-in first-out stack.
public struct StackSpecification: Specification {
    /// Empty.
    public var initial: [Int] = []

    /// Creates the specification.
    public init() {}

    /// The stack after `operation`.
    ///
    /// - Complexity: O(height).
    public func apply(_ operation: HistoryOperation, to state: [Int]) -> [Int]? {
        switch operation.function {
        case .push: return state + [operation.argument]
        case .pop:
            guard operation.isAnswered else { return Array(state.dropLast()) }
            guard let last = state.last else { return operation.result == History.null ? state : nil }
            return operation.result == last ? Array(state.dropLast()) : nil
        case .peek: return !operation.isAnswered || operation.result == state.last ?? History.null ? state : nil
        default: return nil
        }
    }

    /// Empty answers, and looks at the top.
    public func isReader(_ operation: HistoryOperation) -> Bool {
        operation.function == .peek || operation.function == .pop && operation.result == History.null
    }
}

/// A lock: the client that holds it.
public struct MutexSpecification: Specification {
    /// Nobody.
    public var initial: Int32? = nil

    /// Creates the specification.
    public init() {}

    /// The holder after `operation`.
    public func apply(_ operation: HistoryOperation, to state: Int32?) -> Int32?? {
        switch operation.function {
        case .acquire: return state == nil ? .some(operation.client) : nil
        case .release: return state == operation.client ? .some(nil) : nil
        default: return nil
        }
    }

    /// Nothing only looks.
    public func isReader(_ operation: HistoryOperation) -> Bool { false }
}

/// A log of values by offset from 0.
public struct LogSpecification: Specification {
    /// Empty.
    public var initial: [Int] = []

    /// Creates the specification.
    public init() {}

    /// The log after `operation`.
    ///
    /// - Complexity: O(length).
    public func apply(_ operation: HistoryOperation, to state: [Int]) -> [Int]? {
        switch operation.function {
        case .append:
            return !operation.isAnswered || operation.result == state.count ? state + [operation.argument] : nil
        case .read:
            guard operation.isAnswered else { return state }
            let value = state.indices.contains(operation.argument) ? state[operation.argument] : History.null
            return operation.result == value ? state : nil
        default: return nil
        }
    }

    /// Reads.
    public func isReader(_ operation: HistoryOperation) -> Bool { operation.function == .read }
}
