import CLinux
import Glibc

/// `slow-client-blocks-all`: the one thread that serves everybody waits until a client has read its whole reply.
///
/// Modelled on event loops with one blocking call in them: a DNS lookup, a log write, a `while (left > 0) write()`. While
/// one client does not read, nobody else gets an answer.
struct SlowClientBlocksAll: Defect {
    let name = "slow-client-blocks-all"
    let summary = "a thread that serves many waits until one client has read its reply"
    let oracle = "isolation"
    let grade = Grade.hard
    let replaces: Set<Part> = [.sender]

    func objection(to choice: Choice) -> String? {
        choice.model.multiplexes ? nil : "each connection has a worker of its own, so waiting for it hurts nobody"
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.sender = WaitingSender()
        return true
    }
}

/// Waits for a full socket instead of coming back to it.
private struct WaitingSender: Sender {
    func send(_ output: inout OutputBuffer, to descriptor: Int32) -> SendOutcome {
        while true {
            let outcome = WholeSender().send(&output, to: descriptor)
            guard outcome == .wouldBlock else { return outcome }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&waiting, 1, -1)
        }
    }
}
