import Synchronization

/// Says to searches on all threads that memory is short: each then gives up, and what it holds is free again.
public final class MemoryPressure: Sendable {
    /// Why a search gave up, for its verdict.
    public let reason: String
    private let raised = Atomic(false)

    /// There is memory enough until somebody says otherwise.
    public init(reason: String) {
        self.reason = reason
    }

    /// Whether memory is short. Whoever watches it sets this, any number of times.
    public var isHigh: Bool {
        get { raised.load(ordering: .relaxed) }
        set { raised.store(newValue, ordering: .relaxed) }
    }
}
