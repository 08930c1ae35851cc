import Capture
import Verification
import Wire

/// An execution that nobody has judged yet.
struct PerformedExecution: Sendable {
    /// What was run.
    var scenario: Scenario
    /// What the clients saw.
    var log: ExecutionLog
    /// How the target ended, if it did.
    var ending: ProcessEnding?
}

/// An execution with what the oracles say of it.
struct JudgedExecution: Sendable {
    /// What was run.
    var scenario: Scenario
    /// What the clients saw.
    var log: ExecutionLog
    /// How the target ended, if it did.
    var ending: ProcessEnding?
    var judgement: Judgement
    /// Its packets, numbered from 1.
    var packets: PacketBatch
    /// The end of what the target had printed, where it ended in this execution; else empty.
    var targetOutput: [UInt8] = []

    init(_ performed: PerformedExecution, _ judgement: Judgement, _ packets: PacketBatch) {
        (scenario, log, ending) = (performed.scenario, performed.log, performed.ending)
        self.judgement = judgement
        self.packets = packets
    }

    /// One that the judge has not come to: only that the target ended is known.
    init(unjudged performed: PerformedExecution) {
        let crash = performed.ending.map(CrashOracle.violation)
        self.init(
            performed, Judgement(violations: crash.map { [$0] } ?? []), PacketBatch(linkTypes: [.ethernet]))
    }

    /// What the target is accused of. What the wire shows of a dying server is the crash, not faults of their own.
    var accusations: [Violation] {
        let crashes = judgement.violations.filter { $0.oracle == .crash }
        return crashes.isEmpty ? judgement.violations : crashes
    }

    /// Without its packets.
    var withoutPackets: JudgedExecution {
        var execution = self
        execution.packets = PacketBatch(linkTypes: packets.linkTypes)
        execution.log.packets = nil
        return execution
    }
}

extension Judgement {
    /// Adds what is more telling than all before.
    mutating func add(_ violation: Violation) { violations.insert(violation, at: 0) }
}
