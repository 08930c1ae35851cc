/// Decides one component of keys: cheap candidates for an order first, then the forced windows and the guided search.
struct GuidedOrder {
    let members: [Int32]
    private let events: [SearchEvent]
    /// What the members did, at the times of the events.
    private(set) var operations: [KeyOperation]
    private let parts: KeyParts
    private let startsAbsent: Bool
    private let triesCandidates: Bool
    private let firstTurn: Int?

    /// - Parameters:
    ///   - events: Sorted by `SearchEvent.isBefore`.
    ///   - triesCandidates: Whether the order of the requests and that of the replies are tried before any search.
    ///   - firstTurn: For tests, so few configurations in the first turn that all turns happen.
    init(
        _ events: [SearchEvent], _ all: [KeyOperation], parts: KeyParts, _ startsAbsent: Bool,
        triesCandidates: Bool = true, firstTurn: Int? = nil
    ) {
        self.triesCandidates = triesCandidates
        self.firstTurn = firstTurn
        self.events = events
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

    /// - Returns: `.violated` names an event: what was answered before it has an order.
    func decide(_ model: inout KeyModel, _ budget: SearchBudget) -> SearchOutcome {
        if triesCandidates,
            candidates().contains(where: { Certificate(order: $0).isValid(for: members, operations, &model) })
        {
            return .linearizable
        }
        guard !startsAbsent else { return search(&model, budget, startsAbsent: true) }
        // Most keys are new. If that explains all, no other first value has to be thought of.
        let start = model.mark
        model.clear(members)
        let outcome = search(&model, budget, startsAbsent: true)
        model.rollback(to: start)
        if outcome == .linearizable { return outcome }
        guard !budget.isOver else { return .unknown(budget.whyOver) }
        let whole = search(&model, budget, startsAbsent: false)
        guard case .violated(let event) = whole, case .violated(let other) = outcome else { return whole }
        return .violated(event: max(event, other))
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

    private func search(_ model: inout KeyModel, _ budget: SearchBudget, startsAbsent: Bool) -> SearchOutcome {
        let use = CellUse(members, operations, parts, startsAbsent: startsAbsent)
        let windows = ForcedWindows(use)
        guard !windows.isContradictory else { return .violated(event: 0) }
        var search = GuidedSearch(use, windows)
        var turns = firstTurn.map { GuidedTurns(search.plan, first: $0, patience: 1) } ?? GuidedTurns(search.plan)
        let isOver = { budget.isOver }
        var outcome = GuidedSearch.Outcome.undecided
        while case .undecided = outcome, search.nodes < budget.nodes, !isOver(), model.exhausted == nil {
            if turns.isForcedOrderDue, let order = ForcedOrder(use, windows, isOver: isOver) {
                guard !order.isContradictory else { return .violated(event: firstAnswer(after: search)) }
                search.force(order)
            }
            let turn = turns.next()
            search.style = turn.style
            outcome = search.run(&model, nodes: min(turn.nodes, budget.nodes - search.nodes), isOver: isOver)
        }
        switch outcome {
        case .noOrder: return .violated(event: firstAnswer(after: search))
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

    /// The first answer that no order of the search was seen to explain.
    private func firstAnswer(after search: GuidedSearch) -> Int {
        let time = search.plan.events.isEmpty ? .min : search.plan.events[search.furthest].time
        return events.firstIndex { $0.isResponse && $0.time >= time } ?? 0
    }
}
