import Verification
import Wire

/// What is told, without the values.
extension Secrets {
    func hidden(_ violation: Violation) -> Violation {
        var told = violation
        told.summary = hidden(violation.summary)
        told.notes = violation.notes.map(hidden)
        told.targetWords = violation.targetWords.map(hidden)
        told.cause = violation.cause.map(hidden)
        told.signature = hidden(violation.signature)
        told.blame = violation.blame.map(hidden)
        told.policy = violation.policy.map(hidden)
        return told
    }

    package func hidden(_ finding: Finding) -> Finding {
        guard !isEmpty else { return finding }
        var told = finding
        told.violation = hidden(finding.violation)
        told.scenario = hidden(finding.scenario)
        told.minimized = finding.minimized.map(hidden)
        mask(&told.packets)
        mask(&told.targetOutput)
        return told
    }

    /// A scenario that somebody has written may hold one.
    private func hidden(_ scenario: Scenario) -> Scenario {
        var told = scenario
        told.blocks = scenario.blocks.map { block in
            switch block {
            case .step(let step): .step(hidden(step))
            case .together(let steps): .together(steps.map(hidden))
            }
        }
        return told
    }

    private func hidden(_ step: Scenario.Step) -> Scenario.Step {
        switch step.action {
        case .send(.raw(let template)): .init(client: step.client, .send(.raw(hidden(template))))
        case .send(.requests(let requests)):
            .init(client: step.client, .send(.requests(requests.map { $0.map(hidden) })))
        default: step
        }
    }

    private func hidden(_ template: Template) -> Template {
        Template(
            template.pieces.map { piece in
                guard case .bytes(var bytes) = piece else { return piece }
                mask(&bytes)
                return .bytes(bytes)
            })
    }

    func hidden(_ status: CampaignStatus) -> CampaignStatus {
        var told = status
        told.unsupportedCommands = status.unsupportedCommands.map(hidden)
        told.commonestRefusal = status.commonestRefusal.map(hidden)
        told.avoided = status.avoided.map(hidden)
        told.policies = status.policies.map(hidden)
        return told
    }

    func hidden(_ event: CampaignEvent) -> CampaignEvent {
        switch event {
        case .ready: event
        case .activity(let words): .activity(hidden(words))
        case .progress(let status): .progress(hidden(status))
        case .acquainted(let known): .acquainted(hidden(known))
        case .unsupportedCommand(let name): .unsupportedCommand(hidden(name))
        case .suspected(let violation, let execution): .suspected(hidden(violation), execution: execution)
        case .finding(let finding): .finding(hidden(finding))
        case .avoided(let what): .avoided(hidden(what))
        case .policy(let finding): .policy(hidden(finding))
        case .warning(let text): .warning(hidden(text))
        }
    }

    func hidden(_ result: CampaignResult) -> CampaignResult {
        var told = result
        told.status = hidden(result.status)
        told.findings = result.findings.map(hidden)
        told.inconclusiveReasons = result.inconclusiveReasons.map(hidden)
        told.acquaintance = hidden(result.acquaintance)
        return told
    }

    func hidden(_ known: Acquaintance) -> Acquaintance {
        var told = known
        mask(&told.greeting)
        for index in told.unasked.indices { mask(&told.unasked[index]) }
        for index in told.refused.indices { told.refused[index].reply = hidden(told.refused[index].reply) }
        return told
    }

    func hidden(_ result: ScenarioReplayer.Result) -> ScenarioReplayer.Result {
        var told = result
        told.violations = result.violations.map(hidden)
        told.policies = result.policies.map(hidden)
        told.inconclusive = result.inconclusive.map(hidden)
        return told
    }

    /// What a target, or a command around it, said at last may be anything.
    func hidden(_ error: TargetError) -> TargetError {
        switch error {
        case .cannotStart(let command, let reason): .cannotStart(command: hidden(command), reason: reason)
        case .endedEarly(let command, let ending, let output):
            .endedEarly(command: hidden(command), ending: ending, output: hidden(output))
        case .notReady(let command, let address, var waiting, let output):
            {
                waiting.request = waiting.request.map(hidden)
                waiting.refusal = waiting.refusal.map(hidden)
                return .notReady(command: hidden(command), address: address, waiting: waiting, output: hidden(output))
            }()
        case .loginRefused(let reply): .loginRefused(reply: hidden(reply))
        case .commandFailed(let role, let command, let ending, let output):
            .commandFailed(role, command: hidden(command), ending: ending, output: hidden(output))
        case .commandTooSlow(let role, let command, let waited, let isCut, let output):
            .commandTooSlow(role, command: hidden(command), waited: waited, isCut: isCut, output: hidden(output))
        case .notListening, .interrupted: error
        }
    }
}
