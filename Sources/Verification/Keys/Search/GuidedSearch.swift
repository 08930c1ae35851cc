/// Looks for an order of a component's operations depth first, led by what the values force and by who must be answered
/// first, and remembers which configurations failed.
///
/// Exact: what it leaves out no legal order does. Legal readers happen at once (`FrontierSearch`); an operation that would
/// leave behind something that can never happen any more is refused (`Foresight`); of operations that do the same to the
/// same keys with the same answer the one that must be answered first goes first, since in any order they may trade places.
struct GuidedSearch {
    private let shared: Shared
    var plan: GuidedPlan { shared.plan }
    var foresight: Foresight
    /// What is tried first; it may be changed between runs.
    var style = GuidedStyle()
    /// Of each key its readers that have yet to happen, by earliest time.
    private var waiting: DancingList
    private var waitingEntries: [[Int]] = []
    private var memberOfEntry: [Int] = []
    /// What a forced order puts before and after each member, and how much of what is before has yet to happen.
    private(set) var forcedBefore: [[Int32]] = []
    private var forcedAfter: [[Int32]] = []
    private(set) var forcedLeft: [Int32]
    /// Of each lane, where the first one is that has yet to happen.
    private(set) var laneHeads: [Int32]

    private var position = 0
    private var trail: [Int32] = []
    private var doneMark: (UInt64, UInt64) = (0, 0)
    private var frames: [Frame] = []
    /// The frames below this have children that were left before they were searched through.
    private var abandoned = 0
    /// By the grain of the steps that were tried; what fails in single operations fails in any.
    private var failed = GuidedStyle.Grain.allCases.map { _ in FailedSet() }
    private(set) var nodes = 0
    /// The furthest of the plan's events that any order came to: all that was answered before has an order.
    private(set) var furthest = 0
    /// Which values were found reachable, by the question that was asked.
    var stamp = 0
    var reachStamp: [Int]
    var reachAnswer: [Bool]
    var walked: [Int]

    private struct Frame {
        var position: Int
        var trail: Int
        var mark: Int
        var key: (UInt64, UInt64)
        /// What was tried before the rest: as the style has it, and as the next answer needs it.
        var leaned: Int32 = -1
        var needed: Int32 = -1
        /// What else can happen, the last one first; nil: not looked at yet.
        var rest: [Int32]?
        var stage = Stage.lean
    }

    private enum Stage { case lean, need, rest }

    enum Outcome {
        /// The members in an order that explains them.
        case order([Int32])
        case noOrder
        case undecided
    }

    var use: CellUse { shared.plan.use }

    /// Not copied with the search: its arrays are many, and the inner loops read them all the time.
    private final class Shared {
        let plan: GuidedPlan
        init(_ plan: GuidedPlan) { self.plan = plan }
    }

    init(_ use: CellUse, _ windows: ForcedWindows) {
        let plan = GuidedPlan(use, windows)
        shared = Shared(plan)
        foresight = Foresight(use, windows)
        let count = use.members.count
        reachStamp = Array(repeating: 0, count: use.values.count)
        reachAnswer = Array(repeating: false, count: use.values.count)
        walked = Array(repeating: 0, count: count)
        forcedLeft = Array(repeating: 0, count: count)
        laneHeads = Array(repeating: 0, count: plan.lanes.count)
        waiting = DancingList(entries: use.touched.reduce(0) { $0 + $1.count }, lists: use.keys.count)
        waitingEntries = Array(repeating: [], count: count)
        for event in plan.events where !event.isResponse && plan.isReader[Int(event.operation)] {
            let member = Int(event.operation)
            for key in use.touched[member] {
                waitingEntries[member].append(memberOfEntry.count)
                waiting.append(memberOfEntry.count, to: Int(key))
                memberOfEntry.append(member)
            }
        }
    }

