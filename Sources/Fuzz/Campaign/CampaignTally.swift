import Capture
package import Verification

/// Counts what a campaign's judgements say, and what follows from all of them together.
package struct CampaignTally {
    package var status = CampaignStatus()
    /// The first few reasons why executions were inconclusive.
    package private(set) var inconclusiveReasons: [String] = []
    private var methods = MethodUse()
    /// In how many executions each was the first refusal.
    private var refusals: [String: Int] = [:]

    package init() {}

    /// So many refusals are told apart.
    private static let mostRefusals = 64
    /// So many reasons are kept.
    private static let mostReasons = 10
    /// A method that was refused so often and never accepted is one that the target does not support.
    private static let tellingRefusals = 16

    /// Counts one execution.
    package mutating func count(_ execution: JudgedExecution) {
        let judgement = execution.judgement
        status.judged += 1
        status.packets += execution.packets.records.count
        status.exercised += judgement.exercised
        status.difficulty.count(judgement)
        methods.add(judgement.methods)
        note(judgement.refusal)
        // What the end of the time cut short is no evidence of anything, and a dead target is evidence enough.
        guard !judgement.inconclusive.isEmpty, execution.log.outcome != .interrupted, execution.ending == nil else {
            return
        }
        status.inconclusive += 1
        if inconclusiveReasons.count < Self.mostReasons { inconclusiveReasons += judgement.inconclusive.prefix(1) }
    }

    private mutating func note(_ refusal: String?) {
        guard let refusal, refusals[refusal] != nil || refusals.count < Self.mostRefusals else { return }
        refusals[refusal, default: 0] += 1
        guard refusals[refusal, default: 0] > refusals[status.commonestRefusal ?? "", default: 0] else { return }
        status.commonestRefusal = refusal
    }

    /// Commands that the target does not support, as this execution and those before show.
    package func unsupportedCommands(_ judgement: Judgement) -> [String] {
        judgement.unsupportedCommands + methods.refused.filter { $0.value >= Self.tellingRefusals }.keys.sorted()
    }

    /// What the whole campaign says.
    ///
    /// - Parameter wanted: the levels that fail a campaign.
    package func result(
        _ findings: [Finding], wanted: Set<FindingLevel>, interruptedBy signal: Int32?
    ) -> CampaignResult {
        let verdict = Verdict(
            isViolated: findings.contains { wanted.contains($0.level.asked) },
            isUndecided: status.inconclusive * Campaign.toleratedInconclusive > status.judged,
            isTested: status.exercised.answered > 0 && status.exercised.overlaps > 0
                && !status.exercised.isMostlyRefused)
        return CampaignResult(
            verdict: verdict, status: status, findings: findings, inconclusiveReasons: inconclusiveReasons,
            interruptedBy: signal)
    }
}
