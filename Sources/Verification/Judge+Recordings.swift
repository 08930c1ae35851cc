extension Judge {
    /// Judges evidence, each recording by itself where the file holds several: what one says of a time, another says of
    /// the same time, or of another one.
    ///
    /// - Complexity: as `judge` of one.
    public func judge(_ evidence: Evidence) -> Judgement { judge(evidence) { _, _ in } }

    /// The same; `more` adds to what is said of each recording.
    func judge(_ evidence: Evidence, more: (Reading, inout Judgement) -> Void) -> Judgement {
        guard let last = evidence.conversations.map(\.recording).max(), last > 0 else {
            return judgeOne(evidence, more: more)
        }
        var whole = Judgement()
        for recording in 0...last {
            var part = evidence
            part.conversations.removeAll { $0.recording != recording }
            guard let end = part.conversations.map(\.lastTime).max() else { continue }
            part.end = end
            whole.add(judgeOne(part, more: more))
        }
        return whole
    }
}

extension Judgement {
    /// Adds what was found in another recording.
    fileprivate mutating func add(_ other: Judgement) {
        violations += other.violations
        for reason in other.inconclusive where !inconclusive.contains(reason) { inconclusive.append(reason) }
        for note in other.notes where !notes.contains(note) { notes.append(note) }
        leftAside = other.leftAside
        remarks += other.remarks
        methods.add(other.methods)
        exercised += other.exercised
        unsupportedCommands = Set(unsupportedCommands + other.unsupportedCommands).sorted()
    }
}
