import Synchronization
public import System

/// Seeded noise in one target's scheduling.
///
/// Make a plan for the target's program, a `Perturbation` from the plan, and start the target with its
/// ``environment(extending:initial:)`` and ``command(_:)``, as often as wanted. Then ``set(_:faults:)`` before each
/// execution; until then there is no noise. Let go of it only after the target has ended: a supervised target whose
/// supervisor is gone gets `ENOSYS` from its system calls.
///
/// For plans of kind `off` and `unavailable` everything below does nothing.
public final class Perturbation: Sendable {
    /// What is in force, in words too.
    public let plan: PerturbationPlan

    private let control: Mutex<NoiseControl>
    private let supervisor: SyscallSupervisor?

    /// The page's name in the target's environment.
    static let controlVariable = "CROSSFIRE_NOISE_CONTROL"
    /// The parameters' name in the target's environment.
    static let noiseVariable = "CROSSFIRE_NOISE"

    /// Prepares noise. A supervising one starts a thread, and must be made in the network namespace in which the target
    /// will be started.
    public convenience init(plan: PerturbationPlan) throws(SystemError) { try self.init(plan: plan, in: nil) }

    /// The same, for a target in a private network; nil: in our own.
    package init(plan: PerturbationPlan, in network: NetworkNamespaces?) throws(SystemError) {
        self.plan = plan
        control = Mutex(try NoiseControl())
        supervisor = plan.kind == .syscalls ? try SyscallSupervisor.start(in: network) : nil
    }

    deinit {
        supervisor?.stop()
    }

    /// The environment to start the target with: `inherited` and what the noise needs.
    ///
    /// `LD_PRELOAD` is appended to one that is there, and to the sanitizer runtimes which the target names itself.
    /// `initial` is in force from the target's first instruction, and for ever where it cannot reach the control page;
    /// for targets that run already it is set too.
    public func environment(extending inherited: [String: String], initial: Noise = .none) -> [String: String] {
        set(initial)
        var result = inherited
        guard plan.kind == .preload else { return result }
        let present = inherited["LD_PRELOAD"] ?? ""
        result["LD_PRELOAD"] = present.isEmpty ? plan.helper : "\(present):\(plan.helper)"
        result[Self.noiseVariable] = initial.text
        result[Self.controlVariable] = control.withLock { $0.path }
        return result
    }

    /// The command to start the target with: the same, behind the launcher where system calls are supervised.
    ///
    /// The launcher replaces itself by the target: same process number, exit status 127 if there is no such program, 69
    /// if the kernel refuses supervision. The target cannot gain rights by set-user-ID programs (`no_new_privs`).
    public func command(_ command: [String]) -> [String] {
        guard let supervisor else { return command }
        return [plan.helper, supervisor.name] + command
    }

    /// Changes the noise of the running target, from its next call on. Restarts all ordinals, so that an execution's
    /// noise does not depend on the executions before it. Faults need supervised system calls.
    public func set(_ noise: Noise, faults: SyscallFaults = .none) {
        if let supervisor {
            supervisor.set(noise, faults)
        } else {
            control.withLock { $0.set(noise) }
        }
    }

    /// How much noise there was since the start.
    public var counters: PerturbationCounters {
        supervisor?.counters ?? control.withLock { $0.counters }
    }
}
