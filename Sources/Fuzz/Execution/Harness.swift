import Capture
import Glibc
import Perturbation
import Verification
import Wire
import System

/// What executions run on: a target, the clients, the capture and the judge.
///
/// A harness keeps its address for its whole life, so that one capture serves the target and every fresh one after it.
final class Harness {
    /// How a harness is set up.
    struct Setup: Sendable {
        var target: TargetSpec
        /// How it lives.
        var life = TargetLife()
        var codec: any WireCodec
        var patience = ClientPatience()
        /// The kernel's capture ring. Bytes.
        var ringBytes = 64 << 20
        /// Unique in the target's life: the stem of keys and tokens.
        var campaign: String
        /// The noise in the target.
        var perturbation: PerturbationPlan
        /// The seed of that noise.
        var seed: UInt64
        /// The network of target and clients; nil for our own.
        var network: NetworkNamespaces?
        /// How clients log in, and what is secret.
        var credentials: Credentials?
        /// Whether clients begin with that: not where a target's greeting is listened to.
        var logsIn = true
        /// Whether to find out which process of the target serves which connection.
        var findsServingProcesses = false
        /// Shared by all setups that were made from one: they restart the same server.
        let restarted = RestartedServer()
        /// Shared likewise: whether the target forgets.
        let memory = TargetMemory()

        /// Whether each start gives a fresh target.
        var startsAnew: Bool { target.isCommand || life.restart != nil }
    }

    let setup: Setup
    let address: TargetAddress
    private let scratch: ScratchDirectory
    private let endMark: ExecutionEndMark
    private let pipeline: JudgementPipeline
    private let sleep = SleepProbe()
    private let perturbation: Perturbation
    private var engine: Engine?
    private(set) var target: Target?
    /// Nothing was run on it.
    private var isFresh = true
    /// What the target was told last.
    private var previous: Scenario?
    /// What the target was seen to accept.
    private(set) var sources = ClientSources.Range.manyAddresses
    private var log: TargetLog
    /// It left a client waiting: it will not end by itself.
    private var isWedged = false
    /// A server that we can only restart has turned all clients of the last execution away, as one that is no more.
    private(set) var isGone = false
    /// Datagrams that the kernel has dropped at the target's sockets, as last looked.
    private var droppedDatagrams = 0
    /// Connections to its Unix socket that a fresh target has without our clients.
    private var abandonedAtStart = 0
    /// Bytes of the executions that are not judged yet, at most.
    private var unjudgedBytes = 0
    private(set) var executions = 0
    /// What clients have waited for in all of them.
    private(set) var waits = Waits()
    private(set) var starts = 0
    private(set) var crashes = 0

    /// The most judgements that may wait before the clients pause for the judge.
    static let mostOutstanding = 64

    /// Starts the capture, then the target.
    ///
    /// - Throws: `TargetError`, `CaptureError`, or `SystemError`.
    init(_ setup: Setup) throws {
        self.setup = setup
        scratch = try ScratchDirectory()
        log = TargetLog(scratch.path + "/target.log")
        switch setup.target {
        case .address(let known): address = known
        case .command(_, let transport): address = try setup.free(transport, in: scratch.path)
        }
        endMark = try setup.network.inside { () throws(SystemError) in try ExecutionEndMark() }
        perturbation = try Perturbation(plan: setup.perturbation, in: setup.network)
        pipeline = try JudgementPipeline(
            address: address, endMarkPort: endMark.port, codec: setup.codec, ringBytes: setup.ringBytes,
            isFreshTarget: setup.target.isCommand, login: setup.login, memory: setup.memory, network: setup.network)
        do {
            try startTarget()
        } catch {
            pipeline.stop()
            throw error
        }
    }

    /// Starts the target, ending the one before. A server that is only connected to, and cannot be restarted, is looked at again.
    func startTarget() throws {
        target?.stop(graceMilliseconds: isWedged ? 0 : 500)
        target = nil
        previous = nil
        isWedged = false
        isGone = false
        droppedDatagrams = 0
        let readiness = Readiness(
            address, in: setup.network, answering: setup.life.ready,
            as: setup.credentials ?? Credentials(setup.codec), spoken: setup.codec, knowsGreeting: setup.logsIn)
        target = try hiding { () throws(TargetError) in
            try Target(
                Target.Birth(
                    spec: setup.target, places: places, commands: commands, readiness: readiness,
                    logPath: logPath, perturbation: perturbation, restarted: setup.restarted))
        }
        isFresh = true
        if let pid = target?.process?.pid, address.transport == .unix {
            Clock.sleep(milliseconds: 5)
            abandonedAtStart = countAbandoned(by: pid)
        }
        starts += 1
        log.targetBegins()
        sleep.pid = target?.process?.pid
        guard engine == nil else { return }
        let address = self.address
        sources = try setup.network.inside { ClientSources.accepted(by: address) }
        let sleep = self.sleep
        let lookUp = { sleep.pid.map { ServingProcesses.find(of: $0, address: address) } ?? [:] }
        engine = try Engine(
            address: address, codec: setup.codec, login: setup.login, sources: sources,
            patience: setup.patience, network: setup.network, targetSleeps: { sleep.isAsleep() },
            targetStarved: { sleep.pid.map { ProcessorTime(of: $0).waiting } },
            servingProcesses: setup.findsServingProcesses ? lookUp : nil)
    }

