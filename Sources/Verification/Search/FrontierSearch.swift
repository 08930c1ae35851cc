/// Decides linearizability by searching the orders in which open operations may have happened.
///
/// Wing and Gong's search with Lowe's memory of visited configurations, keyed in constant size: everything linearized
/// either responded before `position`, the first response that is not, or is open there; so `position`, a bit for each
/// open operation and the state are the whole configuration. Legal readers are linearized at once. Source: Lowe,
/// "Testing for linearizability", 2017.
struct FrontierSearch {
    private var events: [SearchEvent] = []
    private var slotOf: [Int32] = []
    private var responseOf: [Int32] = []
    /// The operation of the same lane that must have happened before; negative where there is none.
    private var predecessor: [Int32] = []
    private var lastOfLane: [Int: Int32] = [:]
    /// Where each operation was invoked, and what else must have happened before it; empty without a forced order.
    private var invocationOf: [Int32] = []
    private var forced: [[Int32]] = []
    private var chained: [[Int32]] = []
    private var slotOperation: [Int32] = []
    private var words = 1
    private var mask: [UInt64] = [0]
    private var position = 0
    private var furthest = 0
    /// Open operations looked at, over all configurations.
    private var steps = 0
    private var frames: [Frame] = []
    private var frameMasks: [UInt64] = []
    private var candidates: [Int32] = []
    private var visited = VisitedSet(words: 1)
    /// The slots of open operations that need not happen at all.
    private var optional: [UInt64] = [0]
    private var cover = Cover()
    /// Whether of two configurations that differ only in what need not have happened the one with less of it is as good:
    /// so it is unless something must wait for an operation that need not happen.
    var prefersFewer = false
    /// Whether a success remembers its order.
    var keepsWitness = false
    /// After a success, where `keepsWitness`: the operations in an order that explains them, without unanswered ones
    /// that need not have happened.
    private(set) var witness: [Int32] = []
    /// How long `witness` was at each of `frames`.
    private var frameWitnesses: [Int] = []

    private struct Frame {
        var position: Int
        var mark: Int
        var firstCandidate: Int
        var nextCandidate: Int
    }

    /// Decides whether `events`, sorted by `SearchEvent.isBefore`, of operations numbered below `operationCount` have a
    /// legal order.
    ///
    /// - Complexity: O(events × open operations) where readers and response order lead straight through; exponential in
    ///   the open operations at worst, and never more than `budget`.
    mutating func run(
        _ events: [SearchEvent], operationCount: Int, _ model: inout some SearchModel, _ budget: SearchBudget,
        forced order: (any SearchOrder)? = nil
    ) -> SearchOutcome {
        prepare(events, operationCount)
        self.order(model)
        force(order, operationCount)
        let start = model.mark
        defer { model.rollback(to: start) }
        while true {
            if settle(&model) { return .linearizable }
            if let why = model.exhausted { return .unknown(why) }
            if isNew(model.fingerprint) {
                guard visited.count <= budget.nodes else {
                    return .unknown("the budget of \(budget.nodes) configurations is spent")
                }
                guard !budget.isOver else { return .unknown(budget.whyOver) }
                guard memory + model.byteCount <= budget.bytes else { return .unknown(budget.whyFull) }
                guard steps <= budget.nodes &* Self.stepsPerNode else {
                    return .unknown(
                        "the budget of \(budget.nodes) configurations is spent, with \(slotOperation.count) operations open at once"
                    )
                }
                push(model)
            } else if !frames.isEmpty {
                restore(&model)
            }
            guard advance(&model) else {
                return model.exhausted.map(SearchOutcome.unknown) ?? .violated(event: furthest)
            }
        }
    }

    /// A configuration with more open operations than this counts as several.
    private static let stepsPerNode = 64

    /// Bytes of what was visited and of the choices that are open.
    private var memory: Int {
        visited.peakByteCount + cover.byteCount + 4 * candidates.count + 8 * frameMasks.count + MemoryLayout<Frame>
            .stride
            * frames.count
    }

    /// Whether the configuration was neither visited nor is any worse than one that was; remembers it.
    private mutating func isNew(_ fingerprint: UInt64) -> Bool {
        guard visited.insert(position, fingerprint, mask) else { return false }
        return !prefersFewer || cover.insert(position, fingerprint, mask, optional: optional)
    }

