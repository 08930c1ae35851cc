import System

/// Decides whether histories are linearizable.
///
/// Values that are unique for their key go to the model's monitor, in about linear time; what a monitor does not know
/// is searched within `budget`.
public struct Checker: Sendable {
    /// What the search may spend on each key or element.
    public var budget: SearchBudget
    /// How far two time stamps may be off against each other; a violation with a margin of up to twice as much is
    /// inconclusive.
    public var clockUncertainty: Duration
    /// How many threads search at once.
    public var threads: Int

    /// Creates a checker; the clock is taken to be exact unless told otherwise.
    public init(budget: SearchBudget = SearchBudget(), clockUncertainty: Duration = .zero, threads: Int = 2) {
        self.budget = budget
        self.clockUncertainty = clockUncertainty
        self.threads = threads
    }

    /// Checks `history` against `model`. What the model does not know, and what came after it, is not judged.
    ///
    /// - Complexity: O(n log n) at most where the monitor decides; the search keeps to its budget.
    public func check(_ history: History, model: CheckModel) -> CheckResult {
        check(history, model: model, explains: true)
    }

    /// As `check`; without hints where they are not wanted.
    package func check(_ history: History, model: CheckModel, explains: Bool) -> CheckResult {
        let (history, origin) = model.normalised(history)
        var result = CheckResult(verdict: .held)
        result.exercised = HistoryOverlaps.exercised(history)
        guard result.exercised.answered > 0 else {
            result.verdict = .nothingTested
            return result
        }
        let foreign = ForeignFunctions(history, model)
        result.foreignFunctions = foreign.names
        let parts = parts(history, model, foreign).map { part in
            guard let origin else { return part }
            return Part(history: part.history, origin: (0..<part.history.count).map { origin[part.row($0)] })
        }
        for part in parts { check(part, model, &result) }
        if result.method.isEmpty { result.method = "monitor" }
        if !foreign.isEmpty { result.inconclusive.append(foreign.sentence(model)) }
        result.inconclusive += history.doubts
        result.decide(isTested: !isAllForeign(parts, foreign))
        if explains, result.verdict == .violated { result.hints = CheckHints.find(history, model, self) }
        return result
    }

    /// Checks `history` against a specification of the caller's own, by search, each key by itself.
    ///
    /// - Complexity: exponential in the operations open at once at worst; never more than `budget` for a key.
    public func check(_ history: History, specification: some Specification) -> CheckResult {
        var result = CheckResult(verdict: .held, method: "search")
        result.exercised = HistoryOverlaps.exercised(history)
        let foreign = ForeignFunctions(history, specification)
        result.foreignFunctions = foreign.names
        let parts = partsByKey(history, foreign)
        let outcomes = Parallel.map(parts.count, threads: threads) { index in
            let part = parts[index].history
            return HistorySearch.run(specification, part, Array(0..<part.count), budget)
        } stopAfter: { _ in
            false
        }
        for (part, outcome) in zip(parts, outcomes) where result.violations.count < maximumViolations {
            switch outcome {
            case .linearizable, nil: break
            case .violated(let row):
                var violation = unexplained(part.history, row)
                violation.margin = HistorySearch.margin(
                    specification, part.history, Array(0..<part.history.count), culprit: row
                ).map { .nanoseconds($0) }
                add(violation, part, &result)
            case .unknown(let why): result.inconclusive.append("Not decided: \(why).")
            }
        }
        if !foreign.isEmpty { result.inconclusive.append(foreign.sentence("The model")) }
        result.inconclusive += history.doubts
        result.decide(isTested: result.exercised.answered > 0 && !isAllForeign(parts, foreign))
        return result
    }

    private func isAllForeign(_ parts: [Part], _ foreign: ForeignFunctions) -> Bool {
        !foreign.isEmpty && !parts.contains { $0.history.statuses.contains { $0 != .info } }
    }

    /// Operations that are judged by themselves, and which rows of the whole history they are.
    private struct Part {
        var history: History
        var origin: [Int]?

        func row(_ row: Int) -> Int { origin?[row] ?? row }
    }

    /// Objects are independent, so each key is a history of its own; registers by key are one monitor's work. Foreign
    /// functions end what is judged of a key.
    private func parts(_ history: History, _ model: CheckModel, _ foreign: ForeignFunctions) -> [Part] {
        let isOne = model.hasManyKeys || !history.keys.contains { $0 != history.keys[0] }
        guard !isOne || !foreign.isEmpty else { return [Part(history: history)] }
        return partsByKey(history, foreign)
    }

    private func partsByKey(_ history: History, _ foreign: ForeignFunctions) -> [Part] {
        var rows: [Int: [Int]] = [:]
        var order: [Int] = []
        for (row, key) in history.keys.enumerated() {
            if rows[key] == nil { order.append(key) }
            rows[key, default: []].append(row)
        }
        return order.map { key in
            let end = foreign.first(of: key)
            guard end != .max else { return Part(history: history.selecting(rows[key]!), origin: rows[key]!) }
            let kept = rows[key]!.filter { history.invoked[$0] < end }
            return Part(history: history.selecting(kept).cut(at: max(end, .min + 1) - 1), origin: kept)
        }
    }

    private func check(_ part: Part, _ model: CheckModel, _ result: inout CheckResult) {
        guard result.violations.count < maximumViolations else { return }
        let history = part.history
        switch model.monitor(history, cut: .max) {
        case .linearizable: return
        case .violated(let violation): report(part, model, violation, &result)
        case .needsSearch(let keys): search(part, model, keys, &result)
        }
    }

