import Glibc
import Synchronization

/// Seeded noise in one target's scheduling.
///
/// Make a plan for the target's program, a `Perturbation` from the plan, and start the target with its
/// ``environment(extending:)`` and ``command(_:)``. Then ``set(_:)`` before each execution. The noise is off until the
/// first `set`. Close it (by letting go of it) only after the target has ended.
public final class Perturbation: Sendable {
    /// What is in force, in words too.
    public let plan: PerturbationPlan

    private let control: Mutex<NoiseControl>

    /// The page's name in the target's environment.
    static let controlVariable = "CROSSFIRE_NOISE_CONTROL"
    /// The parameters' name in the target's environment.
    static let noiseVariable = "CROSSFIRE_NOISE"

    /// Prepares noise. For plans of kind `off` and `unavailable` everything below does nothing.
    public init(plan: PerturbationPlan) throws(PerturbationError) {
        self.plan = plan
        control = Mutex(try NoiseControl())
    }

    /// Decides which noise is possible for a program, given as its path or a name to be searched in `PATH`.
    ///
    /// It looks at the ELF file behind scripts and `env`: preloading needs a program that is dynamic against glibc.
    public static func plan(mode: PerturbationMode, executable: String) -> PerturbationPlan {
        if mode == .off { return PerturbationPlan(kind: .off, explanation: "No noise: turned off.") }
        let name = "libcrossfire-noise.so"
        let reason: String
        switch Executable.inspect(executable) {
        case .unusable(let text):
            return PerturbationPlan(kind: .unavailable, explanation: "No noise: \(text).")
        case .fixed(_, let text):
            reason = text
        case .preloadable(let path):
            if let library = NativeFile.find(name), library.contains(where: { $0 == ":" || $0 == " " }) {
                reason = "the path \(library) cannot be written in LD_PRELOAD"
                break
            }
            if let library = NativeFile.find(name) {
                return PerturbationPlan(
                    kind: .preload, explanation: "Preloaded noise: \(path) is dynamic against glibc.", helper: library)
            }
            reason = "\(name) is not beside the program nor in $\(NativeFile.folderVariable)"
        }
        return PerturbationPlan(kind: .unavailable, explanation: "No noise: \(reason).")
    }

    /// The environment to start the target with: `inherited` and what the noise needs.
    ///
    /// `LD_PRELOAD` is appended to one that is there (sanitizers must stay first). `initial` is in force from the
    /// target's first instruction, and for ever where it cannot reach the control page.
    public func environment(
        extending inherited: [String: String], initial: Noise = .none
    ) -> [String: String] {
        var result = inherited
        guard plan.kind == .preload else { return result }
        let present = inherited["LD_PRELOAD"] ?? ""
        result["LD_PRELOAD"] = present.isEmpty ? plan.helper : "\(present):\(plan.helper)"
        result[Self.noiseVariable] = initial.text
        result[Self.controlVariable] = control.withLock { control in
            control.set(initial)
            return control.path
        }
        return result
    }

    /// Changes the noise of the running target; from its next call on. Restarts all ordinals, so that an execution's
    /// noise does not depend on the executions before it.
    public func set(_ noise: Noise) {
        control.withLock { $0.set(noise) }
    }

    /// How much noise there was since the start.
    public var counters: PerturbationCounters {
        control.withLock { $0.counters }
    }
}

/// The text of an `errno`. Maps to `strerror`, which is thread-safe since glibc 2.32.
func errorText(_ code: Int32) -> String {
    String(cString: strerror(code))
}
