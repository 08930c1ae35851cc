/// A proof that a component of keys is linearizable: an order of its operations. Whoever found it, this checks it.
struct Certificate {
    /// The operations by their place in order of invocation. Unanswered ones that need not have happened are left out.
    let order: [Int32]

    /// Whether `order` has every answered operation of `members` once, and nothing else but unanswered ones of them; keeps
    /// the order in time and in each lane; and every answer is what the model gives then.
    ///
    /// - Parameters:
    ///   - members: The operations by their numbers in the model, in order of invocation.
    ///   - operations: The same, with their times.
    /// - Complexity: O(members).
    func isValid(for members: [Int32], _ operations: [KeyOperation], _ model: inout KeyModel) -> Bool {
        let start = model.mark
        defer { model.rollback(to: start) }
        // How many answered operations of its lane come before each one, and how many of each lane have happened.
        var rank: [Int] = []
        var answered: [Int32: Int] = [:]
        for operation in operations {
            rank.append(answered[operation.lane, default: 0])
            if operation.isAnswered { answered[operation.lane, default: 0] += 1 }
        }
        var isDone = Array(repeating: false, count: operations.count)
        var happened: [Int32: Int] = [:]
        var latestInvocation = Int64.min
        for member in order {
            let place = Int(member)
            guard operations.indices.contains(place), !isDone[place] else { return false }
            let operation = operations[place]
            guard happened[operation.lane, default: 0] >= rank[place], operation.completed >= latestInvocation,
                model.apply(Int(members[place]))
            else { return false }
            isDone[place] = true
            latestInvocation = max(latestInvocation, operation.invoked)
            if operation.isAnswered { happened[operation.lane, default: 0] += 1 }
        }
        return operations.indices.allSatisfy { isDone[$0] || !operations[$0].isAnswered }
    }
}
