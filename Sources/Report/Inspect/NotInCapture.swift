/// A flow or a finding that was asked for, and that the capture does not have.
public struct NotInCapture: Error, CustomStringConvertible, Sendable {
    /// One line for a person.
    public var description: String
}
