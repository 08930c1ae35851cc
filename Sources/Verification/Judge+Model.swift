extension Judge {
    /// What a capture comes to with a model in place of what the protocol knows of objects.
    public struct ModelJudgement: Sendable {
        /// All that was found, by the oracles and the model.
        public var judgement: Judgement
        /// What the model was given, and said of it, of the last recording.
        public var captured: CapturedHistory
        /// What the model said.
        public var result: CheckResult
    }

    /// Judges evidence by the oracles, and its operations by `model`, each recording by itself.
    ///
    /// - Parameter initial: What all objects held before, as a person writes it; nil: nobody knows.
    public func judge(
        _ evidence: Evidence, model: some CaptureModel, _ checker: Checker, initial: String? = nil,
        notedIn sectionComments: [String] = []
    ) -> ModelJudgement {
        var last: (CapturedHistory, CheckResult)?
        var judgement = judge(evidence) { reading, judgement in
            var captured = CapturedHistory(reading, model.naming)
            if let initial {
                let code = captured.history.values.code(written: initial)
                captured.startsEmpty = code == History.null
                if code != History.null { captured.history.initial = code }
            }
            let result = model.check(captured, checker)
            judgement.add(result, captured)
            last = (captured, result)
        }
        judgement.violations = CampaignNote.violations(in: sectionComments) + judgement.violations
        let (captured, result) =
            last ?? (CapturedHistory(evidence, model.naming), CheckResult(verdict: .nothingTested))
        return ModelJudgement(judgement: judgement, captured: captured, result: result)
    }
}

extension Judgement {
    /// Adds what a model says. Where replies are wrong, packets missing, or requests of which nobody knows what they did, it
    /// accuses nobody; nor over UDP, where a request may have been done twice, or not at all.
    fileprivate mutating func add(_ result: CheckResult, _ captured: CapturedHistory) {
        notes += captured.notes
        // The protocol may know of no object where the model does.
        exercised.overlaps = max(exercised.overlaps, result.exercised.overlaps)
        let isReliable = violations.isEmpty && inconclusive.isEmpty && captured.isReliable
        for found in result.violations {
            let violation = Violation(found, captured)
            if isReliable {
                violations.append(violation)
            } else {
                inconclusive.append("What else is wrong, missing or unknown may explain: \(violation.summary)")
            }
        }
        inconclusive += result.inconclusive
        hints += result.hints
        if result.verdict == .nothingTested, exercised.answered > 0, inconclusive.isEmpty {
            inconclusive.append("The model knows nothing of what was asked.")
        }
    }
}

extension Violation {
    /// What a model found in a capture: its operations are packets.
    fileprivate init(_ found: HistoryViolation, _ captured: CapturedHistory) {
        let history = captured.history
        var notes: [Int: String] = [:]
        for row in found.rows {
            let request = HistorySentence.request(history, row)
            notes[history.ids[row]] = "\(request) is sent"
            guard captured.answers[row] > 0 else { continue }
            let answer = HistorySentence.answer(history, row).map { "answered \($0)" } ?? "\(request) is answered"
            notes[captured.answers[row]] = answer
        }
        var summary = found.summary
        if let first = found.firstInexplicable, captured.answers[first.row] > 0 {
            summary += " It is inexplicable from packet \(captured.answers[first.row]) on."
        }
        self.init(
            oracle: .linearizability, summary: summary, packets: notes.keys.sorted(),
            notes: notes.keys.sorted().map { notes[$0]! }, signature: found.signature,
            margin: found.margin, blame: found.blame)
        exchanges = found.rows.map { captured.exchanges[$0] }
        culprit = found.firstInexplicable.map { captured.exchanges[$0.row] }
    }
}
