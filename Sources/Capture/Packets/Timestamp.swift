/// A packet's time: nanoseconds since 1970-01-01 00:00 UTC, of the capturing host's clock.
///
/// File order and time order may differ: on more than one CPU a stamp is taken before the ring slot.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Nanoseconds since the epoch.
    public var nanoseconds: Int64
    /// The latest time that a file may give, some year of the 22nd century, and, below zero, the earliest: the difference of
    /// any two is a number of nanoseconds.
    static let limit = Int64.max / 2
    /// Nanoseconds by which the stamps of one recording run back without meaning: as between processors.
    static let tolerance: Int64 = 50_000

    /// Creates a time from nanoseconds since the epoch.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Earlier first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
