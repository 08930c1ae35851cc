import Glibc

/// System calls that fail though nothing is wrong: errors which a server must survive, and rarely meets in tests.
/// Only supervised targets (``PerturbationPlan/Kind/syscalls``) have them.
public struct SyscallFaults: Sendable, Equatable {
    /// What may happen.
    public struct Kinds: OptionSet, Sendable, Hashable {
        /// The mask.
        public let rawValue: UInt32

        /// A set from its mask. Unknown bits do nothing.
        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// `read`, `recv` and their kin fail with `EINTR`.
        public static let interruptedInput = Kinds(rawValue: 1)
        /// `write`, `send` and their kin fail with `EINTR`.
        public static let interruptedOutput = Kinds(rawValue: 2)
        /// `accept` fails with `EINTR`.
        public static let interruptedAccept = Kinds(rawValue: 4)
        /// `accept` fails with `ECONNABORTED`: the client gave up before.
        public static let abortedAccept = Kinds(rawValue: 8)
        /// `accept` fails with `EMFILE`: no descriptor is free.
        public static let noDescriptor = Kinds(rawValue: 16)
    }

    /// Chance that a call which can fail does.
    public var probability: Double
    /// What may happen.
    public var kinds: Kinds

    /// No faults.
    public static let none = SyscallFaults(probability: 0, kinds: [])

    /// Faults from their parts. Applied is a probability of at most 0.5, so that retrying succeeds.
    public init(probability: Double, kinds: Kinds) {
        self.probability = probability
        self.kinds = kinds
    }

    /// The error that a call gets, if any. A draw's top half decides whether, the bottom half which.
    package func failure(at sites: NoiseSites, draw: UInt64) -> Int32? {
        let threshold = Noise(seed: 0, probability: probability).threshold
        guard UInt32(truncatingIfNeeded: draw >> 32) < threshold else { return nil }
        var possible: [Int32] = []
        if sites.contains(.input) && kinds.contains(.interruptedInput) { possible.append(EINTR) }
        if sites.contains(.output) && kinds.contains(.interruptedOutput) { possible.append(EINTR) }
        if sites.contains(.accept) {
            if kinds.contains(.interruptedAccept) { possible.append(EINTR) }
            if kinds.contains(.abortedAccept) { possible.append(ECONNABORTED) }
            if kinds.contains(.noDescriptor) { possible.append(EMFILE) }
        }
        return possible.isEmpty ? nil : possible[Int(draw & 0xFFFF_FFFF) % possible.count]
    }
}
