import CNoise
import Glibc
import System

/// The parameters of the noise during one execution.
public struct Noise: Sendable, Equatable {
    /// Together with the ordinals of process, thread and call it decides every delay.
    public var seed: UInt64
    /// Chance that a call is delayed. Applied are at most 0.5: with more, threads move in step and races hide.
    public var probability: Double
    /// The longest sleep, in whole microseconds; zero for yields only. Applied is at most a millisecond.
    public var longestSleep: Duration
    /// Where the preload library may act.
    public var sites: NoiseSites

    /// No noise.
    public static let none = Noise(seed: 0, probability: 0)

    /// Noise from its parts.
    public init(
        seed: UInt64, probability: Double, longestSleep: Duration = .microseconds(100), sites: NoiseSites = .all
    ) {
        self.seed = seed
        self.probability = probability
        self.longestSleep = longestSleep
        self.sites = sites
    }

    /// The probability as the library compares it: a share of 2^32. Not a number counts as 0.
    package var threshold: UInt32 {
        guard probability > 0 else { return 0 }
        return UInt32(min(probability, 0.5) * 4_294_967_296)
    }

    /// The longest sleep as the library has it.
    package var sleepMicroseconds: UInt32 { UInt32(clamping: longestSleep.nanoseconds / 1000) }

    /// What the library reads from `CROSSFIRE_NOISE`.
    package var text: String {
        let sleep = min(sleepMicroseconds, UInt32(CF_NOISE_MAX_SLEEP_US))
        let share = Double(threshold) / 4_294_967_296
        return "seed=\(seed),p=\(share),sleep_us=\(sleep),sites=\(sites.rawValue)"
    }

    /// What happens at one call.
    public enum Delay: Sendable, Equatable {
        /// Nothing.
        case none
        /// The processor is given away.
        case yield
        /// A sleep.
        case sleep(Duration)
    }

    /// What the library does at a thread's n-th call in an execution: a pure function, the same on every machine.
    ///
    /// - Parameters:
    ///   - lineage: which process: 0 for the target's first, ``child(of:fork:)`` for those it forks.
    ///   - thread: which thread of the process, by the order of their first calls in this execution, from 0.
    ///   - call: which wrapped call of the thread in this execution, from 0.
    public func delay(lineage: UInt64 = 0, thread: UInt32, call: UInt64) -> Delay {
        switch cf_noise_delay(cf_noise_draw(seed, lineage, thread, call), threshold, sleepMicroseconds) {
        case ..<0: .none
        case 0: .yield
        case let time: .sleep(.microseconds(time))
        }
    }

    /// The lineage of a process's n-th forked child in an execution, from 0.
    public static func child(of lineage: UInt64, fork ordinal: UInt32) -> UInt64 {
        cf_noise_child(lineage, ordinal)
    }
}

/// Proof that noise acted. Counts since the target started; each preloaded thread may hold back up to seven calls.
public struct PerturbationCounters: Sendable, Equatable {
    /// Calls at which noise could have acted.
    public var calls: UInt64
    /// Calls that were delayed.
    public var delays: UInt64
    /// System calls that failed on purpose.
    public var failures: UInt64
    /// Preloaded: processes which took part, forked children included; 0 means that the target's environment alone is
    /// in force. Supervised: programs started under supervision.
    public var processes: UInt32

    package init(calls: UInt64 = 0, delays: UInt64 = 0, failures: UInt64 = 0, processes: UInt32 = 0) {
        self.calls = calls
        self.delays = delays
        self.failures = failures
        self.processes = processes
    }
}
