/// Which of its choices a guided search tries first. Whatever it is, the search stays exact; no one suits all histories.
struct GuidedStyle {
    /// The next operation of the connection that was served last: servers work off what one connection has sent.
    var staysInLane = false
    /// How much happens in one step.
    var grain = Grain.operation
    /// What was asked for first: servers of one thread take requests as they come.
    var goesByRequest = false
    /// Now and then anything; one choice in so many, 0: never.
    var rarity: UInt64 = 0
    /// After so many configurations without getting further, the last choices are left, though not all that follows from
    /// them is known to fail; nil: never.
    var patience: Int?
    /// What is drawn.
    var seed: UInt64 = 1

    /// Nothing foreign comes between what a connection sent at once and was answered at once: servers of one thread work off
    /// what they have read. Coarse steps leave orders out, so they only find.
    enum Grain: Int, CaseIterable {
        case operation
        /// As much of a batch as can happen.
        case run
        /// The whole batch or nothing.
        case batch
    }

    mutating func rolls() -> Bool { rarity > 0 && SplitMix.next(&seed) % rarity == 0 }
    mutating func pick(_ count: Int) -> Int { Int(SplitMix.next(&seed) % UInt64(count)) }
}

/// How far back to go when a search has not got further for a while: twice as far each time, until it does.
struct Leap {
    let patience: Int?
    private var furthest = -1
    private var idle = 0
    private var next = firstDistance

    private static let firstDistance = 4
    private static let mostDistance = 1 << 20

    init(patience: Int?) { self.patience = patience }

    /// Told how many operations have happened, with each configuration; nil: go on.
    mutating func distance(_ happened: Int) -> Int? {
        guard let patience else { return nil }
        idle += 1
        if happened > furthest { (furthest, idle, next) = (happened, 0, Self.firstDistance) }
        guard idle >= patience else { return nil }
        idle = 0
        defer { next = min(2 * next, Self.mostDistance) }
        return next
    }
}

/// The turns of a guided search: straight on, then by turns one that leaps and one that is thorough, each pair twice as
/// long. What one has found to fail the others know. Only a thorough one shows that there is no order.
struct GuidedTurns {
    struct Turn {
        var style = GuidedStyle()
        /// Configurations.
        var nodes: Int
    }

    private let members: Int
    private let lanes: Int
    private let isPipelined: Bool
    private let first: Int
    private let patience: Int
    private var number = 0

    /// What the first thorough turn may spend. Configurations.
    static let firstNodes = 1_500
    /// What a turn that leaps spends before it does. Configurations.
    static let patience = 48
    /// Where connections do not pipeline, and there are so many, requests are served as they came first.
    private static let crowd = 16

    /// - Parameters: `first` and `patience`: small numbers make all turns happen in small histories.
    init(_ plan: GuidedPlan, first: Int = firstNodes, patience: Int = patience) {
        members = plan.use.members.count
        lanes = plan.lanes.count
        isPipelined = plan.isPipelined
        self.first = first
        self.patience = patience
        if !isPipelined { number = lanes < Self.crowd ? 2 : 0 }
    }

    /// Whether the first thorough turn is over, so that it is worth while to work out the forced order.
    var isForcedOrderDue: Bool { number == 3 }

    mutating func next() -> Turn {
        defer { number += 1 }
        switch number {
        case 0:
            let grain = isPipelined ? GuidedStyle.Grain.batch : .operation
            // Single operations are no batches.
            if !isPipelined { number = 1 }
            return Turn(style: GuidedStyle(grain: grain, goesByRequest: true, patience: patience), nodes: 2 * members)
        case 1: return Turn(style: GuidedStyle(grain: .run, patience: patience), nodes: 2 * members)
        case 2: return Turn(nodes: first)
        default: break
        }
        let pair = (number - 3) / 2
        let nodes = max(first, 2 * members) << min(pair, 16)
        guard number % 2 == 1 else { return Turn(nodes: nodes) }
        let grains: [GuidedStyle.Grain] = isPipelined ? [.batch, .operation, .run, .operation] : [.operation]
        return Turn(
            style: GuidedStyle(
                staysInLane: isPipelined && pair % 8 == 3, grain: grains[pair % grains.count],
                goesByRequest: pair % 4 == 1, rarity: [4, 16, 64][pair % 3], patience: patience,
                seed: UInt64(pair + 1)), nodes: nodes)
    }
}
