extension CheckModel {
    /// Of a violation among `rows`, the row of the first answer that no order explains when later ones had not come yet. It
    /// may be a refusal that none of the rows which show the violation is.
    ///
    /// - Parameter stuck: the row at which a search that knows all answers says that it is stuck: the answer is that or a
    ///   later one. Nil: nothing is known.
    /// - Returns: `isCertain` is false where the searches, of a bounded size, do not decide whether an earlier one is
    ///   inexplicable. Nil where there are too many rows, or none was answered.
    /// - Complexity: O(log rows) searches of a bounded size.
    func firstInexplicable(
        _ history: History, among rows: [Int], from stuck: Int? = nil
    ) -> (row: Int, isCertain: Bool)? {
        guard rows.count <= SearchMargin.maximumEvents else { return nil }
        let earliest = stuck.map { history.completed[$0] } ?? .min
        let answers = rows.filter { history.statuses[$0] != .info && history.completed[$0] >= earliest }.sorted {
            (history.completed[$0], $0 == stuck ? 0 : 1, $0) < (history.completed[$1], $1 == stuck ? 0 : 1, $1)
        }
        let part = history.selecting(rows)
        let first = InexplicablePrefix.first(of: answers.count, likely: stuck == nil ? .anywhere : .early) { place in
            let cut = part.cut(at: history.completed[answers[place]])
            return search(cut, rows: Array(0..<cut.count), SearchBudget(nodes: SearchMargin.trialNodes)).isExplained
        }
        return first.map { (answers[$0.answer], $0.isCertain) }
    }
}
