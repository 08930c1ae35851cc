import CLinux
import Glibc

/// `inherited-descriptor`: the parent closes its copy of a client's socket some connections later.
///
/// Modelled on forking servers that forget `close(connected)` in the parent (UNIX Network Programming, section 4.8), or open
/// descriptors that later children inherit. A client sees no FIN when its child has ended, for the parent and younger
/// children keep the connection open.
struct InheritedDescriptor: Defect {
    let name = "inherited-descriptor"
    let summary = "the parent keeps copies of sockets open, and later children inherit them"
    let oracle = "resources"
    let grade = Grade.patient
    let replaces: Set<Part> = [.parentCopies]

    func objection(to choice: Choice) -> String? {
        choice.model.workers == .processes && !choice.model.multiplexes
            ? nil : "no child process is forked for a connection"
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.parentCopies = LateCopies()
        return true
    }
}

/// Keeps the last copies open.
private final class LateCopies: ParentCopies {
    private static let kept = 16
    private let open = Guarded<[Int32]>([])

    func forked(_ number: Int32) {
        open.withLock { open in
            open.append(number)
            if open.count > Self.kept { close(open.removeFirst()) }
        }
    }
}
