import Verification
import System
package import Wire

/// Makes a scenario smaller while it still shows a fault: whole clients first, then blocks, then steps.
package struct Minimizer {
    private var setup: Harness.Setup
    private let time: Duration

    /// How often a candidate runs before it is taken not to show the fault.
    static let executionsPerCandidate = 60

    init(_ setup: Harness.Setup, within time: Duration) {
        self.setup = setup
        self.setup.patience = setup.patience.confirming
        // The hang has been confirmed, and there is time for a few candidates only.
        self.setup.patience.firstMilliseconds = self.setup.patience.asleepMilliseconds
        self.setup.ringBytes = 8 << 20
        self.time = time
    }

    /// The smallest scenario found in the time; nil where nothing smaller shows the fault.
    ///
    /// Greedy removal (Zeller, Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002, with steps in
    /// place of characters), on one target that is started afresh after each hit that broke it.
    func minimize(_ scenario: Scenario, expecting suspicion: Suspicion) throws -> Scenario? {
        let harness = try Harness(setup)
        defer { harness.stop() }
        let deadline = time.fromNow
        var best = scenario
        var progress = true
        while progress {
            progress = false
            for candidate in Self.smaller(best) {
                guard Clock.monotonic < deadline, !setup.patience.isOver else {
                    return best == scenario ? nil : best
                }
                if try shows(candidate, suspicion, harness, deadline) {
                    best = candidate
                    progress = true
                    break
                }
            }
        }
        return best == scenario ? nil : best
    }

    private func shows(
        _ scenario: Scenario, _ suspicion: Suspicion, _ harness: Harness, _ deadline: Int64
    ) throws -> Bool {
        let first = harness.executions + 1
        // Judgements lag behind: those of the candidate before this one say nothing of it.
        let isHit = { (judged: [JudgedExecution]) in
            judged.contains { $0.log.execution >= first && suspicion.matches($0) }
        }
        for count in 1...Self.executionsPerCandidate where Clock.monotonic < deadline {
            let (log, ending) = try harness.execute(scenario)
            let broke = ending != nil || log.outcome != .completed || harness.isGone
            let judged = try harness.judgements(all: broke || count % 4 == 0)
            if broke { try harness.startTarget() }
            if isHit(judged) { return true }
        }
        return isHit(try harness.judgements(all: true))
    }

    /// Scenarios with one part less, large parts first; `expect` counts follow what is still sent.
    package static func smaller(_ scenario: Scenario) -> [Scenario] {
        var candidates: [Scenario] = []
        let clients = Set(scenario.blocks.flatMap(\.steps).map(\.client)).sorted()
        if clients.count > 1 {
            for client in clients.reversed() { candidates.append(scenario.keeping { $0.client != client }) }
        }
        let sends = scenario.blocks.indices.filter { index in
            scenario.blocks[index].steps.contains { if case .send = $0.action { true } else { false } }
        }
        for index in sends.reversed() where sends.count > 1 {
            var copy = scenario
            copy.blocks.remove(at: index)
            candidates.append(copy.balanced())
        }
        candidates += scenario.withShorterSends()
        return candidates.filter { $0 != scenario && !$0.blocks.isEmpty }
    }
}

extension Scenario {
    /// Without the steps that `keep` refuses, and without the groups that this empties.
    func keeping(_ keep: (Step) -> Bool) -> Scenario {
        var copy = self
        copy.blocks = blocks.compactMap { block in
            switch block {
            case .step(let step): return keep(step) ? block : nil
            case .together(let steps):
                let kept = steps.filter(keep)
                return kept.isEmpty ? nil : .together(kept)
            }
        }
        return copy
    }

    /// Each pipelined batch with one request less.
    func withShorterSends() -> [Scenario] {
        var found: [Scenario] = []
        for (index, block) in blocks.enumerated() {
            for (place, step) in block.steps.enumerated() {
                guard case .send(.requests(let requests)) = step.action, requests.count > 1 else { continue }
                for removed in requests.indices.reversed() {
                    var steps = block.steps
                    var shorter = requests
                    shorter.remove(at: removed)
                    steps[place].action = .send(.requests(shorter))
                    var copy = self
                    copy.blocks[index] = steps.count == 1 && block == .step(step) ? .step(steps[0]) : .together(steps)
                    found.append(copy.balanced())
                }
            }
        }
        return found
    }

    /// Lowers `expect` counts to what was sent before them on the connection, and removes those with nothing to wait
    /// for, and steps of clients that are not connected. Raw sends are taken for one request.
    package func balanced() -> Scenario {
        var owed: [Int: Int] = [:]
        var copy = self
        copy.blocks = blocks.compactMap { block in
            let kept = block.steps.compactMap { Self.balance($0, &owed) }
            guard !kept.isEmpty else { return nil }
            if case .step = block { return .step(kept[0]) }
            return .together(kept)
        }
        return copy
    }

    private static func balance(_ step: Step, _ owed: inout [Int: Int]) -> Step? {
        if case .connect = step.action { owed[step.client] = 0 }
        guard let before = owed[step.client] else { return nil }
        switch step.action {
        case .send(.requests(let requests)): owed[step.client] = before + requests.count
        case .send(.raw): owed[step.client] = before + 1
        case .expect(let count):
            let possible = min(count, before)
            owed[step.client] = before - possible
            return possible > 0 ? Step(client: step.client, .expect(count: possible)) : nil
        default: break
        }
        return step
    }
}
