import CNoise

/// Decides what becomes of a target's supervised system calls. A value without clock, descriptor or thread: events go
/// in, answers come out.
///
/// A delayed call is held until a second one is held too; both are then let go in random order, so that two threads
/// start at the same moment. If none comes, the call goes on after its own random time.
///
/// Measured on a lost update, 8 clients, 2 cores, share of rounds that show it. Where system calls lie between
/// reading and writing (forked workers, `pread` and `pwrite`): plain 8 %, supervised 100 %. Where none do (threads, a
/// window of a few instructions): plain 0.03 %, supervised 0.2 to 0.3 %, most of it by supervision as such, whatever
/// the noise. The preload library reaches 72 % there with a probability of 0.1 and 99.9 % with 0.5: it is the better
/// one wherever it works.
package struct SyscallScheduler {
    /// A call of the target that waits for its answer.
    package struct Call: Sendable, Equatable {
        /// The number that the kernel gave it; unique per listener.
        package var id: UInt64
        /// Which supervised program it belongs to.
        package var listener: Int32
        /// The caller.
        package var thread: UInt32
        /// What kind of call it is.
        package var sites: NoiseSites

        package init(id: UInt64, listener: Int32, thread: UInt32, sites: NoiseSites) {
            self.id = id
            self.listener = listener
            self.thread = thread
            self.sites = sites
        }
    }

    /// An answer: go on (nil), or fail with an `errno`.
    package struct Answer: Sendable, Equatable {
        package var call: Call
        package var failure: Int32?
    }

    /// Calls held at a time; the last of them lets all go.
    package static let groupSize = 2
    /// Threads that are numbered in one execution; beyond it numbering starts again.
    package static let threadLimit = 65_536

    /// The parameters in force.
    package private(set) var noise = Noise.none
    /// The faults in force.
    package private(set) var faults = SyscallFaults.none
    /// What was done since the beginning.
    package private(set) var counters = PerturbationCounters()

    private var held: [(call: Call, until: UInt64)] = []
    private var threads: [UInt32: (ordinal: UInt32, calls: UInt64)] = [:]

    package init() {}

    /// When the next held call must go on; nil if none is held.
    package var deadline: UInt64? { held.lazy.map(\.until).min() }

    /// Starts an execution: parameters and ordinals are new. Calls that are held stay held until their time.
    package mutating func begin(_ noise: Noise, _ faults: SyscallFaults) {
        self.noise = noise
        self.faults = faults
        threads.removeAll(keepingCapacity: true)
    }

    /// A program came under supervision.
    package mutating func attached() {
        counters.processes += 1
    }

    /// A program ended: nobody waits for its calls.
    package mutating func detached(listener: Int32) {
        held.removeAll { $0.call.listener == listener }
    }

    /// A call arrived at a time in nanoseconds. Returns the answers to give now, in this order.
    package mutating func received(_ call: Call, at now: UInt64) -> [Answer] {
        counters.calls += 1
        let draw = nextDraw(of: call.thread)
        if let failure = faults.failure(at: call.sites, draw: cf_noise_mix(draw)) {
            counters.failures += 1
            return [Answer(call: call, failure: failure)]
        }
        guard !noise.sites.isDisjoint(with: call.sites), UInt32(truncatingIfNeeded: draw >> 32) < noise.threshold else {
            return [Answer(call: call)]
        }
        counters.delays += 1
        let longest = UInt64(max(1, min(noise.sleepMicroseconds, UInt32(CF_NOISE_MAX_SLEEP_US))))
        held.append((call, now + (1 + (draw & 0xFFFF_FFFF) % (longest * 1000))))
        if held.count >= Self.groupSize { return releaseAll(draw) }
        return []
    }

    /// The answers that are due at a time.
    package mutating func expired(at now: UInt64) -> [Answer] {
        let due = held.filter { $0.until <= now }
        if due.isEmpty { return [] }
        held.removeAll { $0.until <= now }
        return due.map { Answer(call: $0.call) }
    }

    private mutating func releaseAll(_ draw: UInt64) -> [Answer] {
        var order = held.map { Answer(call: $0.call) }
        held.removeAll(keepingCapacity: true)
        var random = draw
        for index in order.indices.dropFirst().reversed() {
            random = cf_noise_mix(random)
            order.swapAt(index, Int(random % UInt64(index + 1)))
        }
        return order
    }

    private mutating func nextDraw(of thread: UInt32) -> UInt64 {
        if threads.count >= Self.threadLimit && threads[thread] == nil { threads.removeAll(keepingCapacity: true) }
        let known = threads[thread] ?? (UInt32(threads.count), 0)
        threads[thread] = (known.ordinal, known.calls + 1)
        return cf_noise_draw(noise.seed, 0, known.ordinal, known.calls)
    }
}
