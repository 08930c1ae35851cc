import Synchronization
import System

/// How long a client waits for a reply before it says that the target hangs.
///
/// Copies share what their clients have seen: a target that was slow once, and answered, may be slow again.
package struct ClientPatience: Sendable {
    /// After this long without a byte, a target whose threads all sleep is taken to hang. Milliseconds.
    package var asleepMilliseconds = 500
    /// The same until the first hang: servers sleep a second before they try again (Apache's lock database), and asleep
    /// they look as if they hung. Milliseconds.
    package var firstMilliseconds = 1_500
    /// After this long it is taken to hang whatever its threads do. Milliseconds.
    package var longestMilliseconds = 10_000
    /// How long a half-closed connection may take to be closed by the server. Milliseconds.
    package var closeMilliseconds = 250

    /// How long a target may take to let go of what its last clients held. Milliseconds.
    package var restMilliseconds = 300

    /// When all is to be over, by the monotonic clock; nil: no such time. Nanoseconds.
    package var deadline: Int64?

    /// After this long without anybody accepted, those who wait in the target's listen queue are taken to wait for ever: a
    /// server may do something else for some seconds. Milliseconds.
    package var queueMilliseconds: Int {
        experience.stoodStill.load(ordering: .relaxed) ? longestMilliseconds / 4 : longestMilliseconds
    }

    /// Nobody was accepted for as long as that.
    package func stoodStill() { experience.stoodStill.store(true, ordering: .relaxed) }

    private let experience = Experience()
    private var hang = Hang()

    /// The times of a campaign.
    package init() {}

    /// The times of a confirming replay: where it has seen the hang once, less proof of patience is needed.
    package var confirming: ClientPatience {
        var patience = self
        patience.restMilliseconds = 120
        patience.asleepMilliseconds = 260
        patience.hang = Hang()
        return patience
    }

    /// Whether waiting is to end: the user wants that, or the time is over.
    package var isOver: Bool {
        if Interruption.signal != nil { return true }
        guard let deadline else { return false }
        return Clock.monotonic >= deadline
    }

    /// The same patience, until a time at most.
    func until(_ time: Int64) -> ClientPatience {
        var patience = self
        patience.deadline = min(deadline ?? .max, time)
        return patience
    }

    /// How long a sleeping target may be silent by all that was seen of it. Milliseconds.
    package var silenceMilliseconds: Int {
        let usual = hang.wasSeen.load(ordering: .relaxed) ? asleepMilliseconds : firstMilliseconds
        return min(longestMilliseconds, max(usual, 2 * experience.longestSilence.load(ordering: .relaxed)))
    }

    /// A reply came after this silence. Milliseconds.
    package func answered(after silence: Int) {
        guard silence > asleepMilliseconds / 2 else { return }
        experience.longestSilence.max(silence, ordering: .relaxed)
    }

    /// A sleeping target was silent for as long as that, and no reply came.
    package func hung() { hang.wasSeen.store(true, ordering: .relaxed) }

    /// What copies of a patience, and those of the replays that confirm, have seen together.
    private final class Experience: Sendable {
        /// That a reply ended. Milliseconds.
        let longestSilence = Atomic(0)
        /// That clients have waited for ever in the listen queue.
        let stoodStill = Atomic(false)
    }

    /// Whether one that copies share has been seen.
    private final class Hang: Sendable {
        let wasSeen = Atomic(false)
    }
}
