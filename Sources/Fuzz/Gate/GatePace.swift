/// How long each of several tries may take, so that all of them leave half of the time for what comes after them.
package struct GatePace {
    private let line: Duration
    private let usual: Duration
    private var tries: Int

    /// The least for a try: a few executions.
    package static let least: Duration = .milliseconds(20)

    /// - Parameters:
    ///   - timeLeft: nil where there is no limit.
    ///   - usual: the most for a try.
    ///   - tries: how many there will be.
    package init(_ timeLeft: Duration?, usual: Duration, tries: Int) {
        line = (timeLeft ?? .zero) / 2
        self.usual = usual
        self.tries = tries
    }

    /// The time for each of the next tries, which are so many.
    package mutating func next(_ timeLeft: Duration?, tries next: Int) -> Duration {
        defer { tries -= next }
        guard let timeLeft else { return usual }
        return min(usual, max(Self.least, (timeLeft - line) / max(1, tries)))
    }
}
