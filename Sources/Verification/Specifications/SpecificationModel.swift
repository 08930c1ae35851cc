/// A specification as the search explores it: states get small numbers.
///
/// Unanswered operations are taken as late as they can be: one is followed at once by an operation that needs it. In any
/// legal order it can otherwise be left out, where what follows comes to the same without it, or put after what
/// follows, where the two commute; of two unanswered ones that commute the one with the smaller number goes first.
struct SpecificationModel<Spec: Specification>: SearchModel {
    private let spec: Spec
    private let operations: [HistoryOperation]
    private let readers: [Bool]
    private var states: [Spec.State]
    private var numbers: [Spec.State: Int32]
    private var path: [Step] = [Step(state: 0)]
    private(set) var exhausted: String?

    private struct Step {
        var state: Int32
        /// The unanswered operation that has just happened and that nothing has needed yet.
        var pending: Int32 = -1
    }

    /// So many different states are kept at most.
    static var maximumStates: Int { 4 << 20 }

    init(_ spec: Spec, _ operations: [HistoryOperation]) {
        self.spec = spec
        self.operations = operations
        readers = operations.map { $0.isAnswered && spec.isReader($0) }
        states = [spec.initial]
        numbers = [spec.initial: 0]
    }

    var mark: Int { path.count }
    var state: UInt64 { UInt64(UInt32(bitPattern: path[path.count - 1].state)) }
    var fingerprint: UInt64 {
        let pending = path[path.count - 1].pending
        return state | UInt64(UInt32(bitPattern: pending &+ 1)) << 32
    }

    /// Without what states keep elsewhere.
    var byteCount: Int {
        states.count * (MemoryLayout<Spec.State>.stride + numbersStride) + path.count * MemoryLayout<Step>.stride
    }

    /// An entry of `numbers`, of which up to half are free, and that grows from another half.
    private var numbersStride: Int { 3 * (MemoryLayout<Spec.State>.stride + MemoryLayout<Int32>.stride) }

    func isReader(_ operation: Int) -> Bool { readers[operation] }

    mutating func rollback(to mark: Int) { path.removeLast(path.count - mark) }

    mutating func apply(_ operation: Int) -> Bool {
        let current = path[path.count - 1]
        guard let next = spec.apply(operations[operation], to: states[Int(current.state)]),
            !isVain(current, before: operation, coming: next), let number = number(of: next)
        else { return false }
        var step = Step(state: number)
        if !operations[operation].isAnswered {
            guard number != current.state else { return false }
            step.pending = Int32(truncatingIfNeeded: operation)
        }
        path.append(step)
        return true
    }

    /// Whether the unanswered operation that led to `current` could as well be left out, or come later than `operation`,
    /// which comes to `next`.
    private func isVain(_ current: Step, before operation: Int, coming next: Spec.State) -> Bool {
        guard current.pending >= 0 else { return false }
        let pending = Int(current.pending)
        let earlier = states[Int(path[path.count - 2].state)]
        guard let without = spec.apply(operations[operation], to: earlier) else { return false }
        if without == next { return true }
        guard operations[operation].isAnswered || operation < pending else { return false }
        return spec.apply(operations[pending], to: without) == next
    }

    private mutating func number(of state: Spec.State) -> Int32? {
        if let known = numbers[state] { return known }
        guard states.count < Self.maximumStates else {
            exhausted = "there are more than \(Self.maximumStates) states"
            return nil
        }
        let number = Int32(truncatingIfNeeded: states.count)
        states.append(state)
        numbers[state] = number
        return number
    }
}
