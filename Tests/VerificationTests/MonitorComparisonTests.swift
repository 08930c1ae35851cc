import Glibc
import Testing

import Verification

/// Goal: every monitor, and the general search, says exactly what the definition of linearizability says. Method:
/// random histories of up to eight operations, each decided by trying all orders as well. `CROSSFIRE_HISTORIES=1000000`
/// makes the run as long as a monitor deserves after a change; the suite's own is short.
@Suite("Monitors and search against the definition")
struct MonitorComparisonTests {
    static let rounds = getenv("CROSSFIRE_HISTORIES").flatMap { Int(String(cString: $0)) } ?? 20_000

    @Test("the monitor and the search agree with trying everything", arguments: CheckModel.allCases)
    func agree(model: CheckModel) {
        var random = RandomHistory(seed: 2026)
        var counts = (legal: 0, illegal: 0, searched: 0)
        for round in 0..<Self.rounds {
            let history = random.next(model)
            let truth = BruteForce.isLinearizable(history, model)
            if truth { counts.legal += 1 } else { counts.illegal += 1 }
            switch model.monitor(history, cut: .max) {
            case .linearizable:
                #expect(truth, "round \(round): the monitor holds\n\(history.lines)")
                if !truth { return }
            case .violated(let violation):
                #expect(!truth, "round \(round): the monitor says \(violation)\n\(history.lines)")
                if truth { return }
                if model != .set { expectFirst(history, model) }
                #expect(violation.rows.count <= 4 && violation.rows.allSatisfy { (0..<history.count).contains($0) })
            case .needsSearch: counts.searched += 1
            }
            if let impossible = ImpossibleValues.find(history, Array(0..<history.count), model) {
                #expect(!truth, "round \(round): impossible \(impossible)\n\(history.lines)")
                if truth { return }
            }
            let outcome = model.search(history, rows: Array(0..<history.count), SearchBudget())
            guard model != .set || history.functions.contains(.read) || Set(history.arguments).count == 1 else {
                continue
            }
            #expect((outcome == .linearizable) == truth, "round \(round): the search says \(outcome)\n\(history.lines)")
            if (outcome == .linearizable) != truth { return }
        }
        // The comparison is worth nothing if one answer hardly occurs.
        #expect(counts.legal > Self.rounds / 10 && counts.illegal > Self.rounds / 40, "\(counts)")
        let isSearched = [.stack, .semaphore, .text, .bank, .txn].contains(model)
        #expect(isSearched || counts.searched < 9 * Self.rounds / 10, "\(counts)")
    }

    @Test(
        "the checker as a whole says what trying everything says, of several keys too", arguments: CheckModel.allCases)
    func whole(model: CheckModel) {
        var random = RandomHistory(seed: 7102)
        for round in 0..<Self.rounds / 4 {
            let history = random.next(model, keys: 1 + round % 2)
            let result = Checker(threads: 1).check(history, model: model)
            guard result.verdict != .nothingTested else { continue }
            let truth: Verdict = BruteForce.isLinearizable(history, model) ? .held : .violated
            #expect(result.verdict == truth, "round \(round): \(result)\n\(history.lines)")
            if result.verdict != truth { return }
            // Time stamps are not more wrong than the whole history is long.
            let length =
                (history.completed.filter { $0 != History.never } + history.invoked).max()! - history.invoked.min()!
            for violation in result.violations {
                #expect(violation.margin.map { $0 <= .nanoseconds(length) } ?? true, "\(violation)\n\(history.lines)")
                #expect(violation.rows.map { history.ids[$0] } == violation.operations)
            }
        }
    }

    @Test("what a model does not know ends what is judged, and nothing else", arguments: CheckModel.allCases)
    func foreign(model: CheckModel) {
        var random = RandomHistory(seed: 404)
        for round in 0..<Self.rounds / 8 {
            var history = random.next(model)
            let time = Int64(random.seed.below(20))
            let judged = history.cut(at: time - 1)
            let isFailed = random.seed.oneIn(8)
            history.append(
                .other, client: 99, expected: 7, invoked: time, completed: time + 2, status: isFailed ? .fail : .ok)
            if model != .cas { history.expectations = history.expectations.map { $0 == History.null ? 7 : $0 } }
            let result = Checker(threads: 1).check(history, model: model)
            guard !isFailed else {
                #expect(result.foreignFunctions.isEmpty)
                continue
            }
            #expect(result.foreignFunctions == ["7"] && result.inconclusive.contains { $0.contains("'7'") })
            let hasAnswers = judged.statuses.contains { $0 != .info }
            let isLegal = BruteForce.isLinearizable(judged, model)
            let truth: Verdict = !isLegal ? .violated : hasAnswers ? .inconclusive : .nothingTested
            #expect(result.verdict == truth, "round \(round): \(result)\n\(history.lines)")
        }
    }
}

/// Goal: a margin is what it says: with all answers later by so much an order exists, with a nanosecond less none does.
/// Method: random histories that only the search decides, each shifted and decided by trying all orders.
@Suite("Margins of violations that the search found")
struct SearchMarginTests {
    @Test("exact, or none where no time helps", arguments: [CheckModel.stack, .cas])
    func exact(model: CheckModel) {
        var random = RandomHistory(seed: 411)
        var measured = 0
        for _ in 0..<MonitorComparisonTests.rounds {
            let history = random.next(model)
            guard case .needsSearch = model.monitor(history, cut: .max) else { continue }
            let result = Checker().check(history, model: model)
            guard let violation = result.violations.first, let first = violation.firstInexplicable else { continue }
            guard violation.kind == .unexplained else { continue }
            let cut = history.cut(at: first.time)
            if let margin = violation.margin.map({ Int64($0 / .nanoseconds(1)) }) {
                measured += 1
                #expect(BruteForce.isLinearizable(Self.later(cut, margin), model), "\(margin)\n\(history.lines)")
                #expect(!BruteForce.isLinearizable(Self.later(cut, margin - 1), model), "\(margin)\n\(history.lines)")
            } else {
                #expect(!BruteForce.isLinearizable(Self.later(cut, 1000), model), "\(history.lines)")
            }
        }
        #expect(model == .cas || measured > MonitorComparisonTests.rounds / 200, "\(measured)")
    }

    private static func later(_ history: History, _ delay: Int64) -> History {
        var moved = history
        for row in 0..<moved.count where moved.completed[row] != History.never { moved.completed[row] += delay }
        return moved
    }
}

/// The first inexplicable answer is where trying everything on histories cut at each answer first fails.
private func expectFirst(_ history: History, _ model: CheckModel) {
    let times = Set((0..<history.count).filter { history.statuses[$0] != .info }.map { history.completed[$0] }).sorted()
    let truth = times.first { !BruteForce.isLinearizable(history.cut(at: $0), model) }
    let result = Checker().check(history, model: model)
    let found = result.violations.first?.firstInexplicable?.time
    // A lock's client with a refusal still to come may not be sequential yet.
    #expect(found == truth || (found == nil && model == .mutex), "\(result)\n\(history.lines)")
}

extension History {
    /// For failure messages.
    var lines: String {
        (0..<count).map { row in
            let text = { (value: Int) in value == History.null ? "-" : String(value) }
            return "\(row): c\(clients[row]) \(functions[row]) \(text(arguments[row])) "
                + (expectations.isEmpty ? "" : "expects \(text(expectations[row])) ")
                + "→ \(text(results[row])) [\(invoked[row]), "
                + "\(completed[row] == History.never ? "∞" : String(completed[row]))] \(statuses[row])"
        }.joined(separator: "\n")
    }
}
