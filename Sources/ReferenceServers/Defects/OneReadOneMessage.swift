/// `one-read-one-message`: the server takes what one read brought for one request, and throws the rest of it away.
///
/// Modelled on `n = read(fd, buf, sizeof buf); handle(buf, n);`, which works until a client pipelines. A client that sends
/// three requests in one segment gets the first reply and waits for the others for ever; if it sends a fourth request in
/// the meantime, its reply stands in the place of the second.
struct OneReadOneMessage: Defect {
    let name = "one-read-one-message"
    let summary = "takes what one read brought for one request and drops the rest"
    let oracle = "hang"
    let grade = Grade.quick
    let alsoShownBy = ["loss", "order"]
    let replaces: Set<Part> = [.batcher]

    func objection(to choice: Choice) -> String? { nil }

    func plant(in assembly: inout Assembly) -> Bool {
        assembly.batcher = FirstMessageBatcher()
        return true
    }
}

/// Answers the first request of the input and forgets what is behind it.
private struct FirstMessageBatcher: Batcher {
    func answer(
        _ input: inout InputBuffer, for session: any Session, by executor: any Executor, into batch: inout ReplyBatch
    ) -> BatchEnd {
        guard case .message(let length) = session.frame(input.storage.span.extracting(input.pending)) else {
            return WholeBatcher().answer(&input, for: session, by: executor, into: &batch)
        }
        let request = input.take(length)
        let continuation = executor.execute(input.storage.span.extracting(request), for: session, into: &batch)
        _ = input.take(input.pending.count)
        return continuation == .close ? .close : continuation == .stream ? .hasMore : .needsInput
    }
}
