import Synchronization
import System

/// Names that no earlier campaign against a long-lived target can have used.
enum CampaignName {
    private static let last = Mutex<Int64>(0)

    /// Base 36 of the time in microseconds, or of the next number that this process has not used.
    static func fresh() -> String {
        let number = last.withLock { last in
            last = max(last + 1, Clock.wall / 1000)
            return last
        }
        return String(number, radix: 36)
    }
}
