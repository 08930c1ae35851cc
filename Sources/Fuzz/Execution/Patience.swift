/// How long a client waits for a reply before it says that the target hangs.
public struct Patience: Sendable {
    /// After this long without a byte, a target whose threads all sleep is taken to hang. Milliseconds.
    public var asleepMilliseconds = 500
    /// After this long it is taken to hang whatever its threads do. Milliseconds.
    public var longestMilliseconds = 10_000
    /// How long a half-closed connection may take to be closed by the server. Milliseconds.
    public var closeMilliseconds = 250

    /// How long a target may take to let go of what its last clients held. Milliseconds.
    public var restMilliseconds = 300

    /// The times of a campaign.
    public init() {}

    /// The times of a confirming replay: the hang is suspected already, so less proof of patience is needed.
    public static var confirming: Patience {
        var patience = Patience()
        patience.restMilliseconds = 120
        patience.asleepMilliseconds = 260
        return patience
    }
}