    private func report(
        _ part: Part, _ model: CheckModel, _ violation: MonitorViolation, among rows: [Int]? = nil,
        _ result: inout CheckResult
    ) {
        let history = part.history
        let byMonitor =
            rows == nil ? FirstInexplicable.row(history, violation) { model.monitor(history, cut: $0) } : nil
        // A monitor may know the whole, and not each beginning of it.
        let first = byMonitor ?? firstBySearch(history, rows ?? siblings(of: violation, history, model), model)
        let explained = HistoryViolation(
            kind: violation.kind, summary: HistorySentence.text(history, violation, model),
            operations: violation.rows.map { history.ids[$0] }, rows: violation.rows,
            margin: violation.margin.map { .nanoseconds($0) }, firstInexplicable: first.map { .init(history, row: $0) },
            blame: Blame.ofClients(history, model)?.text,
            brokenSession: model == .register || model == .kv ? SessionGuarantees.firstBreak(history) : nil)
        add(explained, part, &result)
    }

    /// Nil where the searches do not decide.
    private func firstBySearch(_ history: History, _ rows: [Int], _ model: CheckModel) -> Int? {
        let first = model.firstInexplicable(history, among: rows)
        return first?.isCertain ?? false ? first?.row : nil
    }

    /// A violation, unless the clocks' uncertainty explains it.
    private func add(_ found: HistoryViolation, _ part: Part? = nil, _ result: inout CheckResult) {
        var explained = found
        if let part {
            if !part.history.hasClock { explained.margin = nil }
            explained.rows = found.rows.map(part.row)
            if let row = found.firstInexplicable?.row { explained.firstInexplicable?.row = part.row(row) }
        }
        if let doubt = ClockUncertainty(clockUncertainty).doubt(explained.summary, margin: explained.margin) {
            result.inconclusive.append(doubt)
        } else {
            result.violations.append(explained)
        }
    }

    /// Searches the keys, or the elements of a set, that the monitor does not know, those with the fewest operations
    /// first.
    private func search(_ part: Part, _ model: CheckModel, _ keys: [Int], _ result: inout CheckResult) {
        let history = part.history
        let split = model.split(history)
        var rowsOf: [Int: [Int]] = [:]
        let wanted = Set(keys)
        for row in 0..<history.count {
            let key = split.object(row, history)
            if split == .whole || wanted.contains(key) { rowsOf[key, default: []].append(row) }
        }
        let order = rowsOf.keys.sorted {
            rowsOf[$0]!.count != rowsOf[$1]!.count ? rowsOf[$0]!.count < rowsOf[$1]!.count : $0 < $1
        }
        result.method = "search of \(order.count) \(split == .element ? "elements" : "keys"), monitor for the rest"
        let work = order.map { rowsOf[$0]! }
        let impossible = work.map { ImpossibleValues.find(history, $0, model) }
        for (rows, violation) in zip(work, impossible) where result.violations.count < maximumViolations {
            if let violation { report(part, model, violation, among: rows, &result) }
        }
        let outcomes = Parallel.map(work.count, threads: threads) { index in
            impossible[index] == nil ? model.search(history, rows: work[index], budget) : .linearizable
        } stopAfter: {
            if case .violated = $0 { true } else { false }
        }
        for (index, outcome) in outcomes.enumerated() where result.violations.count < maximumViolations {
            switch outcome {
            case .linearizable, nil: break
            case .violated(let row): add(unexplained(history, row, work[index], model), part, &result)
            case .unknown(let why):
                result.inconclusive.append("\(work[index].count) operations are not decided: \(why).")
            }
        }
        // The monitor's own keys are decided only if it found nothing to hand over; ask it about the rest.
        guard split != .whole else { return }
        let rest = (0..<history.count).filter { !wanted.contains(split.object($0, history)) }
        guard !rest.isEmpty, rest.count < history.count else { return }
        check(Part(history: history.selecting(rest), origin: rest.map(part.row)), model, &result)
    }

    /// The rows of the object that a violation is about.
    private func siblings(of violation: MonitorViolation, _ history: History, _ model: CheckModel) -> [Int] {
        let split = model.split(history)
        guard let row = violation.rows.first else { return [] }
        let object = split.object(row, history)
        return (0..<history.count).filter { split.object($0, history) == object }
    }

    /// A violation that the search found among `rows`, made smaller where `model` allows that.
    private func unexplained(
        _ history: History, _ found: Int, _ rows: [Int] = [], _ model: CheckModel? = nil
    ) -> HistoryViolation {
        let row = model?.firstInexplicable(history, among: rows, from: found)?.row ?? found
        let shrunk = model.map { HistoryShrinker.shrink(history, rows, culprit: row, $0) } ?? []
        let beside = shrunk.filter { $0 != row }
        let shown = beside.count <= 3 ? beside : []
        let with =
            shown.isEmpty
            ? "" : ", given " + shown.map { HistorySentence.operation(history, $0) }.joined(separator: ", ")
        return HistoryViolation(
            kind: .unexplained,
            summary: "\(HistorySentence.operation(history, row)) is the first answer that no order of the operations "
                + "explains\(with).",
            operations: ([row] + shown).map { history.ids[$0] }, rows: [row] + shown,
            margin: model.flatMap { $0.margin(history, rows: rows, culprit: row) }.map { .nanoseconds($0) },
            firstInexplicable: .init(history, row: row), blame: nil,
            shrunk: shrunk.map { history.ids[$0] })
    }
}
