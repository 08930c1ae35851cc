import CLinux
import Glibc

/// `shared-reply-buffer`: all workers build their replies in one buffer, then send from it.
///
/// Modelled on functions with a `static char buf[]`, from `ctime(3)` to the FTP daemons that formatted replies that way and
/// were given threads later. A client sees bytes of another client's reply in its own.
struct SharedReplyBuffer: Defect {
    let name = "shared-reply-buffer"
    let summary = "all workers build replies in one shared buffer"
    let oracle = "crosstalk"
    let grade = Grade.quick
    let replaces: Set<Part> = [.assembler]

    func objection(to choice: Choice) -> String? { choice.needsParallelWorkers }

    func plant(in assembly: inout Assembly) -> Bool {
        guard let memory = SharedMemory(byteCount: Limits.batchBytes) else { return false }
        assembly.assembler = SharedBufferAssembler(memory: memory)
        return true
    }
}

/// Sends from memory that all workers use. Its bytes are atomic, so only their mixture is undefined.
private struct SharedBufferAssembler: ReplyAssembler {
    let memory: SharedMemory

    func assemble(_ batch: inout ReplyBatch, into output: inout OutputBuffer) {
        let count = batch.bytes.count
        guard count <= memory.byteCount else {
            output.take(&batch.bytes)  // Too long for the buffer, like the big replies of the real ones.
            return
        }
        memory.racyWrite(batch.bytes[...], at: 0)
        sched_yield()
        output.append(memory.racyRead(count, at: 0))
    }
}
