/// What was seen of a server in a capture and is not proved against it.
struct Doubts {
    /// What makes the verdict inconclusive, one sentence each.
    private(set) var inconclusive: [String] = []
    /// What does not.
    private(set) var notes: [String] = []

    /// A client that gives up earlier says nothing of the server. Nanoseconds.
    private static let tellingNanoseconds: Int64 = 1_000_000_000

    /// - Parameter wanted: the oracles that were asked.
    init(_ diagnosis: Diagnosis, _ wanted: Set<OracleID>, _ silenceLimits: SilenceLimits) {
        for problem in diagnosis.problems where wanted.contains(problem.violation.oracle) {
            guard let silence = problem.silence else {
                if let doubt = problem.doubt { inconclusive.append(Self.sentence(problem, doubt)) }
                continue
            }
            guard diagnosis.reading.evidence.source == .capture else { continue }
            let slowest = diagnosis.reading.slowestReplyNanoseconds
            if let doubt = problem.doubt, silenceLimits.mayBeExhausted(silence, slowest: slowest) {
                inconclusive.append(Self.sentence(problem, doubt))
            } else if !silenceLimits.isExhausted(silence, slowest: slowest) {
                let why = "that is no longer than a server may take"
                if silence.clientClosed, silence.nanoseconds >= Self.tellingNanoseconds {
                    inconclusive.append(Self.sentence(problem, why))
                } else {
                    notes.append(Self.sentence(problem, why))
                }
            }
        }
    }

    private static func sentence(_ problem: Problem, _ doubt: String) -> String {
        "\(problem.violation.summary.dropLast(problem.violation.summary.hasSuffix(".") ? 1 : 0)); but \(doubt)."
    }
}
