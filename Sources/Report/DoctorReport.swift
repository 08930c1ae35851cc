/// What `crossfire doctor --json` prints.
public struct DoctorReport: Encodable, Sendable {
    private var schema = 1
    private var canCapture: Bool
    private var checks: [Entry]

    /// One thing that was looked at.
    public struct Entry: Encodable, Sendable {
        var name: String
        var ok: Bool
        var detail: String
        var remedy: String?

        /// Creates an entry; a remedy is for what is not ok.
        public init(name: String, ok: Bool, detail: String, remedy: String?) {
            self.name = name
            self.ok = ok
            self.detail = detail
            self.remedy = remedy
        }
    }

    enum CodingKeys: String, CodingKey {
        case schema, checks
        case canCapture = "can_capture"
    }

    /// Creates a report.
    public init(checks: [Entry], canCapture: Bool) {
        self.checks = checks
        self.canCapture = canCapture
    }

    /// The object on one line.
    public func json() throws -> String {
        try JSONText.line(self)
    }
}
