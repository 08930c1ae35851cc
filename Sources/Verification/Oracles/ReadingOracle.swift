package import Capture

/// An oracle that judges a `Reading`, so that several share one.
protocol ReadingOracle: Oracle {
    func violations(in reading: Reading) -> [Violation]
    /// Violations that evidence which is incomplete somewhere else cannot explain away.
    func certainViolations(in reading: Reading) -> [Violation]
}

extension ReadingOracle {
    /// Reads the evidence and judges it.
    public func violations(in evidence: Evidence) -> [Violation] {
        let reading = Reading(evidence)
        return evidence.incomplete.isEmpty ? violations(in: reading) : certainViolations(in: reading)
    }

    func certainViolations(in reading: Reading) -> [Violation] { [] }

    /// The problems of this oracle's kind, the first of each connection, and more up to a handful.
    func problems(in reading: Reading, silenceLimits: SilenceLimits = SilenceLimits()) -> [Violation] {
        select(reading) {
            $0.doubt == nil && silenceLimits.isExhausted($0.silence, slowest: reading.slowestReplyNanoseconds)
        }
    }

    /// As `problems`, but only those that a unique token proves.
    func provenProblems(in reading: Reading) -> [Violation] {
        select(reading) { $0.doubt == nil && $0.isProvenByToken }
    }

    private func select(_ reading: Reading, _ isWanted: (Problem) -> Bool) -> [Violation] {
        let wanted = reading.problems.filter { $0.violation.oracle == id && isWanted($0) }
        var seen: Set<Int> = []
        var room = max(0, maximumViolations - Set(wanted.map(\.conversation)).count)
        var found: [Violation] = []
        for problem in wanted {
            if !seen.insert(problem.conversation).inserted {
                guard room > 0 else { continue }
                room -= 1
            }
            found.append(problem.violation)
        }
        return found
    }
}

/// More violations of one kind in one capture are not told.
let maximumViolations = 8

extension Diagnosis {
    /// Builds a problem of this connection. `story` is packets with what each shows.
    package func problem(
        _ oracle: OracleID, _ kind: String, _ summary: String,
        _ story: [(packet: PacketReference, note: String)], isProven: Bool = false, silence: Problem.Silence? = nil
    ) -> Problem {
        // Without the commands' names: one fault in a server's framing shows with many commands.
        let signature = "\(oracle.rawValue):\(kind)"
        var violation = Violation(
            oracle: oracle, summary: summary, packets: story.map(\.packet.number), notes: story.map(\.note),
            signature: signature)
        violation.flow = conversation.flow
        return Problem(
            violation: violation, conversation: index, isProvenByToken: isProven, silence: silence)
    }

    package func label(_ request: Int) -> String { reading.label(call(request)) }

    package func text(_ reply: Int) -> String { meaning.text(replies[reply]) }

    /// `c1: `
    package var who: String { conversation.name }
}
