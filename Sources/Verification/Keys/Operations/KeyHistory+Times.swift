extension KeyHistory: TimedRows {
    subscript(invokedAt row: Int) -> Int64 {
        get { operations[row].invoked }
        set { operations[row].invoked = newValue }
    }

    subscript(completedAt row: Int) -> Int64 {
        get { operations[row].completed }
        set { operations[row].completed = newValue }
    }

    func isAnswered(_ row: Int) -> Bool { operations[row].isAnswered }
}