    /// Before `run`: nothing happens before what must come before it.
    mutating func force(_ order: ForcedOrder) {
        forcedBefore = use.members.indices.map { order.before(place: $0).map(Int32.init) }
        forcedAfter = Array(repeating: [], count: use.members.count)
        for (member, before) in forcedBefore.enumerated() {
            forcedLeft[member] = Int32(before.count)
            for other in before { forcedAfter[Int(other)].append(Int32(member)) }
        }
    }

    // MARK: The search

    /// Goes on searching until `limit` configurations were opened, or `isOver` says so; it may be asked again.
    ///
    /// - Complexity: O(operations × open ones) where the first choices lead straight through.
    mutating func run(_ model: inout KeyModel, nodes limit: Int, isOver: () -> Bool) -> Outcome {
        let start = model.mark
        for key in use.keys.indices { foresight.set(key, holds: model.cells[Int(use.keys[key])]) }
        defer { restart(&model, start) }
        var leap = Leap(patience: style.patience)
        let end = nodes + limit
        while true {
            if settle(&model) { return .order(trail) }
            if model.exhausted != nil { return .undecided }
            let key = configuration(model)
            if failed[0].contains(key) || failed[style.grain.rawValue].contains(key) {
                restore(&model)
            } else {
                nodes += 1
                if nodes > end || (nodes & 63 == 0 && isOver()) { return .undecided }
                frames.append(Frame(position: position, trail: trail.count, mark: model.mark, key: key))
                if let back = leap.distance(trail.count) { abandon(back, &model) }
            }
            let wasLeft = abandoned > 0
            if advance(&model) { continue }
            guard model.exhausted == nil else { return .undecided }
            guard wasLeft, style.rarity > 0 else {
                return !wasLeft && style.grain == .operation ? .noOrder : .undecided
            }
            // All of it was left: what is drawn is another way now.
            restart(&model, start)
            leap = Leap(patience: style.patience)
        }
    }

    private mutating func restart(_ model: inout KeyModel, _ start: Int) {
        undo(to: 0, &model, start)
        frames.removeAll(keepingCapacity: true)
        position = 0
        abandoned = 0
    }

    /// Leaves the last choices before they were searched through.
    private mutating func abandon(_ count: Int, _ model: inout KeyModel) {
        frames.removeLast(min(count, frames.count - 1))
        abandoned = frames.count
        restore(&model)
    }

    private func configuration(_ model: borrowing KeyModel) -> (UInt64, UInt64) {
        var state = model.fingerprint
        let first = SplitMix.next(&state)
        return (doneMark.0 ^ first, doneMark.1 &+ SplitMix.next(&state))
    }

    /// Moves over everything that is settled, and lets legal readers happen. True at the end of the plan.events.
    private mutating func settle(_ model: inout KeyModel) -> Bool {
        while position < plan.events.count {
            let event = plan.events[position]
            let member = Int(event.operation)
            if event.isResponse {
                guard foresight.isDone[member] else {
                    furthest = max(furthest, position)
                    return false
                }
                position += 1
            } else {
                position += 1
                if plan.isReader[member] { read(member, &model) }
            }
        }
        return true
    }

    /// Lets a reader happen if it is legal and changes nothing, and then those that waited for it.
    private mutating func read(_ member: Int, _ model: inout KeyModel) {
        var next = member
        while !foresight.isDone[next], isOpen(next), !mustWait(next), !findsOther(next) {
            let mark = model.mark
            guard model.apply(Int(use.members[next])) else { return }
            guard model.mark == mark else { return model.rollback(to: mark) }
            note(next)
            let after = plan.laneNext[next]
            guard after >= 0, plan.isReader[Int(after)] else { return }
            next = Int(after)
        }
    }

    /// Whether it reads something else than what is known to be there.
    func findsOther(_ member: Int) -> Bool {
        for index in use.range(member) where findsOther(at: index) { return true }
        return false
    }

    func isOpen(_ member: Int) -> Bool { plan.invokedAt[member] < position }

    func mustWait(_ member: Int) -> Bool {
        let before = use.lanePredecessor[member]
        return forcedLeft[member] > 0 || (before >= 0 && !foresight.isDone[Int(before)])
    }

