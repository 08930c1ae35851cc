/// What is wrong with the replies of a reading, connection by connection, and with messages that nobody asked for: what the oracles of messages share, made once.
package struct Diagnosis {
    package let reading: Reading
    private(set) var problems: [Problem] = []
    /// What was not judged, and why.
    private(set) var notes: [String] = []

    init(_ reading: Reading) {
        self.reading = reading
        var tokens = TokenIndex()
        for index in reading.suspicious {
            guard problems.count < Self.maximumProblems else {
                notes.append("Only the first \(problems.count) problems with replies are told.")
                break
            }
            let found = Dialogue(reading, index).findings(&tokens)
            problems += found.problems
            notes += found.notes
        }
        guard reading.meaning.hasBroadcasts else { return }
        problems += BroadcastDiagnosis(reading, apartFrom: Set(problems.map(\.conversation))).problems
    }

    /// A server that fails everywhere is not followed into every connection.
    private static let maximumProblems = 128
}
