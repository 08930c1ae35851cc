/// Transactions whose written values are unique, by what must come before what (Adya; Kingsbury and Alvaro, Elle, VLDB
/// 2020), held to strict serializability.
///
/// A cycle is a violation. Without one, an order is proposed and carried out by the specification: only then the history
/// holds. All else is for the search.
struct TransactionMonitor {
    private let history: History
    private let cut: Int64

    init(_ history: History, cut: Int64 = .max) {
        self.history = history
        self.cut = cut
    }

    /// - Complexity: O(n log n), n the steps and the values shown, times the transactions open at once.
    func run() -> MonitorOutcome {
        guard var table = TransactionTable(history, cut: cut) else { return .needsSearch([0]) }
        if let violation = table.violation { return .violated(violation) }
        let (graph, cycle) = Self.precedence(table)
        if let cycle { return .violated(violation(cycle, table)) }
        table.forgetWriters()
        guard let order = TransactionOrder.find(table, graph), confirms(order) else { return .needsSearch([0]) }
        return .linearizable
    }

    /// What must come before what, and a cycle in it: rather one that time has no part in.
    private static func precedence(_ table: TransactionTable) -> (PrecedenceGraph, [PrecedenceGraph.Edge]?) {
        let precedence = TransactionPrecedence(table)
        let graph = precedence.graph()
        let cycle = graph.cycle(timed: false, precedence.name) ?? graph.cycle(timed: true, precedence.name)
        return (graph, cycle)
    }

    // MARK: Held

    /// Whether all that was answered is in `order`, once, as time and the specification allow.
    private func confirms(_ order: [Int32]) -> Bool {
        var isIn = Array(repeating: false, count: history.count)
        for row in order.lazy.map(Int.init) {
            guard !isIn[row] else { return false }
            isIn[row] = true
        }
        for row in 0..<history.count where !isIn[row] && history.invoked[row] <= cut && history.answers(row, cut) {
            guard history.statuses[row] == .fail || isIdle(row) else { return false }
        }
        let specification = TransactionSpecification(values: history.values, first: history.initial ?? History.null)
        var state = specification.initial
        var latest = Int64.min
        for row in order.lazy.map(Int.init) {
            guard !history.answers(row, cut) || history.completed[row] >= latest else { return false }
            latest = max(latest, history.invoked[row])
            let operation = HistoryOperation(history, row, cut: cut)
            guard specification.perform(operation, on: &state) else { return false }
        }
        return true
    }

    /// A transaction without a step.
    private func isIdle(_ row: Int) -> Bool {
        MicroOperation.all(HistoryOperation(history, row), history.values)?.isEmpty ?? false
    }

    // MARK: Violated

    /// So many transactions of a cycle are shown.
    private static let maximumShown = 4

    private func violation(_ cycle: [PrecedenceGraph.Edge], _ table: TransactionTable) -> MonitorViolation {
        let count = Int32(table.count)
        // From one transaction to the next, by the first edge: what lies between stands for many.
        let steps = cycle.indices.filter { cycle[$0].from < count }
        var rows: [Int] = []
        var reasons: [MonitorViolation.Step] = []
        var margin: Int64?
        for (index, place) in steps.enumerated() {
            let (edge, next) = (cycle[place], cycle[steps[(index + 1) % steps.count]])
            let (from, to) = (Int(edge.from), Int(next.from))
            rows.append(table.row(from))
            let key = edge.key < 0 ? nil : table.keys[Int(edge.key)].code
            reasons.append(.init(from: table.row(from), to: table.row(to), reason: edge.reason, key: key))
            guard edge.isTimed, let slack = slack(edge, from, to, table) else { continue }
            margin = min(margin ?? .max, slack)
        }
        var violation = MonitorViolation(
            kind: .dependencyCycle, rows: Array(rows.prefix(Self.maximumShown)), margin: margin)
        violation.cycle = reasons
        return violation
    }

    /// How far time stamps would have to be wrong for the edge not to be there; nil where there was no time before.
    private func slack(
        _ edge: PrecedenceGraph.Edge, _ from: Int, _ to: Int, _ table: TransactionTable
    ) -> Int64? {
        switch edge.reason {
        case .follows:
            // `from` was over before the last reader of what `to` wrote began.
            let version = table.writes(to).first { $0.key == edge.key }?.version
            let readers = (0..<table.count).lazy.filter { transaction in
                table.reads(transaction).contains { $0.key == edge.key && $0.version == version }
            }
            return readers.map(table.invoked).max().map { $0 - table.completed(from) }
        case .unseen:
            let version = table.reads(from).first { $0.key == edge.key }?.version ?? 0
            let author = table.versions.writer(edge.key, version)
            return author < 0 ? nil : table.invoked(to) - table.completed(Int(author))
        case .time, .seen: return table.invoked(to) - table.completed(from)
        }
    }
}