    /// Lets an operation happen if it is legal and leaves nothing behind; then readers that this makes legal.
    private mutating func perform(_ member: Int, _ model: inout KeyModel) -> Bool {
        guard foresight.objection(to: member) == nil, model.apply(Int(use.members[member])) else { return false }
        note(member)
        for key in use.touched[member] { foresight.set(Int(key), holds: model.cells[Int(use.keys[Int(key)])]) }
        for key in use.touched[member] { wake(Int(key), &model) }
        let after = plan.laneNext[member]
        if after >= 0, plan.isReader[Int(after)] { read(Int(after), &model) }
        guard !forcedAfter.isEmpty else { return true }
        for other in forcedAfter[member] where forcedLeft[Int(other)] == 0 && plan.isReader[Int(other)] {
            read(Int(other), &model)
        }
        return true
    }

    /// Lets the open readers of a key happen that are legal now.
    private mutating func wake(_ key: Int, _ model: inout KeyModel) {
        guard plan.lanes.count > Self.fewLanes || !plan.isPipelined else { return wakeHeads(&model) }
        let head = waiting.head(key)
        var entry = waiting.after(head)
        while entry != head {
            let member = memberOfEntry[entry]
            guard isOpen(member) else { return }
            read(member, &model)
            // What was taken out still knows what came after it, which may have been taken out since.
            repeat { entry = waiting.after(entry) } while entry != head && foresight.isDone[memberOfEntry[entry]]
        }
    }

    /// Of so few lanes that pipeline, the first of each is looked at, and not all readers that are open.
    private static let fewLanes = 16

    private mutating func wakeHeads(_ model: inout KeyModel) {
        for lane in plan.lanes.indices {
            var place = Int(laneHeads[lane])
            while place < plan.lanes[lane].count {
                let member = Int(plan.lanes[lane][place])
                place += 1
                // What was not answered keeps nothing waiting.
                guard !foresight.isDone[member], use.operations[member].isAnswered else { continue }
                if plan.isReader[member] { read(member, &model) }
                break
            }
        }
    }

    private mutating func note(_ member: Int) {
        foresight.did(member)
        trail.append(Int32(member))
        doneMark.0 ^= plan.marks[member].0
        doneMark.1 &+= plan.marks[member].1
        passHead(of: Int(plan.laneOf[member]))
        for entry in waitingEntries[member] { waiting.takeOut(entry) }
        guard !forcedAfter.isEmpty else { return }
        for other in forcedAfter[member] { forcedLeft[Int(other)] -= 1 }
    }

    private mutating func passHead(of lane: Int) {
        let members = plan.lanes[lane]
        var head = Int(laneHeads[lane])
        while head < members.count, foresight.isDone[Int(members[head])] { head += 1 }
        laneHeads[lane] = Int32(head)
    }

    private mutating func undo(to count: Int, _ model: inout KeyModel, _ mark: Int) {
        model.rollback(to: mark)
        while trail.count > count {
            let member = Int(trail.removeLast())
            if !forcedAfter.isEmpty { for other in forcedAfter[member] { forcedLeft[Int(other)] += 1 } }
            for entry in waitingEntries[member].reversed() { waiting.putBack(entry) }
            let lane = Int(plan.laneOf[member])
            laneHeads[lane] = min(laneHeads[lane], plan.placeInLane[member])
            doneMark.0 ^= plan.marks[member].0
            doneMark.1 &-= plan.marks[member].1
            foresight.undid(member)
            for key in use.touched[member] { foresight.set(Int(key), holds: model.cells[Int(use.keys[Int(key)])]) }
        }
    }

    private mutating func restore(_ model: inout KeyModel) {
        guard let frame = frames.last else { return }
        undo(to: frame.trail, &model, frame.mark)
        position = frame.position
    }

