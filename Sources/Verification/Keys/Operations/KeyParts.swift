/// One key of an operation on several.
package struct KeyPart: Sendable {
    package var key: Int32
    /// The cell written or read; of an atomic operation the place of its step.
    package var cell: Int

    package init(key: Int32, cell: Int) {
        self.key = key
        self.cell = cell
    }
}

/// What does not fit into a `KeyOperation`: the keys of those on several, the steps of atomic ones, ranges of lists.
package struct KeyParts: Sendable {
    /// The elements that a range of a list was answered with.
    struct ElementRange: Sendable {
        /// From 0; negative ones from the end, -1 is the last.
        var start: Int
        var stop: Int
        var cells: [Int]
    }

    private var parts: [KeyPart] = []
    private var steps: [KeyOperation] = []
    private(set) var ranges: [ElementRange] = []
    var wholes: [WholeRead] = []

    package init() {}

    package var count: Int { parts.count }

    package mutating func append(_ part: KeyPart) { parts.append(part) }

    /// The keys of an operation on several; none of one on one.
    package func of(_ operation: KeyOperation) -> ArraySlice<KeyPart> {
        parts[Int(operation.firstPart)..<Int(operation.firstPart) + Int(operation.partCount)]
    }

    /// The keys of an operation, each once.
    ///
    /// - Complexity: O(keys).
    func keys(of operation: KeyOperation) -> [Int32] {
        guard operation.partCount > 0 else { return [operation.key] }
        var seen: Set<Int32> = []
        return of(operation).compactMap { seen.insert($0.key).inserted ? $0.key : nil }
    }

    /// A step of an atomic operation: its answer is known where the operation's is.
    func step(_ part: KeyPart, of operation: KeyOperation) -> KeyOperation {
        let step = steps[part.cell]
        return operation.isAnswered || !step.isAnswered ? step : step.unanswered
    }

    /// The range that an operation on a list read.
    func range(of operation: KeyOperation) -> ElementRange { ranges[operation.argument] }

    /// Adds what a list answered for a range; the argument of the operation.
    package mutating func addRange(_ start: Int, _ stop: Int, _ cells: [Int]) -> Int {
        ranges.append(ElementRange(start: start, stop: stop, cells: cells))
        return ranges.count - 1
    }

    /// Makes `operation` an atomic one of `own`, of which there is at least one.
    mutating func makeAtomic(_ operation: inout KeyOperation, of own: [KeyOperation]) {
        operation.kind = .atomic
        operation.key = own[0].key
        operation.argument = Atomicity(own).argument
        operation.firstPart = Int32(parts.count)
        operation.partCount = Int32(own.count)
        for step in own {
            parts.append(KeyPart(key: step.key, cell: steps.count))
            steps.append(step)
        }
    }
}
