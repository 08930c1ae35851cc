/// What a guided search knows of a component before it begins: when what happens, who waits for whom, and what does the same.
struct GuidedPlan {
    let use: CellUse
    let latest: [Int64]
    /// Invocations and responses by the forced windows.
    private(set) var events: [SearchEvent] = []
    private(set) var invokedAt: [Int]
    let isReader: [Bool]
    /// The members of each lane in order, and the place of each member in its lane.
    private(set) var lanes: [[Int32]] = []
    private(set) var laneOf: [Int32]
    private(set) var placeInLane: [Int32]
    /// The next of a member's lane that waits for it.
    private(set) var laneNext: [Int32]
    /// Whether some requests of a lane follow each other without waiting for replies.
    let isPipelined: Bool
    /// Members that do the same, by latest time; -1 for those that are alone.
    private(set) var twinClass: [Int32]
    private(set) var twins: [[Int32]] = []
    /// What lists tell of who comes before whom.
    let queues: QueueOrder
    /// Of each member a mark, for telling sets of members from each other.
    let marks: [(UInt64, UInt64)]

    init(_ use: CellUse, _ windows: ForcedWindows) {
        self.use = use
        latest = windows.latest
        let count = use.members.count
        isReader = use.operations.map(\.isReader)
        isPipelined = use.isFollowed.contains(true)
        invokedAt = Array(repeating: 0, count: count)
        laneOf = invokedAt.map { Int32($0) }
        placeInLane = laneOf
        laneNext = Array(repeating: -1, count: count)
        twinClass = laneNext
        var random: UInt64 = 0x2545_F491_4F6C_DD1D
        marks = (0..<count).map { _ in (SplitMix.next(&random), SplitMix.next(&random)) }
        queues = QueueOrder(use.operations)
        addEvents(windows)
        addLanes()
        findTwins()
    }

    /// Whether two operations of a lane were sent at once and answered at once.
    func isOneBatch(_ first: Int, _ second: Int) -> Bool {
        let (first, second) = (use.operations[first], use.operations[second])
        return first.invoked == second.invoked && first.completed == second.completed
    }

    private mutating func addEvents(_ windows: ForcedWindows) {
        events.reserveCapacity(2 * use.members.count)
        for member in use.members.indices {
            events.append(SearchEvent(time: windows.earliest[member], operation: Int32(member), isResponse: false))
            guard windows.latest[member] < .max else { continue }
            events.append(SearchEvent(time: windows.latest[member], operation: Int32(member), isResponse: true))
        }
        events.sort(by: SearchEvent.isBefore)
        for (index, event) in events.enumerated() where !event.isResponse { invokedAt[Int(event.operation)] = index }
    }

    private mutating func addLanes() {
        var numbers: [Int32: Int32] = [:]
        for (member, operation) in use.operations.enumerated() {
            let lane = numbers[operation.lane] ?? Int32(lanes.count)
            if Int(lane) == lanes.count {
                numbers[operation.lane] = lane
                lanes.append([])
            }
            laneOf[member] = lane
            placeInLane[member] = Int32(lanes[Int(lane)].count)
            lanes[Int(lane)].append(Int32(member))
            let before = use.lanePredecessor[member]
            if before >= 0, laneNext[Int(before)] < 0 { laneNext[Int(before)] = Int32(member) }
        }
    }

    private struct Twin: Hashable {
        var kind: KeyOperation.Kind
        var key: Int32
        var argument: Int
        var result: Int
        var isAnswered: Bool
    }

    private mutating func findTwins() {
        var found: [Twin: [Int32]] = [:]
        for (member, operation) in use.operations.enumerated()
        where operation.partCount == 0 && !isReader[member] && !use.isFollowed[member] {
            found[
                Twin(
                    kind: operation.kind, key: operation.key, argument: operation.argument, result: operation.result,
                    isAnswered: operation.isAnswered), default: []
            ].append(Int32(member))
        }
        for members in found.values where members.count > 1 {
            for member in members { twinClass[Int(member)] = Int32(twins.count) }
            twins.append(members.sorted { (latest[Int($0)], $0) < (latest[Int($1)], $1) })
        }
    }
}
