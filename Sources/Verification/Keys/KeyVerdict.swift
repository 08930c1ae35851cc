import Capture

/// What one way of deciding says of all keys of some evidence, however small: for comparing it with the definition.
package enum KeyVerdict {
    case linearizable, violated, undecided

    /// By the forced windows and the guided search alone.
    ///
    /// - Parameter firstTurn: So few configurations in the first of its turns that it needs the others.
    package static func guided(_ evidence: Evidence, nodes: Int = 100_000, firstTurn: Int? = nil) -> KeyVerdict {
        let reading = Reading(evidence)
        var history = KeyHistory(reading)
        let groups = ComponentGroups(&history, KeyEvent.all(history.operations))
        var model = KeyModel(history, startsAbsent: evidence.keysStartAbsent)
        var verdict = KeyVerdict.linearizable
        for group in 0..<groups.count {
            model.focus(on: groups.key(group), isAlone: groups.isAlone(group))
            let order = GuidedOrder(
                groups.events(group, of: history.operations), history.operations, parts: history.parts,
                evidence.keysStartAbsent,
                triesCandidates: false, firstTurn: firstTurn)
            switch order.decide(&model, SearchBudget(nodes: nodes)) {
            case .linearizable: continue
            case .violated: return .violated
            case .unknown: verdict = .undecided
            }
        }
        return verdict
    }

    /// The packet with the first answer that no order explains when later ones are not known, found from where the guided
    /// search is stuck; nil where it is not violated, or keys are judged one by one.
    package static func firstInexplicable(_ evidence: Evidence) -> Int? {
        let reading = Reading(evidence)
        var history = KeyHistory(reading)
        let groups = ComponentGroups(&history, KeyEvent.all(history.operations))
        guard groups.count == 1 else { return nil }
        var model = KeyModel(history, startsAbsent: evidence.keysStartAbsent)
        model.focus(on: groups.key(0), isAlone: groups.isAlone(0))
        let events = groups.events(0, of: history.operations)
        let order = GuidedOrder(
            events, history.operations, parts: history.parts, evidence.keysStartAbsent, triesCandidates: false)
        guard case .violated(let known) = order.decide(&model, SearchBudget(nodes: 100_000)) else { return nil }
        let searcher = ComponentSearcher(history, startsAbsent: evidence.keysStartAbsent, SearchBudget())
        var trial = searcher.trial(groups, 0)
        let culprit = history.operations[Int(events[trial.firstInexplicable(events, from: known)].operation)]
        return reading.reply(reading.calls[Int(culprit.call)])?.first.number
    }

    /// Whether the certificate of `order`, of the exchanges as they were answered one after the other, is accepted.
    package static func accepts(_ order: [Int], _ evidence: Evidence) -> Bool {
        let reading = Reading(evidence)
        let history = KeyHistory(reading)
        var model = KeyModel(history, startsAbsent: evidence.keysStartAbsent)
        model.focus(on: 0, isAlone: false)
        let members = KeyEvent.all(history.operations).filter { !$0.isResponse }.map(\.operation)
        return Certificate(order: order.map(Int32.init))
            .isValid(for: members, members.map { history.operations[Int($0)] }, &model)
    }
}
