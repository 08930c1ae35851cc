/// How hard a defect is to hit, by the time that a plain hammer needs: eight clients that keep their connections busy with
/// the same few requests, in a server without noise (`crossfire zoo --hammer`). `docs/zoo.md` has the measured times.
public enum Grade: String, CaseIterable, Sendable {
    /// Under a second.
    case quick
    /// From 1 to 30 seconds.
    case patient
    /// More than 30 seconds: the window is a few instructions wide, or opens only when events coincide, or a hammer never
    /// does what the defect needs, as leaving before a reply has come.
    case hard
}
