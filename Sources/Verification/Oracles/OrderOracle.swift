import Capture

/// Replies of one connection stand in the order of its requests.
public struct OrderOracle: DiagnosisOracle {
    /// Creates the oracle.
    public init() {}

    /// `order`.
    public var id: OracleID { .order }

    func violations(in diagnosis: Diagnosis) -> [Violation] { problems(in: diagnosis) }
    func certainViolations(in diagnosis: Diagnosis) -> [Violation] { provenProblems(in: diagnosis) }
}

extension Dialogue {
    func order(_ request: Int, _ reply: Int, belongsTo other: Int?, isProven: Bool) -> Problem {
        let asked = self.request(request)
        let got = replies[reply]
        guard let other, other < count else {
            return problem(
                .order, "permuted",
                "\(who): \(label(request)) (packet \(asked.last.number)) was answered \(text(reply)) "
                    + "(packet \(got.first.number)); only in another order do the replies fit the pipelined requests.",
                [(asked.last, "\(label(request)) is sent"), (got.first, "its place holds \(text(reply))")],
                isProven: isProven)
        }
        let owner = self.request(other)
        return problem(
            .order, "swapped",
            "\(who): \(label(request)) (packet \(asked.last.number)) got the reply of \(label(other)) "
                + "(packet \(owner.last.number)): \(text(reply)) in packet \(got.first.number).",
            [
                (asked.last, "\(label(request)) is sent"), (owner.last, "\(label(other)) is sent"),
                (got.first, "the reply to \(label(other)) stands where the one to \(label(request)) should"),
            ], isProven: isProven)
    }
}
