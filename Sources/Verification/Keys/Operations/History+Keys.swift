/// Operations on one key as rows of a history, whose values are cells: for monitors, which know nothing of clients.
extension History {
    /// What is set and read, or incremented by one and read.
    ///
    /// - Parameters:
    ///   - countsFrom: what a counter held before, which counts as 0; nil for a register.
    init(ofRegister operations: some Collection<KeyOperation>, countsFrom base: Int? = nil) {
        self.init()
        reserve(operations.count)
        for operation in operations {
            let function: Function =
                operation.kind == .write ? .write : operation.kind == .read ? .read : .increment
            let isKnown = operation.kind != .write && operation.isAnswered
            let found = base.map { operation.result == Cell.absent ? 0 : operation.result &- $0 } ?? operation.result
            append(operation, function, argument: operation.argument, result: isKnown ? found : History.null)
        }
    }

    /// What is pushed at one end and popped at the other.
    init(ofQueue operations: some Collection<KeyOperation>) {
        self.init()
        reserve(operations.count)
        for operation in operations {
            let isPush = operation.kind == .pushLeft || operation.kind == .pushRight
            let isFound = !isPush && operation.isAnswered && operation.result != Cell.absent
            append(
                operation, isPush ? .enqueue : .dequeue, argument: isPush ? operation.argument : History.null,
                result: isFound ? operation.result : History.null)
        }
    }

    private mutating func append(_ operation: KeyOperation, _ function: Function, argument: Int, result: Int) {
        append(
            function, client: 0, argument: argument, result: result, invoked: operation.invoked,
            completed: operation.completed, status: operation.isAnswered ? .ok : .info)
    }
}
