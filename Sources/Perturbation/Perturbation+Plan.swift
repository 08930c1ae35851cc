extension Perturbation {
    static let preloadLibrary = "libcrossfire-noise.so"
    static let launcher = "crossfire-launch"

    /// Decides which noise is possible for a program, given as its path or a name to be searched in `PATH`.
    ///
    /// It looks at the ELF file behind scripts and `env`: preloading needs a program that is dynamic against glibc.
    /// Whether the kernel lets us supervise system calls is tried, by running the launcher once.
    public static func plan(mode: PerturbationMode, executable: String) -> PerturbationPlan {
        plan(mode: mode, executable: executable, wrapper: Wrapper(executable))
    }

    private static func plan(mode: PerturbationMode, executable: String, wrapper: Wrapper?) -> PerturbationPlan {
        if mode == .off { return .off }
        let path: String
        let noPreload: String?
        var before: [String] = []
        switch Executable.inspect(executable) {
        case .unusable(let reason), .immune(_, let reason):
            return PerturbationPlan(kind: .unavailable, explanation: "No noise: \(reason).")
        case .supervisable(let found, let reason):
            (path, noPreload) = (found, reason)
        case .preloadable(let found, let runtimes):
            (path, noPreload) = (found, wrapper?.obstacle ?? preloadObstacle)
            before = runtimes
        }
        switch (mode, noPreload) {
        case (.preload, nil), (.auto, nil):
            return PerturbationPlan(
                kind: .preload, explanation: "Preloaded noise: \(path) is dynamic against glibc.",
                helper: (before + [NativeFile.find(preloadLibrary) ?? ""]).joined(separator: ":"))
        case (.preload, let reason?):
            return PerturbationPlan(kind: .unavailable, explanation: "No preloaded noise: \(reason).")
        default:
            return supervision(of: path, because: mode == .auto ? noPreload : nil)
        }
    }

    /// The plan for a target that runs already, or that we do not start ourselves.
    public static func planForForeignTarget(mode: PerturbationMode) -> PerturbationPlan {
        if mode == .off { return plan(mode: mode, executable: "") }
        let reason = "the target was not started by us, and noise must be there from its start"
        return PerturbationPlan(kind: .unavailable, explanation: "No noise: \(reason).")
    }

    private static func supervision(of path: String, because noPreload: String?) -> PerturbationPlan {
        let preface = noPreload.map { "\($0); " } ?? ""
        if let obstacle = supervisionObstacle {
            return PerturbationPlan(kind: .unavailable, explanation: "No noise: \(preface)\(obstacle).")
        }
        let words = noPreload.map { "\($0), so nothing can be preloaded" } ?? "as asked, for \(path)"
        return PerturbationPlan(
            kind: .syscalls, explanation: "Supervised system calls: \(words).",
            helper: NativeFile.find(launcher) ?? "")
    }

    /// Why nothing can be preloaded on this machine, as a clause; nil if it can.
    public static var preloadObstacle: String? {
        guard let path = NativeFile.find(preloadLibrary) else { return missing(preloadLibrary) }
        // ld.so(8): "separated by spaces or colons", and no way to quote them.
        return path.contains { $0 == ":" || $0 == " " } ? "LD_PRELOAD cannot hold the path \(path)" : nil
    }

    /// Why system calls cannot be supervised on this machine, as a clause; nil if they can. Tried, by running the
    /// launcher.
    public static var supervisionObstacle: String? {
        guard let path = NativeFile.find(launcher) else { return missing(launcher) }
        guard let result = CommandOutput([path, "--check"]) else { return "\(path) cannot be started" }
        return result.status == 0 ? nil : "this machine refuses to supervise system calls (\(result.text))"
    }

    private static func missing(_ name: String) -> String {
        "\(name) is neither beside this program nor in $\(NativeFile.folderVariable)"
    }
}
