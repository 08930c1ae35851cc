/// `double-processing`: about one request in 64 is executed and answered twice.
///
/// Modelled on retries without an idempotency key: a worker that times out on its first attempt, which has succeeded, tries
/// again. A client sees one reply too many, and counters that jump by two.
struct DoubleProcessing: Defect {
    let name = "double-processing"
    let summary = "executes and answers about one request in 64 twice"
    let oracle = "duplication"
    let grade = Grade.quick
    let replaces: Set<Part> = [.executor]

    func objection(to choice: Choice) -> String? { nil }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.executor = RetryingExecutor()
        return true
    }
}

/// Takes an attempt that succeeded for one that failed.
private struct RetryingExecutor: Executor {
    func execute(_ request: Span<UInt8>, for session: any Session, into batch: inout ReplyBatch) -> Continuation {
        let continuation = OnceExecutor().execute(request, for: session, into: &batch)
        guard continuation == .next, UInt8.random(in: 0..<64) == 0 else { return continuation }
        return OnceExecutor().execute(request, for: session, into: &batch)
    }
}
