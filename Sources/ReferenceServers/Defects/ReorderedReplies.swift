/// `reordered-replies`: two helpers finish a pipelined batch, and their replies leave in the order in which they are done.
///
/// Modelled on HTTP/1.1 proxies and servers that handed pipelined requests to a pool and wrote each answer when it was
/// ready. A client sees its replies in another order than its requests, in about half of its batches of two or more.
struct ReorderedReplies: Defect {
    let name = "reordered-replies"
    let summary = "replies of a pipelined batch leave in the order in which two helpers finish"
    let oracle = "order"
    let grade = Grade.quick
    let replaces: Set<Part> = [.assembler]

    func objection(to choice: Choice) -> String? {
        choice.transport.isDatagram ? "a datagram holds one request" : nil
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.assembler = RacingHelpersAssembler()
        return true
    }
}

/// Deals the replies to two helpers in turn; either may be first to finish.
private struct RacingHelpersAssembler: ReplyAssembler {
    func assemble(_ batch: inout ReplyBatch, into output: inout OutputBuffer) {
        guard batch.ends.count > 1, Bool.random() else {
            output.take(&batch.bytes)
            return
        }
        let replies = batch.replies
        for first in [1, 0] {
            for index in stride(from: first, to: replies.count, by: 2) { output.append(replies[index]) }
        }
    }
}
