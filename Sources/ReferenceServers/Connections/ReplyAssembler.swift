/// Turns the replies of a batch into the bytes to send.
package protocol ReplyAssembler: Sendable {
    /// Moves `batch` to the end of `output`.
    func assemble(_ batch: inout ReplyBatch, into output: inout OutputBuffer)
}

/// Sends replies in the order of their requests, from memory that belongs to the connection alone.
package struct OrderedAssembler: ReplyAssembler {
    package init() {}

    package func assemble(_ batch: inout ReplyBatch, into output: inout OutputBuffer) {
        output.take(&batch.bytes)
    }
}
