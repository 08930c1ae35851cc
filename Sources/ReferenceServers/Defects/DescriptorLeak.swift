import CLinux
import Glibc

/// `descriptor-leak`: the socket of a client that broke the connection off is never closed.
///
/// Modelled on error paths that return before `close`. Nothing shows on the wire until accepting fails with EMFILE; the
/// server's descriptors grow by one with each reset.
struct DescriptorLeak: Defect {
    let name = "descriptor-leak"
    let summary = "does not close the socket of a client that reset its connection"
    let oracle = "resources"
    let grade = Grade.hard
    let replaces: Set<Part> = [.closer]

    func objection(to choice: Choice) -> String? { choice.needsSharedWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.closer = ForgetfulCloser()
        return true
    }
}

/// Closes what ended well.
private struct ForgetfulCloser: Closer {
    func close(_ number: Int32, failed: Bool) {
        if !failed { OnceCloser().close(number, failed: failed) }
    }
}