    /// Lets the rest of what was sent and answered together with `first` happen, as far as that is possible now; false if
    /// that is not to its end.
    private mutating func performBatch(of first: Int, _ model: inout KeyModel) -> Bool {
        let lane = Int(plan.laneOf[first])
        var place = Int(plan.placeInLane[first]) + 1
        while place < plan.lanes[lane].count, plan.isOneBatch(first, Int(plan.lanes[lane][place])) {
            let member = Int(plan.lanes[lane][place])
            place += 1
            if foresight.isDone[member] { continue }
            guard isOpen(member), !mustWait(member), perform(member, &model) else { return false }
        }
        return true
    }

    /// Takes the next choice, closing choices that are used up. False when none is left.
    private mutating func advance(_ model: inout KeyModel) -> Bool {
        while !frames.isEmpty {
            while let candidate = nextCandidate() {
                guard perform(candidate, &model) else { continue }
                if style.grain == .operation || performBatch(of: candidate, &model) || style.grain == .run {
                    return true
                }
                restore(&model)
            }
            let frame = frames.removeLast()
            if frames.count >= abandoned { failed[style.grain.rawValue].insert(frame.key) }
            guard !frames.isEmpty else { return false }
            abandoned = min(abandoned, frames.count)
            restore(&model)
        }
        return false
    }

    /// The next choice of the last frame.
    private mutating func nextCandidate() -> Int? {
        let top = frames.count - 1
        if frames[top].stage == .lean {
            frames[top].stage = .need
            if let member = leaning() {
                frames[top].leaned = Int32(member)
                return member
            }
        }
        if frames[top].stage == .need {
            frames[top].stage = .rest
            switch need(Int(plan.events[position].operation)) {
            case .choice(let member):
                frames[top].needed = Int32(member)
                if frames[top].leaned != Int32(member) { return member }
            case .dead: frames[top].rest = []
            case .notKnown: break
            }
        }
        if frames[top].rest == nil { frames[top].rest = choices().reversed() }
        while let member = frames[top].rest?.popLast() {
            if member != frames[top].leaned, member != frames[top].needed { return Int(member) }
        }
        return nil
    }

    /// All that can happen now, by latest time.
    private func choices() -> [Int32] {
        var found: [Int32] = []
        for lane in plan.lanes.indices {
            var place = Int(laneHeads[lane])
            // What was not answered keeps nothing waiting.
            while place < plan.lanes[lane].count, isOpen(Int(plan.lanes[lane][place])) {
                let member = Int(plan.lanes[lane][place])
                place += 1
                guard !foresight.isDone[member] else { continue }
                if isChoice(member) { found.append(Int32(member)) }
                if use.operations[member].isAnswered { break }
            }
        }
        found.sort { [latest = plan.latest] in (latest[Int($0)], $0) < (latest[Int($1)], $1) }
        return found
    }

    /// What the style would try first.
    private mutating func leaning() -> Int? {
        if style.rolls() {
            let all = choices()
            if !all.isEmpty { return Int(all[style.pick(all.count)]) }
        }
        if style.goesByRequest {
            return choices().min { [times = plan.invokedAt] in times[Int($0)] < times[Int($1)] }.map { Int($0) }
        }
        guard style.staysInLane, let last = trail.last else { return nil }
        var next = plan.laneNext[Int(last)]
        while next >= 0, foresight.isDone[Int(next)] { next = plan.laneNext[Int(next)] }
        return next >= 0 && isChoice(Int(next)) ? Int(next) : nil
    }

    func isChoice(_ member: Int) -> Bool {
        // A legal reader has happened already, unless an unknown first value is all that is there.
        guard isOpen(member), !mustWait(member), !(plan.isReader[member] && findsOther(member)) else { return false }
        guard plan.twinClass[member] >= 0 else { return true }
        for twin in plan.twins[Int(plan.twinClass[member])] {
            if Int(twin) == member { return true }
            if !foresight.isDone[Int(twin)], isOpen(Int(twin)), !mustWait(Int(twin)) { return false }
        }
        return true
    }
}
