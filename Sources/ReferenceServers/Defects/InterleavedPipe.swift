/// `interleaved-pipe`: only the first piece of a message that is longer than `PIPE_BUF` says whose it is.
///
/// Modelled on programs that share a pipe and take it for granted that a long message arrives in one piece. Two long
/// commands at the same time mix: a client that set a value of some kilobytes reads one that ends like another client's.
struct InterleavedPipe: Defect {
    let name = "interleaved-pipe"
    let summary = "long messages to the owner's pipe are sent in pieces that may mix"
    let oracle = "corruption"
    let grade = Grade.hard
    let state: String? = "pipe"
    let replaces: Set<Part> = [.framer]

    func objection(to choice: Choice) -> String? {
        choice.service.hasState && choice.state.name == "pipe" ? nil : "the state is not behind a pipe (--state pipe)"
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.framer = TrustingFramer()
        return true
    }
}

/// Sends the pieces after the first without an owner, and gives them to the message that began last and has not ended.
private struct TrustingFramer: Framer {
    private static let nobody = Limits.ownerSlots

    func frames(_ message: [UInt8], slot: Int, sequence: Int) -> [Frame] {
        var frames = AtomicFramer().frames(message, slot: slot, sequence: sequence)
        for index in frames.indices.dropFirst() { frames[index].slot = Self.nobody }
        return frames
    }

    func claim(_ frame: Frame, open: inout [Frame]) -> Frame {
        var claimed = frame
        if frame.slot != Self.nobody {
            open.append(frame)
        } else if let message = open.last {
            (claimed.slot, claimed.sequence) = (message.slot, message.sequence)
        } else {
            claimed.slot = 0  // The message that it belonged to has ended; nobody waits for this number.
        }
        if frame.isLast { _ = open.popLast() }
        return claimed
    }
}
