import System

/// How far two time stamps may be off against each other.
struct ClockUncertainty {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    /// Why a violation is none for certain: clocks that are off by that much explain it. Nil where they do not, or where
    /// they are exact.
    func doubt(_ summary: String, margin: Duration?) -> String? {
        guard let margin, duration > .zero, margin <= duration * 2 else { return nil }
        return
            "Within the clocks' uncertainty of \(duration.nanoseconds) ns (margin \(margin.nanoseconds) ns): \(summary)"
    }
}
