/// Requests as a scenario's `send` step has them, outside of a scenario: `GET /health`, `"PING\r\n"`.
public struct RequestText: Equatable, Sendable, CustomStringConvertible {
    /// What was written.
    public let text: String
    /// What is sent.
    public let payload: Scenario.Payload

    /// What was written.
    public var description: String { text }

    /// Reads what stands behind `send`.
    ///
    /// - Throws: what is wrong with it, and where.
    public init(_ text: String) throws(ScenarioError) {
        var reader = LineReader(text[...].utf8, file: "request", line: 1)
        reader.skipSpace()
        payload = try reader.payload()
        try reader.end()
        self.text = text
    }
}