    /// Runs a scenario, and hands it to the judge.
    ///
    /// - Returns: the clients' log, and how the target ended if it did.
    /// - Throws: `SystemError` for trouble of our own side.
    func execute(_ scenario: Scenario) throws -> (log: ExecutionLog, ending: ProcessEnding?) {
        try reset()
        executions += 1
        perturbation.set(NoiseSchedule.noise(seed: setup.seed, execution: executions))
        let binding = Binding(campaign: setup.campaign, execution: executions)
        guard let engine else { preconditionFailure("a harness runs nothing before its target has started") }
        var log = try engine.run(scenario, execution: executions, binding: binding)
        waits += log.waits
        isGone = target?.process == nil && setup.startsAnew && log.metNobody
        if case .stalled = log.outcome, address.transport == .udp {
            let dropped = try setup.network.inside { DatagramSockets.dropped(address.port) }
            log.droppedDatagrams = max(0, dropped - droppedDatagrams)
            droppedDatagrams = dropped
        }
        // The process may still be dying, and how it ended is part of what is judged.
        let ending = ending(after: log)
        var performed = PerformedExecution(scenario: scenario, log: log, ending: ending, before: previous)
        performed.output = takeOutput(isEnd: ending != nil)
        // Reports lag behind what they are about.
        if ErrorReportReader.mayHoldReport(performed.output) { performed.earlier = previous }
        pipeline.submit(performed)
        previous = scenario
        if log.packets == nil { endMark.send(execution: executions) }
        unjudgedBytes += log.connections.reduce(0) { $0 + $1.receivedBytes + $1.sentBytes }
        switch log.outcome {
        case .stalled, .flooded: isWedged = true
        case .completed, .interrupted: break
        }
        return (log, ending)
    }

    /// Looks, 2 ms apart, for the rest of a report.
    private static let mostReportLooks = 50

    /// What the target printed in this execution; where it has ended, all that it printed.
    private func takeOutput(isEnd: Bool) -> [UInt8] {
        defer { self.log.cut() }
        var printed = self.log.take()
        var looks = 0
        // A report that is being written is not cut in two.
        while ErrorReportReader.mayHoldReport(printed), looks < Self.mostReportLooks {
            Clock.sleep(milliseconds: 2)
            let more = self.log.take()
            if more.isEmpty { break }
            printed += more
            looks += 1
        }
        return isEnd ? self.log.ofTarget : printed
    }

    /// Between two executions on the same target.
    private func reset() throws(TargetError) {
        defer { isFresh = false }
        guard !isFresh else { return }
        do {
            try hiding { () throws(TargetError) in try commands.run(.reset) }?.end()
        } catch .commandFailed where target?.poll() != nil {
            // That a target has died meanwhile, the execution shows.
        }
    }

    /// Keeps secrets out of what is told of trouble.
    private func hiding<Value>(_ body: () throws(TargetError) -> Value) throws(TargetError) -> Value {
        do throws(TargetError) {
            return try body()
        } catch {
            throw setup.credentials?.secrets.hidden(error) ?? error
        }
    }

    private var places: TargetPlaces {
        TargetPlaces(address: address, directory: scratch.path, secrets: setup.credentials?.secrets ?? Secrets())
    }

    /// What is run around the target.
    private var commands: TargetCommands {
        TargetCommands(
            life: setup.life, places: places, patience: setup.patience, network: setup.network,
            logPath: scratch.path + "/commands.log")
    }

    /// The target's end, given a moment where a connection broke: the process may still be dying.
    private func ending(after log: ExecutionLog) -> ProcessEnding? {
        guard let process = target?.process else { return nil }
        let wasReset = log.connections.contains { $0.wasReset }
        let broke = wasReset || log.connections.contains { $0.wasLeftWaiting }
        let ended = broke ? process.endsSoon(milliseconds: wasReset ? 50 : 5) : process.poll() != nil
        if ended { crashes += 1 }
        return ended ? process.poll() : nil
    }

