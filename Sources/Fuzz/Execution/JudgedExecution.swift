package import Capture
package import Verification
package import Wire

/// An execution that nobody has judged yet.
package struct PerformedExecution: Sendable {
    /// What was run.
    package var scenario: Scenario
    /// What the clients saw.
    package var log: ExecutionLog
    /// How the target ended, if it did.
    package var ending: ProcessEnding?
    /// What the target printed meanwhile; where it ended, all that it had printed. Bounded.
    package var output: [UInt8] = []

    /// What was run before, where the target ended without an answer to anybody: it may have been dying of that.
    package var earlier: Scenario?

    package init(scenario: Scenario, log: ExecutionLog, ending: ProcessEnding?, before earlier: Scenario? = nil) {
        (self.scenario, self.log, self.ending) = (scenario, log, ending)
        let isUnanswered = log.connections.allSatisfy { $0.receivedBytes == 0 }
        self.earlier = ending != nil && isUnanswered ? earlier : nil
    }
}

/// An execution with what the oracles say of it.
@dynamicMemberLookup
package struct JudgedExecution: Sendable {
    /// What was run, and what the clients saw.
    package private(set) var performed: PerformedExecution
    package var judgement: Judgement
    /// Its packets, numbered from 1.
    package var packets: PacketBatch
    /// What the target had printed, where it ended in this execution; else empty.
    package var targetOutput: [UInt8] = []

    package init(_ performed: PerformedExecution, _ judgement: Judgement, _ packets: PacketBatch) {
        self.performed = performed
        self.judgement = judgement
        self.packets = packets
        if performed.ending != nil { targetOutput = performed.output }
    }

    /// One that the judge has not come to: only that the target ended is known.
    package init(unjudged performed: PerformedExecution) {
        let crash = performed.ending.map { CrashOracle.violation($0, output: performed.output) }
        self.init(
            performed, Judgement(violations: crash.map { [$0] } ?? []), PacketBatch(linkTypes: [.ethernet]))
    }

    /// What is known of it without a judge.
    package subscript<Value>(dynamicMember member: KeyPath<PerformedExecution, Value>) -> Value {
        performed[keyPath: member]
    }

    /// What the target is accused of. What the wire shows of a dying server is the crash, not faults of their own; a stall is a
    /// suspicion until it was compared.
    package var accusations: [Violation] {
        let crashes = judgement.violations.filter { $0.oracle == .crash }
        return crashes.isEmpty ? judgement.violations.filter { $0.oracle != .stall } : crashes
    }

    /// That somebody may have been answered late because of others.
    var stall: Violation? {
        performed.log.connections.count > 1 ? judgement.violations.first { $0.oracle == .stall } : nil
    }

    /// What was under way when the target died.
    var underWay: [UnansweredRequest] { judgement.violations.first { $0.oracle == .crash }?.underWay ?? [] }

    /// Without its packets.
    package var withoutPackets: JudgedExecution {
        var execution = self
        execution.packets = PacketBatch(linkTypes: packets.linkTypes)
        execution.performed.log.packets = nil
        return execution
    }
}

extension Judgement {
    /// Adds what is more telling than all before.
    mutating func add(_ violation: Violation) { violations.insert(violation, at: 0) }
}
