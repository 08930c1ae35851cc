import Synchronization

/// Whether a target was seen to forget what it holds by itself, as caches do. All harnesses of a campaign share one.
package final class TargetMemory: Sendable {
    private let isForgetting = Atomic(false)

    package init() {}

    /// What is judged from now on may have been forgotten.
    package var forgets: Bool {
        get { isForgetting.load(ordering: .relaxed) }
        set { isForgetting.store(newValue, ordering: .relaxed) }
    }
}