    private mutating func prepare(_ events: [SearchEvent], _ operationCount: Int) {
        self.events = events
        if slotOf.count < operationCount {
            slotOf = Array(repeating: -1, count: operationCount)
            responseOf = Array(repeating: .max, count: operationCount)
            predecessor = Array(repeating: -1, count: operationCount)
        }
        slotOperation.removeAll(keepingCapacity: true)
        var free: [Int32] = []
        for (index, event) in events.enumerated() {
            let operation = Int(event.operation)
            if event.isResponse {
                responseOf[operation] = Int32(index)
                free.append(slotOf[operation])
            } else {
                responseOf[operation] = .max
                if let slot = free.popLast() {
                    slotOf[operation] = slot
                } else {
                    slotOf[operation] = Int32(slotOperation.count)
                    slotOperation.append(-1)
                }
            }
        }
        words = max(1, (slotOperation.count + 63) / 64)
        mask = Array(repeating: 0, count: words)
        optional = mask
        visited.reset(words: words)
        cover.reset()
        frames.removeAll(keepingCapacity: true)
        frameMasks.removeAll(keepingCapacity: true)
        candidates.removeAll(keepingCapacity: true)
        witness.removeAll(keepingCapacity: true)
        frameWitnesses.removeAll(keepingCapacity: true)
        position = 0
        furthest = 0
        steps = 0
    }

    /// Finds each operation's predecessor among `events`.
    private mutating func order(_ model: borrowing some SearchModel) {
        lastOfLane.removeAll(keepingCapacity: true)
        for event in events where !event.isResponse {
            let operation = Int(event.operation)
            let lane = model.lane(operation)
            predecessor[operation] = lane < 0 ? -1 : lastOfLane[lane] ?? -1
            if lane >= 0, model.holdsLane(operation) { lastOfLane[lane] = event.operation }
        }
    }

    /// Before `run`: of each chain, every operation must happen after the one before.
    mutating func chain(_ chains: [[Int32]], operationCount: Int) {
        guard !chains.isEmpty else { return }
        chained = Array(repeating: [], count: operationCount)
        for chain in chains {
            for (before, operation) in zip(chain, chain.dropFirst()) { chained[Int(operation)].append(before) }
        }
    }

    private mutating func force(_ order: (any SearchOrder)?, _ operationCount: Int) {
        guard order != nil || !chained.isEmpty else {
            forced.removeAll(keepingCapacity: true)
            return
        }
        forced = chained.isEmpty ? Array(repeating: [], count: operationCount) : chained
        invocationOf = Array(repeating: .max, count: operationCount)
        for (index, event) in events.enumerated() where !event.isResponse {
            invocationOf[Int(event.operation)] = Int32(index)
            if let order { forced[Int(event.operation)] += order.predecessors(of: event.operation) }
        }
    }

    /// Whether something that comes before it, in its lane or by force, has yet to be linearized.
    private func mustWait(_ operation: Int) -> Bool {
        let before = predecessor[operation]
        if before >= 0, isOpen(before) { return true }
        guard !forced.isEmpty else { return false }
        return forced[operation].contains { invocationOf[Int($0)] >= position || isOpen($0) }
    }

    private func isOpen(_ operation: Int32) -> Bool {
        let slot = Int(slotOf[Int(operation)])
        return slotOperation[slot] == operation && !isLinearized(slot)
    }

    private func isLinearized(_ slot: Int) -> Bool { mask[slot >> 6] >> (UInt64(slot) & 63) & 1 != 0 }

    /// Moves over everything that is settled and linearizes legal readers. True at the end of the events.
    private mutating func settle(_ model: inout some SearchModel) -> Bool {
        while true {
            while position < events.count {
                let event = events[position]
                let slot = Int(slotOf[Int(event.operation)])
                if event.isResponse {
                    guard isLinearized(slot) else { break }
                    mask[slot >> 6] &= ~(1 << (UInt64(slot) & 63))
                    slotOperation[slot] = -1
                } else {
                    slotOperation[slot] = event.operation
                    if responseOf[Int(event.operation)] == .max { optional[slot >> 6] |= 1 << (UInt64(slot) & 63) }
                }
                position += 1
            }
            guard position < events.count else { return true }
            furthest = max(furthest, position)
            guard linearizeReaders(&model) else { return false }
        }
    }

    /// Returns whether the response at `position` can now be passed.
    private mutating func linearizeReaders(_ model: inout some SearchModel) -> Bool {
        // A reader may let the next one of its lane through.
        var progress = true
        while progress {
            progress = false
            for slot in slotOperation.indices where slotOperation[slot] >= 0 && !isLinearized(slot) {
                let operation = Int(slotOperation[slot])
                guard model.isReader(operation), !mustWait(operation) else { continue }
                let mark = model.mark
                let before = model.state
                guard model.apply(operation) else { continue }
                if model.state == before {
                    mask[slot >> 6] |= 1 << (UInt64(slot) & 63)
                    if keepsWitness { witness.append(Int32(operation)) }
                    progress = true
                } else {
                    model.rollback(to: mark)
                }
            }
        }
        return isLinearized(Int(slotOf[Int(events[position].operation)]))
    }

