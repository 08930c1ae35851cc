import Verification
import Wire
import System

extension Campaign {
    /// Asks for each command alone, before anybody is beside anybody: what is refused or never answered is known then. Then gets to
    /// know what else the target takes, and keeps to it.
    func introduce() throws {
        isIntroducing = true
        defer { isIntroducing = false }
        for scenario in source.introductions where !isOver && !introduction.isEnough {
            let start = Clock.monotonic
            introduction.note(try perform(scenario), took: .nanoseconds(Clock.monotonic - start))
        }
        try settle(try harness.judgements(all: true))
        let judged = introduction.judged
        introduction.judged = []
        isIntroducing = false
        judged.forEach { acquaintance.note($0) }
        if !options.hammers, harness.address.transport != .udp { try getAcquainted() }
        for execution in judged where !stopsNow {
            if introduction.tellsCommandsApart { noteAlone(execution) }
            try accuse(execution)
        }
        if !options.hammers { try emit(.acquainted(acquaintance)) }
    }

    private func getAcquainted() throws {
        guard let command = acquaintance.known.first, let probes = source.probes(asking: command) else { return }
        let before = probes.login.count + (options.credentials?.steps ?? []).reduce(0) { $0 + $1.replies }
        var prober = TargetProber(
            acquaintance, probes, clients: options.generator.clients, repliesBefore: before, perform: probe)
        try prober.probe()
        if options.generator.longestValue == nil, source.request(withValueOf: 1, of: acquaintance.known) != nil {
            try prober.probeValues { source.request(withValueOf: $0, of: acquaintance.known) ?? [] }
        }
        acquaintance = prober.acquaintance
        acquaintance.sleeps = harness.sleepsAtRest
        for habit in acquaintance.limits { _ = source.avoid(habit) }
        try judgeProbes(probes, repliesBefore: before)
    }

    /// One client pipelines, one half-closes: what is wrong about that is judged as ever.
    private func judgeProbes(_ probes: TargetProbes, repliesBefore before: Int) throws {
        let most = min(TargetProber.pipelined, acquaintance.requestsPerConnection ?? .max)
        if most > 1, !options.generator.avoidsPipelining, let judged = try probe(probes.pipelining(most)) {
            let replies = judged.log.connections.last?.replies.count ?? 0
            acquaintance.pipelined = max(0, replies - before)
            if acquaintance.pipelined ?? 0 < most { try accuse(judged, of: .pipelining) }
        }
        guard !options.generator.avoidsHalfClose, let judged = try probe(probes.halfClosing()) else { return }
        let replies = judged.log.connections.last?.replies.count ?? 0
        acquaintance.servesHalfClosed = replies > before
        if acquaintance.servesHalfClosed == false { try accuse(judged) }
    }

    /// One client suffices for what is seen, and from now on nobody does that.
    private func accuse(_ execution: JudgedExecution, of habit: Habit) throws {
        for var violation in execution.accusations where violation.unanswered != nil && !isUnderstood(violation) {
            violation.cause = "\(habit)"
            if violation.oracle == .loss {
                violation.policy = "a server may close instead of answering all that came at once"
            }
            try suspect(violation, execution)
        }
        try avoid(habit)
    }

    /// Runs a probe, which accuses nobody; nil where there is no time for it.
    private func probe(_ scenario: Scenario) throws -> JudgedExecution? {
        guard !isOver else { return nil }
        introduction.noteProbe()
        watch.begins(scenario)
        let (log, ending) = try harness.execute(scenario)
        let judged = try harness.judgements(all: true).last { $0.log.execution == log.execution }
        guard log.outcome == .completed, ending == nil else {
            if ending != nil, let judged { try accuse(judged) }
            if !isOutOfTime { try harness.startTarget() }
            return judged
        }
        return judged
    }
}
