import Capture
import Testing
import Verification
import Wire
import Protocols

/// Goal: an order that is shown as the explanation of operations is one. Method: orders of random histories, of their
/// prefixes before the first inexplicable answer, and of simulated captures are carried out one operation after the
/// other by the slow models of these tests, and held against real time.
@Suite("Orders that explain")
struct WitnessTests {
    @Test("of random histories", arguments: CheckModel.allCases)
    func histories(model: CheckModel) {
        var random = RandomHistory(seed: 77)
        var shown = 0
        for round in 0..<MonitorComparisonTests.rounds {
            var history = random.next(model)
            if model == .set {
                if history.functions.contains(.read) { continue }
                history = history.selecting((0..<history.count).filter { history.arguments[$0] == 1 })
            }
            let isLegal = BruteForce.isLinearizable(history, model)
            // The clusters of a register are an order only where there is one.
            if !isLegal, model == .register || model == .kv { continue }
            switch model.witness(history) {
            case .order(let order):
                shown += 1
                let wrong = fault(order, history, model)
                #expect(wrong == nil, "round \(round): \(wrong ?? "") in \(order)\n\(history.lines)")
                if wrong != nil { return }
            case .none(let why):
                #expect(!isLegal, "round \(round): \(why)\n\(history.lines)")
                if isLegal { return }
            }
        }
        #expect(shown > MonitorComparisonTests.rounds / 10)
    }

    @Test("of what came before the first inexplicable answer", arguments: CheckModel.allCases)
    func prefixes(model: CheckModel) {
        var random = RandomHistory(seed: 78)
        var shown = 0
        for round in 0..<MonitorComparisonTests.rounds {
            let history = random.next(model)
            guard let violation = Checker().check(history, model: model).violations.first,
                let first = violation.firstInexplicable
            else { continue }
            var prefix = history.cut(at: first.time - 1)
            if model == .set, history.functions.contains(.read) { continue }
            if model == .set {
                let element = history.arguments[first.row]
                prefix = prefix.selecting((0..<prefix.count).filter { prefix.arguments[$0] == element })
            }
            guard case .order(let order) = model.witness(prefix) else {
                #expect(Bool(false), "round \(round): none\n\(prefix.lines)")
                return
            }
            shown += 1
            let wrong = fault(order, prefix, model)
            #expect(wrong == nil, "round \(round): \(wrong ?? "") in \(order)\n\(prefix.lines)")
            if wrong != nil { return }
        }
        #expect(shown > MonitorComparisonTests.rounds / 20)
    }

    @Test("of large histories, planted or not", arguments: [CheckModel.kv, .queue, .counter, .set])
    func large(model: CheckModel) {
        let history = HistoryGenerator(model: model, operations: 3000, clients: 16, seed: 4).generate()
        for key in Set(history.keys) {
            var part = history.selecting((0..<history.count).filter { history.keys[$0] == key })
            if model == .set {
                let element = part.arguments[part.count / 2]
                part = part.selecting((0..<part.count).filter { part.arguments[$0] == element })
            }
            guard case .order(let order) = model.witness(part) else {
                #expect(Bool(false), "none of key \(key)")
                continue
            }
            let wrong = fault(order, part, model)
            #expect(wrong == nil, "key \(key): \(wrong ?? "")")
        }
    }

    @Test("of the keys of a correct server's capture")
    func captures() {
        for round in 0..<200 {
            var server = SimulatedServer(seed: UInt64(900 + round))
            server.tape.keysStartAbsent = true
            server.onlyRegister = round % 4 == 0
            server.run(clients: 1 + round % 5, requests: 10 + round % 60)
            let orders = expectOrders(server.tape.evidence, "seed \(900 + round)", before: nil)
            #expect(orders > 0)
        }
    }

    @Test("of a capture up to the reply that no order explains")
    func violatedCaptures() {
        var shown = 0
        for round in 0..<60 {
            var server = SimulatedServer(seed: UInt64(4000 + round))
            server.tape.keysStartAbsent = true
            (server.onlyCounter, server.onlyRegister) = (round % 2 == 0, round % 2 == 1)
            server.losesOneIn = 10
            server.run(clients: 3, requests: 80)
            let violations = server.tape.judge().violations
            guard let culprit = violations.compactMap(\.culprit).first else { continue }
            shown += expectOrders(server.tape.evidence, "seed \(4000 + round)", before: culprit)
        }
        #expect(shown > 20)
    }

    /// What is wrong with an order, or nil.
    private func fault(_ order: [Int], _ history: History, _ model: CheckModel) -> String? {
        let answered = (0..<history.count).filter { history.statuses[$0] == .ok }
        if Set(order).count != order.count { return "an operation twice" }
        if !Set(answered).isSubset(of: order) { return "an answered operation is missing" }
        var states: Set = [ReferenceModel.start(history, model)]
        var latest = Int64.min
        for row in order {
            if history.statuses[row] == .fail { return "a refused operation" }
            // What was invoked latest so far must not come after this one's answer.
            latest = max(latest, history.invoked[row])
            if latest > history.completed[row] { return "row \(row) too late" }
            states = Set(states.flatMap { ReferenceModel.apply(history, row, model, $0) })
            if states.isEmpty { return "row \(row) is illegal" }
        }
        return nil
    }

    /// - Returns: How many orders there were.
    private func expectOrders(_ evidence: Evidence, _ what: String, before culprit: ExchangeReference?) -> Int {
        var orders = 0
        let timeline = KeyTimeline(evidence)
        var references: [Int: ExchangeReference] = [:]
        for (index, conversation) in evidence.conversations.enumerated() {
            for place in conversation.exchanges.indices {
                let reference = ExchangeReference(conversation: index, exchange: place)
                references[timeline.index(reference)] = reference
            }
        }
        let keys = culprit.map { [timeline.key($0)!] } ?? Array(0..<timeline.keyCount)
        for key in keys {
            let order: [Int]
            switch timeline.witness(key: key, before: culprit, SearchBudget()) {
            case .order(let found): order = found
            case .none(let why):
                #expect(why == KeyTimeline.earlierFault, "\(what)")
                continue
            }
            orders += 1
            let exchange = { (reference: ExchangeReference) in
                evidence.conversations[reference.conversation].exchanges[reference.exchange]
            }
            var end = Timestamp(nanoseconds: .max)
            if let culprit { end = exchange(culprit).completed! }
            var server = SimulatedServer(seed: 1)
            var latest = Timestamp(nanoseconds: .min)
            for place in order {
                let one = exchange(references[place]!)
                latest = max(latest, one.invoked)
                let words = RESPValue.requestWords(one.request.bytes.span)!.map { String(decoding: $0, as: UTF8.self) }
                let answer = server.execute(words)
                guard let reply = one.reply, reply.first.time < end else { continue }
                #expect(latest <= reply.first.time, "\(what): \(words) too late")
                #expect(answer == String(decoding: reply.bytes, as: UTF8.self), "\(what): \(words)")
            }
            let wanted = references.filter { place, reference in
                timeline.key(reference) == key && (exchange(reference).completed ?? end) < end
                    && !timeline.isRefused(reference)
            }
            #expect(Set(wanted.keys).isSubset(of: order), "\(what): an answered operation is missing")
        }
        return orders
    }
}
