/// Decides one component of keys: cheap candidates for an order first, then the forced windows and the guided search.
struct GuidedOrder {
    let members: [Int32]
    /// What the members did, at the times of the events.
    private(set) var operations: [KeyOperation]
    private let parts: [KeyPart]
    private let startsAbsent: Bool
    private let triesCandidates: Bool

    /// - Parameter events: Sorted by `SearchEvent.isBefore`.
    init(
        _ events: [SearchEvent], _ all: [KeyOperation], parts: [KeyPart], _ startsAbsent: Bool,
        triesCandidates: Bool = true
    ) {
        self.triesCandidates = triesCandidates
        members = events.filter { !$0.isResponse }.map(\.operation)
        operations = members.map { all[Int($0)] }
        var place: [Int32: Int] = [:]
        for (index, member) in members.enumerated() { place[member] = index }
        for event in events {
            guard let index = place[event.operation] else { continue }
            if event.isResponse {
                operations[index].completed = event.time
            } else {
                operations[index].invoked = event.time
            }
        }
        self.parts = parts
        self.startsAbsent = startsAbsent
    }

    /// - Returns: `.violated` names the last event of all, not the first that is inexplicable.
    func decide(_ model: inout KeyModel, _ budget: SearchBudget) -> SearchOutcome {
        if triesCandidates,
            candidates().contains(where: { Certificate(order: $0).isValid(for: members, operations, &model) })
        {
            return .linearizable
        }
        guard !startsAbsent else { return search(&model, budget, startsAbsent: true) }
        // Most keys are new. If that explains all, no other first value has to be thought of.
        let start = model.mark
        model.clear(members, parts)
        let outcome = search(&model, budget, startsAbsent: true)
        model.rollback(to: start)
        if outcome == .linearizable { return outcome }
        return budget.isOver ? .unknown(budget.whyOver) : search(&model, budget, startsAbsent: false)
    }

    /// The order of the requests, in which a server of one thread takes them, and that of the replies.
    private func candidates() -> [[Int32]] {
        let answered = members.indices.filter { operations[$0].isAnswered }
        let byReply = answered.sorted {
            let (left, right) = (operations[$0].completed, operations[$1].completed)
            return left != right ? left < right : $0 < $1
        }
        return [answered, byReply].map { $0.map(Int32.init) }
    }

    /// What the search may spend before the forced order is worked out for it. Configurations.
    private static let firstNodes = 1_500

    private func search(_ model: inout KeyModel, _ budget: SearchBudget, startsAbsent: Bool) -> SearchOutcome {
        let use = CellUse(members, operations, parts, startsAbsent: startsAbsent)
        let windows = ForcedWindows(use)
        guard !windows.isContradictory else { return .violated(event: 2 * members.count - 1) }
        var search = GuidedSearch(use, windows)
        let isOver = { budget.isOver }
        var outcome = search.run(&model, nodes: min(Self.firstNodes, budget.nodes), isOver: isOver)
        if case .undecided = outcome, !isOver(), model.exhausted == nil, budget.nodes > Self.firstNodes {
            if let order = ForcedOrder(use, windows, isOver: isOver) {
                guard !order.isContradictory else { return .violated(event: 2 * members.count - 1) }
                search.force(order)
            }
            outcome = search.run(&model, nodes: budget.nodes - Self.firstNodes, isOver: isOver)
        }
        switch outcome {
        case .noOrder: return .violated(event: 2 * members.count - 1)
        case .undecided:
            return .unknown(
                budget.isOver ? budget.whyOver : "the budget of \(budget.nodes) configurations is spent")
        case .order(let order):
            let certificate = Certificate(order: order)
            precondition(
                certificate.isValid(for: members, operations, &model), "the guided search found an order that is none")
            return .linearizable
        }
    }
}
