/// How fast a campaign asks. A target that turns nearly all away which it took when they came alone may have a limit on how much it
/// is asked in a second: then executions have a pause between them, if that helps. A value; it waits for nobody.
package struct CampaignPace {
    /// Between two executions.
    package private(set) var pause: Duration = .zero
    private var executions = 0
    private var turnedAway = 0
    private var isGivenUp = false

    /// The pauses that are tried in turn.
    package static let pauses: [Duration] = [.milliseconds(50), .milliseconds(200), .milliseconds(800)]
    /// So many executions are looked at without a pause, and so many with each.
    package static let (first, later) = (16, 4)
    /// Where more than this share is turned away, nothing is tested. Percent.
    private static let most = 70

    package init() {}

    /// One more execution.
    ///
    /// - Parameter isTurnedAway: whether most of it was refused, or left alone.
    /// - Returns: whether the pause is another from now on.
    package mutating func note(isTurnedAway: Bool) -> Bool {
        guard !isGivenUp else { return false }
        executions += 1
        if isTurnedAway { turnedAway += 1 }
        guard executions >= (pause == .zero ? Self.first : Self.later) else { return false }
        defer { (executions, turnedAway) = (0, 0) }
        guard turnedAway * 100 > executions * Self.most else { return false }
        let longer = Self.pauses.first { $0 > pause }
        // Who is not taken at leisure either has another reason.
        isGivenUp = longer == nil
        pause = longer ?? .zero
        return true
    }
}
