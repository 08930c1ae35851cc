/// How long each of several tries may take, so that all of them leave half of the time for what comes after them.
package struct GatePace {
    private let line: Double
    private let usual: Double
    private var tries: Int

    /// The least for a try, in seconds: a few executions.
    package static let least = 0.02

    /// - Parameters:
    ///   - secondsLeft: nil where there is no limit.
    ///   - usual: the most for a try. Seconds.
    ///   - tries: how many there will be.
    package init(_ secondsLeft: Double?, usual: Double, tries: Int) {
        line = (secondsLeft ?? 0) / 2
        self.usual = usual
        self.tries = tries
    }

    /// Seconds for each of the next tries, which are so many.
    package mutating func next(_ secondsLeft: Double?, tries next: Int) -> Double {
        defer { tries -= next }
        guard let secondsLeft else { return usual }
        return min(usual, max(Self.least, (secondsLeft - line) / Double(max(1, tries))))
    }
}
