import CLinux
import Glibc

/// `short-write-ignored`: the server sends once and ignores how much was taken.
///
/// Modelled on `send(fd, buf, len, 0);` with a non-blocking socket and no look at the result, the classic of event loops. A
/// client that reads slowly, or asks for much at once, sees a reply end in the middle, and the next one begin there.
struct ShortWriteIgnored: Defect {
    let name = "short-write-ignored"
    let summary = "sends once without waiting and ignores the count"
    let oracle = "loss"
    let grade = Grade.hard
    let replaces: Set<Part> = [.sender]

    func objection(to choice: Choice) -> String? { nil }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.sender = CarelessSender()
        return true
    }
}

/// Sends once and takes everything for sent.
private struct CarelessSender: Sender {
    func send(_ output: inout OutputBuffer, to descriptor: Int32) -> SendOutcome {
        let count = output.sendOnce(to: descriptor, flags: Int32(MSG_DONTWAIT))
        let failed = count < 0 && errno != EAGAIN && errno != EINTR
        output.removeAll()
        return failed ? .failed : .drained
    }
}
