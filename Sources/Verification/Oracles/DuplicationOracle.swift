import Capture

/// No reply is sent twice.
public struct DuplicationOracle: DiagnosisOracle {
    /// Creates the oracle.
    public init() {}

    /// `duplication`.
    public var id: OracleID { .duplication }

    func violations(in diagnosis: Diagnosis) -> [Violation] { problems(in: diagnosis) }
    func certainViolations(in diagnosis: Diagnosis) -> [Violation] { provenProblems(in: diagnosis) }
}

extension Dialogue {
    /// The reply at `reply` is one more to `request`.
    func duplication(_ request: Int, _ reply: Int, isProven: Bool) -> Problem {
        guard request >= 0, request < count else { return unasked(reply) }
        let again = replies[reply]
        // Doubled replies before this one have shifted all since, so a reply's place does not name its request.
        let first = replies[..<reply].last { $0.bytes == again.bytes } ?? replies[max(0, reply - 1)]
        return problem(
            .duplication, "doubled",
            "\(who): \(label(request)) (packet \(self.request(request).last.number)) was answered twice: "
                + "\(meaning.text(first)) in packet \(first.first.number) and "
                + "\(meaning.text(again)) in packet \(again.first.number).",
            [
                (self.request(request).last, "\(label(request)) is sent once"), (first.first, "its reply"),
                (again.first, "its reply again"),
            ], isProven: isProven)
    }

    /// The stream ends with the beginning of a second reply to `request`.
    func duplication(_ request: Int, of piece: Message) -> Problem {
        problem(
            .duplication, "doubled",
            "\(who): \(label(request)) (packet \(self.request(request).last.number)) was answered, and then "
                + "\(piece.bytes.count) bytes of the same reply again (packet \(piece.first.number)).",
            [(self.request(request).last, "\(label(request)) is sent once"), (piece.first, "its reply begins again")])
    }
}
