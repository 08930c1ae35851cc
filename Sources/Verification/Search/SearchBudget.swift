import Glibc
import System

/// What a search may spend.
public struct SearchBudget: Sendable {
    /// Configurations visited.
    public var nodes: Int
    /// Bytes of memory for those visited.
    public var bytes: Int
    /// Time of the processor for all keys together; nil: as long as the rest lasts.
    public var time: Duration?
    /// Tells when all searches together have taken too much memory.
    public var pressure: MemoryPressure?
    /// When the time is over, by the thread's clock.
    private var end = Int64.max

    /// Creates a budget: four million configurations in 512 MiB, however long that takes, unless told otherwise.
    public init(nodes: Int = 4_000_000, bytes: Int = 512 << 20, time: Duration? = nil) {
        self.nodes = nodes
        self.bytes = bytes
        self.time = time
    }

    /// The same, with its time beginning now on this thread.
    func started() -> SearchBudget {
        var budget = self
        budget.end = time.map { Clock.thread + $0.nanoseconds } ?? .max
        return budget
    }

    /// The same time, and other configurations.
    func with(nodes: Int) -> SearchBudget {
        var budget = self
        budget.nodes = nodes
        return budget
    }

    /// For putting a violation into words once it is found: within three quarters of the time if that is not over, else an
    /// eighth more; `mostTrialTime` where there is no limit.
    func forTrials(nodes: Int) -> SearchBudget {
        var budget = with(nodes: nodes)
        guard let time else {
            budget.time = Self.mostTrialTime
            return budget.started()
        }
        let whole = time.nanoseconds
        let (early, most) = (end &- whole / 4, Clock.thread + Self.mostTrialTime.nanoseconds)
        budget.end = min(max(early, Clock.thread + whole / 8), most)
        return budget
    }

    private static let mostTrialTime: Duration = .seconds(2)

    /// Whether the time is over, or memory is short; asked on the thread on which it began.
    var isOver: Bool { (end < .max && Clock.thread > end) || pressure?.isHigh ?? false }

    var whyOver: String {
        if let pressure, pressure.isHigh { return pressure.reason }
        return "its \(time?.milliseconds ?? 0) ms of processor time are over"
    }

    var whyFull: String { pressure?.reason ?? "the budget of \(bytes) bytes is spent" }
}
