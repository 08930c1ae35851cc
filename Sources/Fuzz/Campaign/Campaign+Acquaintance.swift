import Verification
import Wire
import System

extension Campaign {
    /// Asks for each command alone, before anybody is beside anybody: what is refused or never answered is known then. Then gets to
    /// know what else the target takes, and keeps to it.
    func introduce() throws {
        isIntroducing = true
        defer { isIntroducing = false }
        for scenario in source.introductions where !isAcquaintanceOver && !introduction.isEnough {
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
        let before = repliesBefore(probes)
        var prober = TargetProber(
            acquaintance, probes, clients: options.generator.clients, repliesBefore: before, perform: probe)
        try prober.probe()
        if options.generator.longestValue == nil, source.request(withValueOf: 1, of: acquaintance.known) != nil {
            let request = { [source, acquaintance] in source.request(withValueOf: $0, of: acquaintance.known) ?? [] }
            try prober.probeValues(request)
            try prober.probeReplies { source.keeping($0) }
            if !options.generator.avoidsPipelining { try prober.probeTogether(request) }
        }
        acquaintance = prober.acquaintance
        acquaintance.sleeps = harness.sleepsAtRest
        for habit in acquaintance.limits { _ = source.avoid(habit) }
        try judgeProbes(probes, repliesBefore: before)
    }

    /// What each connection is answered before its first request.
    private func repliesBefore(_ probes: TargetProbes) -> Int {
        probes.login.count + (options.credentials?.steps ?? []).reduce(0) { $0 + $1.replies }
    }

    /// Does the target leave a lone client, too, at the same place each time?
    func lookForClosing() throws {
        guard let command = acquaintance.known.first, let probes = source.probes(asking: command) else { return }
        try emit(.activity("looking whether the target leaves a lone client, too"))
        let (before, known) = (repliesBefore(probes), acquaintance)
        acquaintance.closing = try confirmation.look(or: "it was not looked whether a lone client is left") { setup in
            try ClosingProber(
                setup, probes, repliesBefore: before, thinking: known.thinking ?? .milliseconds(1),
                asksOnOne: known.requestsPerConnection == nil
            ).habit()
        }
    }

    /// Does the target forget what a lone client has written? What no order explains then is explained if it may have forgotten.
    func lookForForgetting() throws {
        guard let command = acquaintance.known.first, let probes = source.probes(asking: command),
            let kept = source.keeping(objects: Self.keptObjects)
        else { return }
        try emit(.activity("looking whether the target forgets by itself"))
        // What is read back at once shows that it is kept at all.
        let first = Array(kept.writes.prefix(1) + kept.reads.prefix(1))
        let scenario = probes.saying(first + kept.writes.dropFirst(), then: kept.reads, after: Self.keeping)
        let shows = { (setup: Harness.Setup) throws -> Bool? in
            let harness = try Harness(setup)
            defer { harness.stop() }
            let (log, ending) = try harness.execute(scenario)
            guard ending == nil, log.outcome == .completed else { return nil }
            return try harness.judgements(all: true).last?.accusations.contains { $0.oracle == .linearizability }
        }
        let memory = harness.setup.memory
        acquaintance.forgets = try confirmation.look(or: "it was not looked whether the target forgets") { setup in
            guard try shows(setup) == true else { return false }
            memory.forgets = true
            memory.forgets = try shows(setup) == false
            return memory.forgets
        }
    }

    /// So many objects are written, and for so long nobody asks for them.
    private static let (keptObjects, keeping) = (200, Duration.milliseconds(150))

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
        guard !isAcquaintanceOver else { return nil }
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
