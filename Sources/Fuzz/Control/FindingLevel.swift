/// What kind of finding one is, by what its control runs show.
public enum FindingLevel: String, Sendable, CaseIterable {
    /// It needs clients at the same time: the same requests one after the other do not show it.
    case race
    /// It shows without them, and fails all the same.
    case fault
    /// What the protocol lets a server do.
    case policy
    /// Seen, and not shown again often enough to tell which. Fails like a race.
    case unproved

    /// The level by which somebody asks for it.
    public var asked: FindingLevel { self == .unproved ? .race : self }
}
