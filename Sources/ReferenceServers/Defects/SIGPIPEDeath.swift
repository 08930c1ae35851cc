import CLinux
import Glibc

/// `sigpipe-death`: SIGPIPE keeps its default, which is to end the process.
///
/// Modelled on the first bug of almost every server: a client that leaves while its reply is being sent takes the server
/// with it. All other clients see their connections reset.
struct SIGPIPEDeath: Defect {
    let name = "sigpipe-death"
    let summary = "dies of SIGPIPE when a client leaves before its reply is sent"
    let oracle = "crash"
    let grade = Grade.hard
    let alsoShownBy = ["loss"]
    let replaces: Set<Part> = [.signals]

    func objection(to choice: Choice) -> String? { choice.needsSharedWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.signals = DefaultSIGPIPE()
        return true
    }
}

/// What a program gets when it says nothing.
private struct DefaultSIGPIPE: SignalPolicy {
    func apply() { signal(SIGPIPE, SIG_DFL) }
}
