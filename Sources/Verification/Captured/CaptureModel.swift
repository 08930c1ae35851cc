/// A model that captures can be held against.
public protocol CaptureModel: Sendable {
    /// How operations are called for it.
    var naming: CapturedHistory.Naming { get }
    /// Holds the operations of all objects against it, each of which began as the model says.
    func check(_ history: History, _ checker: Checker) -> CheckResult
    /// Holds the operations of one object against it, whatever it held before: inconclusive where its beginning is what the
    /// verdict hangs on, and nobody can try all that it may have been.
    func checkFromAnything(_ history: History, _ checker: Checker) -> CheckResult
}

extension CaptureModel {
    /// Holds what was captured against the model.
    ///
    /// - Complexity: that of the model's check, for each object; for one that is violated from the usual beginning, for
    ///   each beginning that it may have had.
    public func check(_ captured: CapturedHistory, _ checker: Checker) -> CheckResult {
        let history = captured.history
        guard !captured.startsEmpty, history.initial == nil else { return check(history, checker) }
        var rows: [Int: [Int]] = [:]
        for (row, key) in history.keys.enumerated() { rows[key, default: []].append(row) }
        let foreign = foreignToAll(history, rows[0] ?? [], checker)
        var whole = CheckResult(verdict: .nothingTested)
        whole.exercised = HistoryOverlaps.exercised(history)
        var isTested = false
        for key in rows.keys.sorted(by: { rows[$0]![0] < rows[$1]![0] }) {
            guard whole.violations.count < maximumViolations else { break }
            let own = key == 0 ? rows[key]! : (rows[key]! + foreign).sorted()
            let result = checkFromAnything(history.selecting(own), checker)
            isTested = isTested || result.verdict != .nothingTested
            whole.add(result, rows: own)
        }
        for doubt in history.doubts where !whole.inconclusive.contains(doubt) { whole.inconclusive.append(doubt) }
        whole.decide(isTested: isTested)
        return whole
    }

    /// Of the operations that name no object those that the model does not know: they may have done something to any.
    private func foreignToAll(_ history: History, _ keyless: [Int], _ checker: Checker) -> [Int] {
        guard !keyless.isEmpty else { return [] }
        let names = Set(check(history.selecting(keyless), checker).foreignFunctions)
        return keyless.filter { row in
            names.contains(HistorySentence.function(history, row))
                || names.contains(HistorySentence.words(history, row))
        }
    }
}

extension CheckResult {
    /// Adds what was found of another object, whose rows are these of the whole.
    fileprivate mutating func add(_ other: CheckResult, rows: [Int]) {
        for var violation in other.violations {
            violation.rows = violation.rows.map { rows[$0] }
            if let row = violation.firstInexplicable?.row { violation.firstInexplicable?.row = rows[row] }
            violations.append(violation)
        }
        for reason in other.inconclusive where !inconclusive.contains(reason) { inconclusive.append(reason) }
        for name in other.foreignFunctions where !foreignFunctions.contains(name) { foreignFunctions.append(name) }
        for hint in other.hints where !hints.contains(hint) { hints.append(hint) }
        method = other.method
    }

    /// Of what was tried from several beginnings: violated only from all of them, and told from that which explains most.
    package static func fromAnything(_ tries: some Sequence<CheckResult>) -> CheckResult? {
        var best: CheckResult?
        var undecided: CheckResult?
        for result in tries {
            switch result.verdict {
            case .held, .nothingTested: return result
            case .inconclusive: undecided = undecided ?? result
            case .violated: if best.map({ $0.explained < result.explained }) ?? true { best = result }
            }
        }
        for index in best?.violations.indices ?? 0..<0 {
            best?.violations[index].summary += " Nothing that was there before the capture explains it."
        }
        return undecided ?? best
    }

    /// The time until which all is explained.
    private var explained: Int64 { violations.first?.firstInexplicable?.time ?? .min }
}

/// A built-in model, by what the protocol says that its operations do.
extension CheckModel: CaptureModel {
    /// By effects.
    public var naming: CapturedHistory.Naming { .effects }

    /// Holds a history against the model.
    public func check(_ history: History, _ checker: Checker) -> CheckResult { checker.check(history, model: self) }

    /// Tries all first values that can have been seen.
    public func checkFromAnything(_ history: History, _ checker: Checker) -> CheckResult {
        let usual = checker.check(history, model: self)
        guard usual.verdict == .violated else { return usual }
        guard let beginnings = UnknownBeginning.values(history, self) else {
            var result = usual
            result.violations = []
            result.hints = []
            result.inconclusive += usual.violations.map {
                "What was there before the capture began may explain it; --initial nil says that nothing was: \($0.summary)"
            }
            result.decide(isTested: true)
            return result
        }
        let tries = ([nil] + beginnings.map(Optional.some)).lazy.map { (value: Int?) in
            guard let value else { return usual }
            var begun = history
            begun.initial = value
            return checker.check(begun, model: self, explains: false)
        }
        return CheckResult.fromAnything(tries) ?? usual
    }
}
