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

    /// Whether a violation is what becomes of connections that are too many or idle, or that the target ends by itself. One that is just
    /// being left counts for a moment, too.
    ///
    /// - Parameter count: the connections of the execution.
    func explains(_ violation: Violation, connections count: Int = .max) -> Bool {
        guard violation.oracle == .loss else { return false }
        // Who closes what is idle for that short a time may close while a request is on its way.
        if violation.isClosing, closing != nil || closesIdle == true { return true }
        guard let connections else { return false }
        switch connections.others {
        case .wait: return false
        case .closed: return violation.unanswered?.isTurnedAway == true
        case .oldestClosed: return violation.isClosing && count >= connections.served
        }
    }

    /// Whether most of an execution was refused, though the same was taken alone, or was left as the target leaves who asks too fast.
    func turnsAway(_ execution: JudgedExecution) -> Bool {
        let judgement = execution.judgement
        if closing != nil, judgement.violations.contains(where: \.isClosing) { return true }
        guard judgement.hasRefusal, judgement.exercised.refused * 2 > judgement.exercised.answered else { return false }
        return !refused.contains { $0.reply == judgement.refusal }
    }

    /// What is not to be said to it.
    var limits: [Habit] {
        var limits: [Habit] = []
        if let connections { limits.append(.clients(over: connections.served)) }
        if let requestsPerConnection { limits.append(.requestsPerConnection(over: requestsPerConnection)) }
        if let values, values.refused != nil { limits.append(.longRequests(over: values.taken)) }
        if let replies { limits.append(.longRequests(over: replies)) }
        if let together { limits.append(.longRequests(over: together / Self.mostTogether)) }
        return limits
    }

    /// No more requests are sent at once, about.
    private static let mostTogether = 8
}

extension Scenario.Step {
    /// The last request of a step that makes some.
    fileprivate var lastRequest: [Template]? {
        if case .send(.requests(let requests)) = action { requests.last } else { nil }
    }
}
