import CLinux
import Glibc

/// `restless-thread`: the first thread whose client broke the connection off goes on asking for what comes no more.
///
/// Modelled on loops around `read` that take an error for "try again". Nothing shows on the wire; the server uses a
/// processor for ever, though nobody is there.
struct RestlessThread: Defect {
    let name = "restless-thread"
    let summary = "the thread of the first client that reset its connection polls for it without end"
    let oracle = "spin"
    let grade = Grade.hard
    let replaces: Set<Part> = [.threadEnd]

    func objection(to choice: Choice) -> String? {
        choice.model.workers == .threads && !choice.model.multiplexes ? nil : "no thread is started for a connection"
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.threadEnd = RestlessEnd()
        return true
    }
}

/// Asks again and again; one thread is enough to be seen.
private struct RestlessEnd: ThreadEnd {
    private let isRestless = Guarded(false)

    func connectionEnded(failed: Bool) {
        guard failed,
            isRestless.withLock({ was in
                defer { was = true }
                return !was
            })
        else { return }
        while true { poll(nil, 0, 0) }
    }
}
