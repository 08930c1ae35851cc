import System
import Verification
import Wire

/// Looks now and then at what executions do not show: what the target holds at rest, and whether its listen queue is too
/// short for its clients.
struct TargetWatch {
    private var resources = ResourceWatch()
    private var nextLook = Clock.monotonic + interval
    /// Nil once the user has been told that the target's queue is short.
    private var overflowsBefore: Int?
    /// The last scenario in which a client left early: what most leaks come from.
    private(set) var lastDeparture: Scenario?

    init(_ harness: Harness) { overflowsBefore = harness.listenOverflows }

    /// The time between two looks. Nanoseconds.
    private static let interval: Int64 = 1_000_000_000

    /// Whether it is time to look.
    var isDue: Bool { Clock.monotonic >= nextLook }

    /// The looks were taken.
    mutating func looked() { nextLook = Clock.monotonic + Self.interval }

    /// A scenario is about to run.
    mutating func begins(_ scenario: Scenario) {
        if scenario.hasDepartures { lastDeparture = scenario }
    }

    /// What the target holds too much at rest.
    mutating func leaks(_ harness: Harness) -> [Violation] {
        guard let held = harness.restingResources() else { return [] }
        return resources.observe(held, executions: harness.executions)
    }

    /// What to tell the user of the target's listen queue, once.
    mutating func queueWarning(_ harness: Harness, clients: Int) -> String? {
        guard let before = overflowsBefore, let now = harness.listenOverflows, now > before else { return nil }
        overflowsBefore = nil
        return "connections met a full listen queue, most likely the target's: some of \(clients) clients "
            + "wait a second or more to be connected; give it a longer backlog, or take fewer --clients"
    }
}
