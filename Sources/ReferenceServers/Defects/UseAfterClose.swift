import CLinux
import Glibc

/// `use-after-close`: after a client broke the connection off, the server closes the socket and then asks it why.
///
/// Modelled on handlers that free a connection and go on with it, in event loops mostly. With a reset the server stops with
/// a fatal error, as a use after free would make it at best.
struct UseAfterClose: Defect {
    let name = "use-after-close"
    let summary = "uses the socket of a client that reset its connection after closing it, and dies"
    let oracle = "crash"
    let grade = Grade.hard
    let alsoShownBy = ["loss"]
    let replaces: Set<Part> = [.closer]

    func objection(to choice: Choice) -> String? { choice.needsSharedWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.closer = CuriousCloser()
        return true
    }
}

/// Closes first and asks for the error later.
private struct CuriousCloser: Closer {
    func close(_ number: Int32, failed: Bool) {
        OnceCloser().close(number, failed: failed)
        guard failed else { return }
        var reason: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        if getsockopt(number, SOL_SOCKET, SO_ERROR, &reason, &length) != 0 { abort() }
    }
}