    /// Opens a choice among the open operations, the one that must respond first in front.
    private mutating func push(_ model: borrowing some SearchModel) {
        steps &+= slotOperation.count
        let first = candidates.count
        for slot in slotOperation.indices where slotOperation[slot] >= 0 && !isLinearized(slot) {
            if !mustWait(Int(slotOperation[slot])) { candidates.append(slotOperation[slot]) }
        }
        if candidates.count - first > 1 {
            candidates[first...].sort {
                responseOf[Int($0)] != responseOf[Int($1)] ? responseOf[Int($0)] < responseOf[Int($1)] : $0 < $1
            }
        }
        frames.append(Frame(position: position, mark: model.mark, firstCandidate: first, nextCandidate: first))
        frameMasks.append(contentsOf: mask)
        if keepsWitness { frameWitnesses.append(witness.count) }
    }

    /// Takes the next legal choice, closing choices that are used up. False when none is left.
    private mutating func advance(_ model: inout some SearchModel) -> Bool {
        while let frame = frames.last {
            var next = frame.nextCandidate
            while next < candidates.count {
                let operation = Int(candidates[next])
                next += 1
                guard model.apply(operation) else { continue }
                frames[frames.count - 1].nextCandidate = next
                let slot = Int(slotOf[operation])
                mask[slot >> 6] |= 1 << (UInt64(slot) & 63)
                if keepsWitness { witness.append(Int32(operation)) }
                return true
            }
            candidates.removeSubrange(frame.firstCandidate...)
            frames.removeLast()
            frameMasks.removeLast(words)
            if keepsWitness { frameWitnesses.removeLast() }
            if !frames.isEmpty { restore(&model) }
        }
        return false
    }

    /// Goes back to the newest open choice.
    private mutating func restore(_ model: inout some SearchModel) {
        let frame = frames[frames.count - 1]
        while position > frame.position {
            position -= 1
            let event = events[position]
            let slot = Int(slotOf[Int(event.operation)])
            slotOperation[slot] = event.isResponse ? event.operation : -1
            if !event.isResponse { optional[slot >> 6] &= ~(1 << (UInt64(slot) & 63)) }
        }
        for word in 0..<words { mask[word] = frameMasks[frameMasks.count - words + word] }
        model.rollback(to: frame.mark)
        if keepsWitness { witness.removeLast(witness.count - frameWitnesses[frameWitnesses.count - 1]) }
    }
}

/// Configurations that were visited, in one flat table.
struct VisitedSet {
    private var words: Int
    private var stride: Int
    private var table: [UInt64]
    private var capacity: Int
    private(set) var count = 0

    init(words: Int) {
        self.words = words
        stride = words + 2
        capacity = 64
        table = Array(repeating: 0, count: 64 * stride)
    }

    /// Memory of the table, where the next entry makes it grow with what it grows from.
    var peakByteCount: Int { table.count * (isFull ? 24 : 8) }
    private var isFull: Bool { 2 * (count + 1) > capacity }

    mutating func reset(words: Int) {
        if words == self.words, capacity <= 4096 {
            if count > 0 { for index in table.indices { table[index] = 0 } }
            count = 0
        } else {
            self = VisitedSet(words: words)
        }
    }

    /// Adds a configuration; false if it is there already.
    mutating func insert(_ position: Int, _ state: UInt64, _ mask: [UInt64]) -> Bool {
        if isFull { grow() }
        // Position plus one, so that an empty place is zero.
        let key = UInt64(position) + 1
        var index = Self.hash(key, state, mask) & (capacity - 1)
        while table[index * stride] != 0 {
            if isEqual(index * stride, key, state, mask) { return false }
            index = (index + 1) & (capacity - 1)
        }
        table[index * stride] = key
        table[index * stride + 1] = state
        for word in 0..<words { table[index * stride + 2 + word] = mask[word] }
        count += 1
        return true
    }

    private func isEqual(_ base: Int, _ key: UInt64, _ state: UInt64, _ mask: [UInt64]) -> Bool {
        guard table[base] == key, table[base + 1] == state else { return false }
        for word in 0..<words where table[base + 2 + word] != mask[word] { return false }
        return true
    }

    private static func hash(_ key: UInt64, _ state: UInt64, _ mask: [UInt64]) -> Int {
        var value = mix(key ^ mix(state))
        for word in mask { value = mix(value ^ word) }
        return Int(truncatingIfNeeded: value >> 1)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    private mutating func grow() {
        let old = table
        let oldCapacity = capacity
        capacity *= 2
        table = Array(repeating: 0, count: capacity * stride)
        for entry in 0..<oldCapacity where old[entry * stride] != 0 {
            let base = entry * stride
            let mask = Array(old[base + 2..<base + stride])
            var index = Self.hash(old[base], old[base + 1], mask) & (capacity - 1)
            while table[index * stride] != 0 { index = (index + 1) & (capacity - 1) }
            for word in 0..<stride { table[index * stride + word] = old[base + word] }
        }
    }
}
