/// Elements that are put in at one end of a list and taken out at the other: who is taken first was put in first.
struct QueueOrder {
    /// Of each operation that puts something in, when that is taken out again at the latest; the largest number where it is
    /// not. Empty without any.
    private(set) var takenAt: [Int64] = []
    /// Of each operation that takes something out, who put it in; -1 where that is not one.
    private(set) var source: [Int32] = []

    var isEmpty: Bool { takenAt.isEmpty }

    private struct Element: Hashable {
        var key: Int32
        var cell: Int
        var isPushedLeft: Bool
    }

    /// - Complexity: O(operations).
    init(_ operations: [KeyOperation]) {
        guard operations.contains(where: { $0.kind == .popLeft || $0.kind == .popRight }) else { return }
        takenAt = Array(repeating: .max, count: operations.count)
        source = Array(repeating: -1, count: operations.count)
        var pushes: [Element: Int32] = [:]
        for (index, operation) in operations.enumerated() {
            guard operation.kind == .pushLeft || operation.kind == .pushRight else { continue }
            let element = Element(
                key: operation.key, cell: operation.argument, isPushedLeft: operation.kind == .pushLeft)
            // Of equal ones nobody knows which was taken.
            pushes[element] = pushes[element] == nil ? Int32(index) : -1
        }
        for (index, operation) in operations.enumerated() {
            guard operation.kind == .popLeft || operation.kind == .popRight, operation.isAnswered,
                operation.result != Cell.absent,
                let push = pushes[
                    Element(key: operation.key, cell: operation.result, isPushedLeft: operation.kind == .popRight)],
                push >= 0
            else { continue }
            source[index] = push
            takenAt[Int(push)] = min(takenAt[Int(push)], operation.completed)
        }
    }
}
