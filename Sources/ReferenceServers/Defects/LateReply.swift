import CLinux
import Glibc

/// `late-reply-on-reused-descriptor`: replies are written by a helper thread that knows a connection by its number only.
///
/// Modelled on completion queues that carry a descriptor instead of a reference to its connection: when the client leaves
/// first, the number is closed and given to the next client, who gets the reply. Hardest grade: the number must be used
/// again within the microseconds that a reply waits. A client sees another's reply, or misses its last one.
struct LateReply: Defect {
    let name = "late-reply-on-reused-descriptor"
    let summary = "a helper thread writes replies to descriptor numbers that may belong to somebody else by then"
    let oracle = "crosstalk"
    let grade = Grade.hard
    let replaces: Set<Part> = [.sender]

    func objection(to choice: Choice) -> String? {
        choice.model.workers == .processes ? "a worker process has no helper thread" : nil
    }

    func plant(in assembly: inout Assembly) -> Bool {
        guard let sender = DetachedSender() else { return false }
        assembly.sender = sender
        return true
    }
}

/// Hands replies to a thread that writes them some time, and takes them for sent.
private final class DetachedSender: Sender {
    private struct Reply {
        var descriptor: Int32
        var output: OutputBuffer
    }

    private let replies = Guarded<[Reply]>([])
    private let filled: Semaphores

    init?() {
        guard let filled = Semaphores([0]) else { return nil }
        self.filled = filled
        guard startThread({ self.write() }) else { return nil }
    }

    func send(_ output: inout OutputBuffer, to descriptor: Int32) -> SendOutcome {
        replies.withLock { $0.append(Reply(descriptor: descriptor, output: output)) }
        output.removeAll()
        filled.post(0)
        return .drained
    }

    private func write() {
        while true {
            filled.wait(0)
            var reply = replies.withLock { $0.removeFirst() }
            while WholeSender().send(&reply.output, to: reply.descriptor) == .wouldBlock {
                var waiting = pollfd(fd: reply.descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, -1)
            }
        }
    }
}
