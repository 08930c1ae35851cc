import CLinux
import Glibc

/// `thread-leak`: the thread of a client that broke the connection off never ends.
///
/// Modelled on workers that wait for an acknowledgement, a join or a lock that cannot come any more. Nothing shows on the
/// wire; the server's threads grow by one with each reset.
struct ThreadLeak: Defect {
    let name = "thread-leak"
    let summary = "the thread of a client that reset its connection waits for ever"
    let oracle = "resources"
    let grade = Grade.hard
    let replaces: Set<Part> = [.threadEnd]

    func objection(to choice: Choice) -> String? {
        choice.model.workers == .threads && !choice.model.multiplexes ? nil : "no thread is started for a connection"
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.threadEnd = EndlessWait()
        return true
    }
}

/// Waits for something that does not come.
private struct EndlessWait: ThreadEnd {
    func connectionEnded(failed: Bool) {
        while failed { pause() }
    }
}
