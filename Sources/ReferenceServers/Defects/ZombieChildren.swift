import CLinux
import Glibc

/// `zombie-children`: the server waits for one child a SIGCHLD.
///
/// Modelled on the handler of countless forking servers (UNIX Network Programming, section 5.10, shows it as the error to
/// avoid): signals do not queue, so children that end together send one. Nothing shows on the wire; the process table
/// fills with zombies until fork fails.
struct ZombieChildren: Defect {
    let name = "zombie-children"
    let summary = "waits for one child a SIGCHLD, though one may stand for several"
    let oracle = "resources"
    let grade = Grade.patient
    let replaces: Set<Part> = [.reaper]

    func objection(to choice: Choice) -> String? {
        guard choice.model.workers == .processes else { return "the model has no child processes" }
        return choice.model.multiplexes ? "its children live as long as the server" : nil
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.reaper = SingleReaper()
        return true
    }
}

/// Waits once.
private struct SingleReaper: Reaper {
    func childrenEnded() -> [Int32] {
        let child = waitpid(-1, nil, WNOHANG)
        return child > 0 ? [child] : []
    }
}
