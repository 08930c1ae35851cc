/// Cuts what was read into requests and has them answered.
package protocol Batcher: Sendable {
    /// Answers requests from the front of `input` into `batch`.
    func answer(
        _ input: inout InputBuffer, for session: any Session, by executor: any Executor, into batch: inout ReplyBatch
    ) -> BatchEnd
}

/// Why a batch ended.
package enum BatchEnd: Equatable, Sendable {
    /// No whole request is left.
    case needsInput
    /// The batch is full, or a reply is being streamed: send, then ask again.
    case hasMore
    /// The connection closes once the batch is sent.
    case close
}

/// Answers every whole request of the input, in order, so that pipelined requests cost one write.
package struct WholeBatcher: Batcher {
    package init() {}

    package func answer(
        _ input: inout InputBuffer, for session: any Session, by executor: any Executor, into batch: inout ReplyBatch
    ) -> BatchEnd {
        while batch.bytes.count < Limits.batchBytes {
            switch session.frame(input.storage.span.extracting(input.pending)) {
            case .message(let length):
                let request = input.take(length)
                let continuation = executor.execute(
                    input.storage.span.extracting(request), for: session, into: &batch)
                switch continuation {
                case .next: continue
                case .stream: return .hasMore
                case .close: return .close
                }
            case .incomplete:
                guard input.pending.count <= Limits.maximumRequestBytes else {
                    session.refuse("request is over \(Limits.maximumRequestBytes) bytes", into: &batch.bytes)
                    return .close
                }
                return .needsInput
            case .malformed(let offset, let reason):
                session.refuse("\(reason) at byte \(offset)", into: &batch.bytes)
                return .close
            }
        }
        return .hasMore
    }
}
