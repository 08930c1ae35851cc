/// The first values that an object of a capture may have had.
enum UnknownBeginning {
    /// More are not tried.
    private static let most = 300

    /// All first values, but the usual one, that an answer may show; nil where there are too many, or they are not values.
    /// What nothing shows comes to the same as the usual one.
    ///
    /// A first value is gone once something that writes was answered: only what was invoked before can have seen it.
    static func values(_ history: History, _ model: CheckModel) -> [Int]? {
        switch model {
        case .register, .kv, .cas: seen(history)
        case .counter: counts(history, back: { history.functions[$0] == .increment ? history.amount($0) : 0 })
        case .blindCounter: counts(history, back: { _ in 0 })
        default: nil
        }
    }

    private static func seen(_ history: History) -> [Int]? {
        let writers = (0..<history.count).filter {
            let isRefused = history.functions[$0] == .compareAndSet && history.results[$0] == 0
            return history.functions[$0] != .read && history.statuses[$0] == .ok && !isRefused
        }
        let end = writers.map { history.completed[$0] }.min() ?? .max
        var found: Set<Int> = []
        for row in 0..<history.count where history.invoked[row] <= end {
            if history.functions[row] == .read, history.statuses[row] == .ok { found.insert(history.results[row]) }
            if history.functions[row] == .compareAndSet, !history.expectations.isEmpty {
                found.insert(history.expectations[row])
            }
        }
        found.remove(History.null)
        return found.count <= most ? found.sorted() : nil
    }

    /// Back from the answer that came first: what was invoked until then may have been counted already.
    private static func counts(_ history: History, back own: (Int) -> Int) -> [Int]? {
        let told = (0..<history.count).filter {
            history.statuses[$0] == .ok && history.results[$0] != History.null
                && history.results[$0].magnitude < History.firstName
        }
        guard let first = told.min(by: { (history.completed[$0], $0) < (history.completed[$1], $1) }) else { return [] }
        var (least, largest) = (0, 0)
        for row in 0..<history.count
        where history.functions[row] == .increment && row != first && history.invoked[row] <= history.completed[first] {
            let amount = history.amount(row)
            let (low, isLow) = least.addingReportingOverflow(min(0, amount))
            let (high, isHigh) = largest.addingReportingOverflow(max(0, amount))
            guard !isLow, !isHigh else { return nil }
            (least, largest) = (low, high)
        }
        let (span, isBeyond) = largest.subtractingReportingOverflow(least)
        guard !isBeyond, span < most else { return nil }
        let (base, isOver) = history.results[first].subtractingReportingOverflow(own(first))
        guard !isOver, base.magnitude < History.firstName else { return nil }
        return (least...largest).map { base - $0 }
    }
}
