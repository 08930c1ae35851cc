import System
import Verification
import Wire

/// The `spin` oracle: looks now and then whether a target at rest goes on using a processor, its clients gone or idle. What a
/// target does that nobody has talked to is its habit.
struct SpinWatch {
    /// Nothing more is to be found.
    private(set) var isSettled = false
    private var looks = 0
    /// One client that is answered, and stays.
    private let idle: Scenario?

    /// Of so many looks one is taken with a client that is idle: its pause costs time.
    private static let looksPerIdle = 4
    private static let idleTime: Duration = .milliseconds(50)
    private static let longIdleTime: Duration = .seconds(2)

    /// - Parameter introduction: a scenario of one client that is answered.
    init(_ introduction: Scenario?) { idle = introduction }

    /// There is nothing more to be found: it was, or it is the target's habit.
    mutating func settle() { isSettled = true }

    /// What was noticed: nothing, or a scenario to which it belongs, where there is one.
    enum Notice {
        case none
        case gone
        case idle(Scenario)
    }

    /// Looks at a target that has just been seen at rest.
    ///
    /// - Parameter load: what it wanted of the processors meanwhile.
    mutating func look(_ harness: Harness, load: Double?) throws -> Notice {
        guard !isSettled, let load else { return .none }
        looks += 1
        if load >= RestLoad.noticed, harness.spinsAtRest(windows: RestLoad.windows) { return .gone }
        guard looks % Self.looksPerIdle == 1, let idle else { return .none }
        let short = try Self.load(idle, Self.idleTime, harness)
        guard short >= RestLoad.spinning else { return .none }
        let scenario = idle.pausing(for: Self.longIdleTime)
        return try Self.load(idle, Self.longIdleTime, harness) >= RestLoad.spinning ? .idle(scenario) : .none
    }

    private static func load(_ scenario: Scenario, _ time: Duration, _ harness: Harness) throws -> Double {
        let (ended, load) = try harness.load { try harness.execute(scenario.pausing(for: time)) }
        return ended.ending == nil && ended.log.outcome == .completed ? load ?? 0 : 0
    }

    /// Whether fresh targets that nobody has talked to use a processor as well.
    static func isHabit(_ setup: Harness.Setup) throws -> Bool {
        for _ in 0..<untouchedTargets {
            if try UntouchedTarget.spins(setup, milliseconds: RestLoad.windowMilliseconds) { return true }
        }
        return false
    }

    private static let untouchedTargets = 3

    static func violation(_ notice: Notice) -> Violation {
        let clients = if case .idle = notice { "its only client idle and answered" } else { "all clients gone" }
        let seconds = RestLoad.windows * RestLoad.windowMilliseconds / 1000
        let time = if case .idle = notice { "2 s" } else { "\(seconds) s" }
        return Violation(
            oracle: .spin,
            summary:
                "the target at rest, \(clients), went on using a processor for \(time); one that nobody has talked to "
                + "uses none",
            signature: "spin")
    }
}

extension Scenario {
    /// With a pause of the first client at its end.
    func pausing(for time: Duration) -> Scenario {
        var scenario = self
        scenario.blocks.append(.step(Step(client: 0, .pause(time))))
        return scenario
    }

    /// How long its clients pause at least.
    var pauses: Duration {
        blocks.lazy.flatMap(\.steps).reduce(.zero) { sum, step in
            if case .pause(let time) = step.action { sum + time } else { sum }
        }
    }
}
