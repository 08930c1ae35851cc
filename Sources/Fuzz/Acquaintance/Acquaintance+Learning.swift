import Verification
import Wire

extension Acquaintance {
    /// A command came alone.
    package mutating func note(_ execution: JudgedExecution) {
        guard let request = execution.scenario.blocks.lazy.flatMap(\.steps).compactMap(\.lastRequest).last else {
            return
        }
        let name = Habit.firstWord(request) ?? ""
        longestReply = max(longestReply, TargetProber.longestReply(execution.log))
        if !execution.log.connections.contains(where: { !$0.replies.isEmpty }) {
            unanswered.append(name)
        } else if execution.judgement.hasRefusal || !execution.judgement.unsupportedCommands.isEmpty {
            refused.append(Refusal(command: name, reply: execution.judgement.refusal ?? ""))
        } else {
            known.append(name)
        }
    }

    /// What is not to be said to it.
    var limits: [Habit] {
        var limits: [Habit] = []
        if let connections { limits.append(.clients(over: connections.served)) }
        if let requestsPerConnection { limits.append(.requestsPerConnection(over: requestsPerConnection)) }
        if let values, values.refused != nil { limits.append(.longRequests(over: values.taken)) }
        return limits
    }
}

extension Scenario.Step {
    /// The last request of a step that makes some.
    fileprivate var lastRequest: [Template]? {
        if case .send(.requests(let requests)) = action { requests.last } else { nil }
    }
}