    /// Judgements that are ready.
    ///
    /// - Parameter all: wait until every execution so far is judged, the time is over or the user wants an end.
    /// - Throws: the capture's failure, also where the end of an execution does not show up however often it is marked.
    func judgements(all: Bool) throws -> [JudgedExecution] {
        var ready = try pipeline.take(waiting: 0)
        let limit = all || unjudgedBytes > ExecutionLimits.unjudgedBytes ? 0 : Self.mostOutstanding
        var marks = 0
        var nextMark = Clock.monotonic + Self.markNanoseconds
        var end = setup.patience.deadline.map { $0 + ExecutionLimits.settlingNanoseconds } ?? .max
        while pipeline.outstanding > limit {
            let now = Clock.monotonic
            if now >= end { return ready }
            if Interruption.signal != nil { end = min(end, now + ExecutionLimits.settlingNanoseconds) }
            let more = try pipeline.take(waiting: 20)
            if !more.isEmpty {
                ready += more
                (marks, nextMark) = (0, now + Self.markNanoseconds)
            } else if now > nextMark {
                guard marks < Self.mostMarks else {
                    throw CaptureError.system(
                        call: "capture",
                        reason: "the end of execution \(executions) was marked \(marks) times and not seen")
                }
                // The token itself was dropped: sent again, it completes all executions before it.
                endMark.send(execution: executions)
                (marks, nextMark) = (marks + 1, now + Self.markNanoseconds)
            }
        }
        if pipeline.outstanding == 0 { unjudgedBytes = 0 }
        return ready
    }

    /// How long a judgement is waited for until the end of its execution is marked again. Nanoseconds.
    private static let markNanoseconds: Int64 = 2_000_000_000
    /// So often it is marked again while nothing is judged.
    private static let mostMarks = 30

    /// No more executions come: the judge spends less on those that are left.
    func hurryJudge() { pipeline.hurry() }

    /// Whether the target, of which nobody wants anything, was seen with all its threads asleep; nil where nobody can tell.
    var sleepsAtRest: Bool? {
        var seen: Bool?
        for _ in 0..<Self.looksAtRest where seen != true {
            seen = sleep.isAsleep() ?? seen
            guard seen != nil else { return nil }
            Clock.sleep(milliseconds: 15)
        }
        return seen
    }

    /// An answer takes two looks that are 100 ms apart.
    private static let looksAtRest = 20

    /// What the target and its descendants hold, once it is at rest.
    func resources() -> ProcessTree.Resources? {
        target?.process.map { ProcessTree.resources(of: $0.pid) }
    }

    /// What the target holds once its clients are gone: looked at until nothing more goes and no zombie is left, or the
    /// time is over; then the least of each number that was seen. Nil where the campaign ends before that.
    func restingResources() -> ProcessTree.Resources? {
        guard let process = target?.process, process.poll() == nil else { return nil }
        // Workers of a server of datagrams learn only from silence that their clients are gone.
        if address.transport == .udp { Clock.sleep(milliseconds: setup.patience.restMilliseconds / 2) }
        var least = ProcessTree.resources(of: process.pid)
        var steady = 0
        var rest = RestWait(
            setup.patience.restMilliseconds, longest: setup.patience.longestMilliseconds, at: Clock.monotonic)
        least.abandoned = abandoned(by: process.pid)
        while steady < Self.steadyLooks || least.zombies > 0 || least.abandoned > 0 {
            let isOver = rest.isOver(at: Clock.monotonic) { ProcessTree.activity(of: process.pid).asleep }
            guard !isOver else { break }
            // What the end of the time cut short is no evidence of anything.
            guard !setup.patience.isOver else { return nil }
            Clock.sleep(milliseconds: 5)
            let held = ProcessTree.resources(of: process.pid)
            let before = least
            if least.abandoned > 0 {
                least.abandoned = min(least.abandoned, abandoned(by: process.pid))
            }
            least.zombies = min(least.zombies, held.zombies)
            least.descriptors = min(least.descriptors, held.descriptors)
            least.threads = min(least.threads, held.threads)
            least.children = min(least.children, held.children)
            steady = least == before ? steady + 1 : 0
        }
        return least
    }

    private func abandoned(by pid: pid_t) -> Int {
        max(0, countAbandoned(by: pid) - abandonedAtStart)
    }

    private func countAbandoned(by pid: pid_t) -> Int {
        (try? setup.network.inside { ServingProcesses.abandoned(by: pid, address: address) }) ?? 0
    }

    /// How often connections found the queue of a listener full, in the target's network.
    var listenOverflows: Int? { try? setup.network.inside { ListenQueue.overflows() } }

    /// Looks in a row, 5 ms apart, in which a resting target lets go of nothing more.
    private static let steadyLooks = 4

    /// The capture's own counts so far.
    var captureStatistics: CaptureStatistics { pipeline.statistics }

    /// The end of what the target printed.
    var targetOutput: [UInt8] { log.tail }

    // Whoever made it may have been kept from ending it by what he told of it.
    deinit { stop() }

    /// Ends target, capture and judge; once more, it does nothing.
    ///
    /// - Returns: the capture's own counts.
    @discardableResult
    func stop() -> CaptureStatistics {
        target?.stop(graceMilliseconds: isWedged ? 0 : 500)
        target = nil
        return pipeline.stop()
    }

    private var logPath: String { log.path }
}

extension Harness.Setup {
    /// What each connection begins with.
    fileprivate var login: [LoginStep] { logsIn ? credentials?.steps ?? [] : [] }

    /// An address of the target's network on which nothing listens.
    fileprivate func free(_ transport: TargetTransport, in directory: String) throws -> TargetAddress {
        try network.inside { Result { try TargetAddress.free(transport, in: directory) } }.get()
    }
}
