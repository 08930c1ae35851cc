import Synchronization

/// How long a client waits for a reply before it says that the target hangs.
///
/// Copies share what their clients have seen: a target that was slow once, and answered, may be slow again.
public struct Patience: Sendable {
    /// After this long without a byte, a target whose threads all sleep is taken to hang. Milliseconds.
    public var asleepMilliseconds = 500
    /// The same until the first hang: servers sleep a second before they try again (Apache's lock database), and asleep
    /// they look as if they hung. Milliseconds.
    public var firstMilliseconds = 1_500
    /// After this long it is taken to hang whatever its threads do. Milliseconds.
    public var longestMilliseconds = 10_000
    /// How long a half-closed connection may take to be closed by the server. Milliseconds.
    public var closeMilliseconds = 250

    /// How long a target may take to let go of what its last clients held. Milliseconds.
    public var restMilliseconds = 300

    private let experience = Experience()

    /// The times of a campaign.
    public init() {}

    /// The times of a confirming replay: the hang is suspected already, so less proof of patience is needed.
    public var confirming: Patience {
        var patience = self
        patience.restMilliseconds = 120
        patience.asleepMilliseconds = 260
        return patience
    }

    /// How long a sleeping target may be silent by all that was seen of it. Milliseconds.
    package var silenceMilliseconds: Int {
        let usual = experience.hasHung.load(ordering: .relaxed) ? asleepMilliseconds : firstMilliseconds
        return min(longestMilliseconds, max(usual, 2 * experience.longestSilence.load(ordering: .relaxed)))
    }

    /// A reply came after this silence. Milliseconds.
    package func answered(after silence: Int) {
        guard silence > asleepMilliseconds / 2 else { return }
        experience.longestSilence.max(silence, ordering: .relaxed)
    }

    /// The longest silence was waited out, and no reply came.
    package func gaveUp() { experience.hasHung.store(true, ordering: .relaxed) }

    private final class Experience: Sendable {
        let hasHung = Atomic(false)
        let longestSilence = Atomic(0)
    }
}
