/// Which kind of noise a user asks for.
public enum PerturbationMode: String, Sendable, CaseIterable {
    /// None.
    case off
    /// The strongest that works on the target: preload, else system calls, else none with the reason.
    case auto
    /// A library preloaded into the target delays it at locks and at calls that others can see.
    case preload
    /// A supervisor delays and reorders the target's system calls. Slower; works on static and Go programs.
    case syscalls
}

/// Where preloaded noise may act. Leaving kinds out, differently in each execution, finds more than all at once.
public struct NoiseSites: OptionSet, Sendable, Hashable {
    /// The mask, as the preload library reads it.
    public let rawValue: UInt32

    /// A set from its mask. Unknown bits do nothing.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Before a lock is taken.
    public static let lock = NoiseSites(rawValue: 1)
    /// After a lock was given back.
    public static let unlock = NoiseSites(rawValue: 2)
    /// After waking up from a condition, and after waking somebody.
    public static let condition = NoiseSites(rawValue: 4)
    /// After bytes were received.
    public static let input = NoiseSites(rawValue: 8)
    /// Before bytes are sent.
    public static let output = NoiseSites(rawValue: 16)
    /// After `pread`, before `pwrite`, at message queues and file locks.
    public static let files = NoiseSites(rawValue: 32)
    /// After a connection was accepted.
    public static let accept = NoiseSites(rawValue: 64)
    /// After `epoll_wait` and `poll`.
    public static let wait = NoiseSites(rawValue: 128)
    /// All of them.
    public static let all = NoiseSites(rawValue: 255)
}

/// What will be done to one target, and why.
public struct PerturbationPlan: Sendable, Equatable {
    /// The kind of noise in force.
    public enum Kind: String, Sendable {
        /// None, as asked.
        case off
        /// The preload library.
        case preload
        /// Supervised system calls.
        case syscalls
        /// Asked for, but impossible here; ``PerturbationPlan/explanation`` says why.
        case unavailable
    }

    /// The kind of noise in force.
    public let kind: Kind

    /// One sentence for the user: which kind, and why not another. Never empty.
    public let explanation: String

    /// No noise.
    public static let off = PerturbationPlan(kind: .off, explanation: "No noise: turned off.")

    /// The libraries to preload, as `LD_PRELOAD` lists them, or the launcher; empty if there is neither.
    package let helper: String

    package init(kind: Kind, explanation: String, helper: String = "") {
        self.kind = kind
        self.explanation = explanation
        self.helper = helper
    }
}
