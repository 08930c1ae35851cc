/// An oracle that judges a `Diagnosis`, so that several share one.
protocol DiagnosisOracle: Oracle {
    func violations(in diagnosis: Diagnosis) -> [Violation]
    /// Violations that evidence which is incomplete somewhere else cannot explain away.
    func certainViolations(in diagnosis: Diagnosis) -> [Violation]
}

extension DiagnosisOracle {
    /// Reads the evidence and judges it.
    public func violations(in evidence: Evidence) -> [Violation] {
        let diagnosis = Diagnosis(Reading(evidence))
        return evidence.incomplete.isEmpty ? violations(in: diagnosis) : certainViolations(in: diagnosis)
    }

    func certainViolations(in diagnosis: Diagnosis) -> [Violation] { [] }

    /// The problems of this oracle's kind, the first of each connection, and more up to a handful.
    func problems(in diagnosis: Diagnosis, silenceLimits: SilenceLimits = SilenceLimits()) -> [Violation] {
        select(diagnosis) {
            $0.doubt == nil && silenceLimits.isExhausted($0.silence, slowest: diagnosis.reading.slowestReplyNanoseconds)
        }
    }

    /// As `problems`, but only those that a unique token proves.
    func provenProblems(in diagnosis: Diagnosis) -> [Violation] {
        select(diagnosis) { $0.doubt == nil && $0.isProvenByToken }
    }

    private func select(_ diagnosis: Diagnosis, _ isWanted: (Problem) -> Bool) -> [Violation] {
        let wanted = diagnosis.problems.filter { $0.violation.oracle == id && isWanted($0) }
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
