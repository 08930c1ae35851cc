/// Has one request executed.
package protocol Executor: Sendable {
    /// Executes `request` and adds its reply to `batch`.
    func execute(_ request: Span<UInt8>, for session: any Session, into batch: inout ReplyBatch) -> Continuation
}

/// Executes each request once.
package struct OnceExecutor: Executor {
    package init() {}

    package func execute(
        _ request: Span<UInt8>, for session: any Session, into batch: inout ReplyBatch
    ) -> Continuation {
        let continuation = session.answer(request, into: &batch.bytes)
        batch.endReply()
        return continuation
    }
}
