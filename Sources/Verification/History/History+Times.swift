extension History: TimedRows {
    subscript(invokedAt row: Int) -> Int64 {
        get { invoked[row] }
        set { invoked[row] = newValue }
    }

    subscript(completedAt row: Int) -> Int64 {
        get { completed[row] }
        set { completed[row] = newValue }
    }

    func isAnswered(_ row: Int) -> Bool { statuses[row] != .info }
}
