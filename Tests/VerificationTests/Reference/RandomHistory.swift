import Verification

/// Small random histories of every model: made by executing operations at random instants within random intervals, with
/// ties, intervals of length zero, refused and unanswered operations, and often one thing changed afterwards.
///
/// In every second history values are unique, as monitors like them; in the others they repeat, are nothing, true, texts
/// and lists, increments are by any number, and some answers only acknowledge.
struct RandomHistory {
    var seed: Seed
    /// Values drawn are unique, and answers say all they can.
    private var isPlain = true
    /// Sets are read as a whole.
    private var readsWhole = false

    init(seed: UInt64) { self.seed = Seed(seed) }

    private struct Plan {
        var function: History.Function
        var key = 0
        var argument = History.null
        var expected = History.null
        var client = 0
        var start: Int64 = 0
        var end: Int64 = 0
        var instant: Int64 = 0
        var status = History.Status.ok
        var happens = true
        var isSilent = false
    }

    mutating func next(_ model: CheckModel, keys: Int = 1) -> History {
        isPlain = seed.oneIn(2)
        readsWhole = seed.oneIn(3)
        let count = 2 + seed.below(6)
        var plans = (0..<count).map { _ in Plan(function: .read) }
        let span = 2 + seed.below(3 * count)
        for index in plans.indices {
            choose(model, index, &plans[index])
            plans[index].key = seed.below(keys)
            let start = Int64(seed.below(span))
            let length = Int64(seed.below(1 + seed.below(8)))
            plans[index].start = start
            plans[index].end = start + length
            plans[index].instant = start * 8 + Int64(seed.below(Int(length) * 8 + 1))
            plans[index].client = index
            plans[index].isSilent = !isPlain && seed.oneIn(4)
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
        if !isPlain, seed.oneIn(8) { crash(model, &plans) }
        var history = history(model, plans)
        RandomStructures.fill(&history, model, &seed)
        // Lists begin empty.
        let isFresh = isPlain || !model.takesInitialValue || model == .txn
        if !isFresh, seed.oneIn(4) { history.initial = 1 + seed.below(3) }
        execute(model, plans, &history)
        if !seed.oneIn(3) { spoil(&history, model) }
        return history
    }

    /// A dozen and more that were never answered, of at most two kinds.
    private mutating func crash(_ model: CheckModel, _ plans: inout [Plan]) {
        // Of containers every order is another state: few of one kind.
        let isContainer = [.queue, .stack, .bag, .log, .text, .txn, .bank].contains(model)
        for kind in 0..<(isContainer ? 1 : 1 + seed.below(2)) {
            var plan = Plan(function: .read)
            choose(model, 20 + kind, &plan)
            plan.status = .info
            plan.start = Int64(seed.below(6))
            plan.client = 50 + kind
            plan.key = plans[0].key
            for _ in 0..<(isContainer ? 4 + seed.below(3) : 6 + seed.below(7)) {
                plan.happens = seed.oneIn(4)
                plan.instant = plan.start * 8 + Int64(seed.below(60))
                plans.append(plan)
            }
        }
    }

    /// Nothing, a few numbers that repeat, and what stands for true, a text and lists.
    private mutating func value(_ index: Int) -> Int {
        guard !isPlain else { return index + 1 }
        let others = [History.null, History.firstName, History.firstName + 1, History.firstName + 2]
        return seed.oneIn(3) ? others[seed.below(others.count)] : 1 + seed.below(3)
    }

    private mutating func choose(_ model: CheckModel, _ index: Int, _ plan: inout Plan) {
        switch model {
        case .register, .kv, .cas:
            plan.function = seed.oneIn(2) ? .write : .read
            plan.argument = plan.function == .write ? value(index) : History.null
            if !isPlain, seed.oneIn(12) { (plan.function, plan.argument) = (.delete, History.null) }
            if model == .cas, seed.oneIn(2) {
                plan.function = .compareAndSet
                plan.argument = value(index)
                plan.expected = isPlain ? seed.oneIn(4) ? History.null : 1 + seed.below(8) : value(index)
                if isPlain, plan.expected == plan.argument { plan.expected = History.null }
            }
        case .counter, .blindCounter:
            plan.function = seed.oneIn(3) ? .read : .increment
            if plan.function == .increment, !isPlain { plan.argument = seed.oneIn(3) ? 1 : seed.below(5) - 1 }
        case .set:
            plan.function = [.add, .remove, .contains, .contains, .add][seed.below(isPlain ? 4 : 5)]
            plan.argument = 1 + seed.below(2)
            if readsWhole {
                plan.function = [.add, .read, .add, .read, .contains, seed.oneIn(4) ? .remove : .add][seed.below(6)]
                plan.argument = plan.function == .read ? History.null : isPlain ? index + 1 : 1 + seed.below(3)
            }
        case .queue:
            plan.function = seed.oneIn(2) ? .enqueue : seed.oneIn(8) ? .peek : .dequeue
            plan.argument = plan.function == .enqueue ? value(index) : History.null
        case .bag:
            plan.function = seed.oneIn(2) ? .enqueue : .dequeue
            plan.argument = plan.function == .enqueue ? value(index) : History.null
        case .semaphore:
            plan.function = seed.oneIn(2) ? .acquire : .release
            if !isPlain, seed.oneIn(4) { plan.argument = 1 + seed.below(2) }
        case .text: plan.function = [.read, .read, .append, .append, .write][seed.below(5)]
        case .bank: plan.function = seed.oneIn(2) ? .transfer : .read
        case .txn: plan.function = .transaction
        case .stack:
            plan.function = [.push, .push, .pop, .pop, .peek][seed.below(5)]
            plan.argument = plan.function == .push ? value(index) : History.null
        case .mutex: plan.function = seed.oneIn(2) ? .acquire : .release
        case .log:
            plan.function = seed.oneIn(2) ? .append : .read
            plan.argument = plan.function == .append ? isPlain ? 10 + index : value(index) : seed.below(3)
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

    private func history(_ model: CheckModel, _ plans: [Plan]) -> History {
        var history = History()
        for plan in plans {
            history.append(
                plan.function, client: plan.client, key: plan.key, argument: plan.argument,
                expected: model == .cas ? plan.expected : nil, invoked: plan.start, completed: plan.end,
                status: plan.status)
        }
        return history
    }

    private mutating func execute(_ model: CheckModel, _ plans: [Plan], _ history: inout History) {
        var states: [Int: [Int]] = [:]
        for row in plans.indices.sorted(by: { plans[$0].instant < plans[$1].instant }) where plans[row].happens {
            let state = states[plans[row].key] ?? ReferenceModel.start(history, model)
            if plans[row].status == .ok, !RandomStructures.answer(&history, row, model, state) {
                let answers = ReferenceModel.answers(history, row, model, state)
                history.results[row] = answer(history, row, answers, plans[row].isSilent)
            }
            if let next = ReferenceModel.apply(history, row, model, state).first {
                states[plans[row].key] = next
            } else if history.statuses[row] == .ok {
                history.statuses[row] = .fail
            }
        }
    }

    /// The fullest of the answers that would do, or only that it is done. Blind increments may say anything.
    private mutating func answer(_ history: History, _ row: Int, _ answers: [Int], _ isSilent: Bool) -> Int {
        guard answers != ReferenceModel.anything else {
            let echoes = history.functions[row] == .increment && seed.oneIn(2)
            return echoes ? history.arguments[row] : History.null
        }
        return isSilent ? answers.last ?? History.null : answers.first ?? History.null
    }

    private mutating func spoil(_ history: inout History, _ model: CheckModel) {
        let row = seed.below(history.count)
        if model == .mutex || model == .semaphore, !seed.oneIn(4), let refused = history.statuses.firstIndex(of: .fail)
        {
            history.statuses[refused] = .ok
            return
        }
        if seed.oneIn(2) || model == .mutex || model == .semaphore {
            let shift = Int64(seed.below(9)) - 4
            history.invoked[row] += shift
            if history.statuses[row] != .info { history.completed[row] += shift }
            return
        }
        guard history.statuses[row] == .ok, !RandomStructures.spoil(&history, row, model, &seed) else { return }
        switch history.functions[row] {
        case .add, .remove, .contains, .compareAndSet:
            if history.results[row] != History.null { history.results[row] = 1 - history.results[row] }
        case .read, .dequeue, .pop, .peek, .increment, .append:
            guard model != .blindCounter || history.functions[row] == .read else { return }
            let base = model == .log && history.functions[row] == .read && isPlain ? 10 : 0
            history.results[row] = seed.oneIn(8) ? History.null : base + seed.below(6)
            let isCount = model == .counter || model == .blindCounter || history.functions[row] == .append
            if isCount, history.results[row] == History.null { history.results[row] = 1 }
        default: break
        }
    }
}
