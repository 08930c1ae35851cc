import Verification

/// Small random histories of every model: made by executing operations at random instants within random intervals, with
/// ties, intervals of length zero, refused and unanswered operations, and often one thing changed afterwards.
struct RandomHistory {
    var seed: Seed

    init(seed: UInt64) { self.seed = Seed(seed) }

    private struct Plan {
        var function: History.Function
        var argument = History.null
        var expected = History.null
        var client = 0
        var start: Int64 = 0
        var end: Int64 = 0
        var instant: Int64 = 0
        var status = History.Status.ok
        var happens = true
    }

    mutating func next(_ model: CheckModel) -> History {
        let count = 2 + seed.below(6)
        var plans = (0..<count).map { _ in Plan(function: .read) }
        let span = 2 + seed.below(3 * count)
        for index in plans.indices {
            choose(model, index, &plans[index])
            let start = Int64(seed.below(span))
            let length = Int64(seed.below(1 + seed.below(8)))
            plans[index].start = start
            plans[index].end = start + length
            plans[index].instant = start * 8 + Int64(seed.below(Int(length) * 8 + 1))
            plans[index].client = index
            if seed.oneIn(6) {
                plans[index].status = .info
                plans[index].happens = seed.oneIn(2)
                // Unanswered operations may act long after.
                if seed.oneIn(2) { plans[index].instant += Int64(seed.below(60)) }
            } else if seed.oneIn(15) {
                plans[index].status = .fail
                plans[index].happens = false
            }
        }
        if model == .mutex { makeSequential(&plans) }
        var history = execute(model, plans)
        if !seed.oneIn(3) { spoil(&history, model) }
        return history
    }

    private mutating func choose(_ model: CheckModel, _ index: Int, _ plan: inout Plan) {
        switch model {
        case .register, .kv, .cas:
            plan.function = seed.oneIn(2) ? .write : .read
            plan.argument = plan.function == .write ? index + 1 : History.null
            if model == .cas, seed.oneIn(2) {
                plan.function = .compareAndSet
                plan.argument = index + 1
                plan.expected = seed.oneIn(4) ? History.null : 1 + seed.below(8)
                if plan.expected == plan.argument { plan.expected = History.null }
            }
        case .counter, .blindCounter: plan.function = seed.oneIn(3) ? .read : .increment
        case .set:
            plan.function = [.add, .remove, .contains, .contains][seed.below(4)]
            plan.argument = 1 + seed.below(2)
        case .queue:
            plan.function = seed.oneIn(2) ? .enqueue : seed.oneIn(8) ? .peek : .dequeue
            plan.argument = plan.function == .enqueue ? index + 1 : History.null
        case .stack:
            plan.function = [.push, .push, .pop, .pop, .peek][seed.below(5)]
            plan.argument = plan.function == .push ? index + 1 : History.null
        case .mutex: plan.function = seed.oneIn(2) ? .acquire : .release
        case .log:
            plan.function = seed.oneIn(2) ? .append : .read
            plan.argument = plan.function == .append ? 10 + index : seed.below(3)
        }
    }

    /// Clients take turns with acquire and release, one operation at a time.
    private mutating func makeSequential(_ plans: inout [Plan]) {
        var free: [Int64] = [0, 0, 0]
        var holds = [false, false, false]
        for index in plans.indices {
            let client = seed.below(3)
            plans[index].client = client
            plans[index].function = holds[client] && !seed.oneIn(8) ? .release : seed.oneIn(10) ? .release : .acquire
            if plans[index].function == .acquire, holds[client] { plans[index].function = .release }
            holds[client] = plans[index].function == .acquire
            let length = Int64(seed.below(4))
            plans[index].start = free[client] + Int64(seed.below(4))
            plans[index].end = plans[index].start + length
            plans[index].instant = plans[index].start * 8 + Int64(seed.below(Int(length) * 8 + 1))
            // A client of which something is not answered does nothing more.
            free[client] = plans[index].status == .info ? 1000 + Int64(index) * 10 : plans[index].end + 1
        }
        plans.removeAll { $0.start >= 1000 }
    }

    private func execute(_ model: CheckModel, _ plans: [Plan]) -> History {
        var history = History()
        for plan in plans {
            history.append(
                plan.function, client: plan.client, argument: plan.argument,
                expected: model == .cas ? plan.expected : nil, invoked: plan.start, completed: plan.end,
                status: plan.status)
        }
        var state: [Int] = []
        for row in plans.indices.sorted(by: { plans[$0].instant < plans[$1].instant }) where plans[row].happens {
            let answer = Self.answer(history, row, model, state)
            if plans[row].status == .ok { history.results[row] = answer }
            if let next = BruteForce.apply(history, row, model, state) {
                state = next
            } else if history.statuses[row] == .ok {
                history.statuses[row] = .fail
            }
        }
        return history
    }

    private static func answer(_ history: History, _ row: Int, _ model: CheckModel, _ state: [Int]) -> Int {
        let argument = history.arguments[row]
        switch history.functions[row] {
        case .read:
            if model == .counter || model == .blindCounter { return state.count }
            if model == .log { return state.indices.contains(argument) ? state[argument] : History.null }
            return state.first ?? History.null
        case .dequeue: return state.first ?? History.null
        case .pop: return state.last ?? History.null
        case .peek: return (model == .stack ? state.last : state.first) ?? History.null
        case .increment: return model == .counter ? state.count + 1 : History.null
        case .append: return state.count
        case .add: return state.contains(argument) ? 0 : 1
        case .remove, .contains: return state.contains(argument) ? 1 : 0
        case .compareAndSet: return 1
        default: return History.null
        }
    }

    private mutating func spoil(_ history: inout History, _ model: CheckModel) {
        let row = seed.below(history.count)
        if model == .mutex, !seed.oneIn(4), let refused = history.statuses.firstIndex(of: .fail) {
            history.statuses[refused] = .ok
            return
        }
        if seed.oneIn(2) || model == .mutex {
            let shift = Int64(seed.below(9)) - 4
            history.invoked[row] += shift
            if history.statuses[row] != .info { history.completed[row] += shift }
            return
        }
        guard history.statuses[row] == .ok else { return }
        switch history.functions[row] {
        case .add, .remove, .contains: history.results[row] = 1 - history.results[row]
        case .read, .dequeue, .pop, .peek, .increment, .append:
            guard model != .blindCounter || history.functions[row] == .read else { return }
            let base = model == .log && history.functions[row] == .read ? 10 : 0
            history.results[row] = seed.oneIn(8) ? History.null : base + seed.below(6)
            if model == .counter || model == .blindCounter || history.functions[row] == .append,
                history.results[row] == History.null
            {
                history.results[row] = 1
            }
        default: break
        }
    }
}
