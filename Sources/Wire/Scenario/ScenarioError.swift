/// A scenario file that cannot be read, with the place: `race.crossfire:7:4: expected a client like c0`.
public struct ScenarioError: Error, Equatable, CustomStringConvertible {
    /// The file's name.
    public var file: String
    /// From 1.
    public var line: Int
    /// From 1, in bytes.
    public var column: Int
    /// What was expected.
    public var message: String

    package init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `FILE:LINE:COLUMN: MESSAGE`.
    public var description: String {
        "\(file):\(line):\(column): \(message)"
    }
}
