/// `interleaved-pipe`: workers write whole messages to the shared pipe, however long they are.
///
/// Modelled on log pipes and job servers that rely on atomic writes beyond `PIPE_BUF`. Two long commands at the same time
/// mix: a client reads a value with parts of another's, or gets an error, or no answer.
struct InterleavedPipe: Defect {
    let name = "interleaved-pipe"
    let summary = "workers write to the owner's pipe in pieces that may mix"
    let replaces: Set<Part> = [.framer]

    func objection(to choice: Choice) -> String? {
        choice.service.hasState && choice.state.name == "pipe" ? nil : "the state is not behind a pipe (--state pipe)"
    }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.framer = WholeFramer()
        return true
    }
}

/// Sends a message as one frame.
private struct WholeFramer: Framer {
    func frames(_ message: [UInt8], slot: Int, sequence: Int) -> [Frame] {
        [Frame(slot: slot, sequence: sequence, isLast: true, payload: message)]
    }
}
