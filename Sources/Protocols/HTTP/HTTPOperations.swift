import Capture
import Verification
import Wire

/// Paths as registers: PUT writes, GET reads, DELETE deletes. RFC 9110 section 9.3.
extension HTTPMeaning {
    func addOperations(
        of call: Call, _ exchange: Exchange, isPaired: Bool, _ reading: Reading, to history: inout KeyHistory
    ) {
        if let refinement {
            let lane = lane(call, reading)
            return refinement.addOperations(
                of: call, exchange, isPaired: isPaired, lane, versions, reading, to: &history)
        }
        history.exclusionOfAll = history.exclusionOfAll ?? bodies.objection
        guard let target = target(call, reading) else { return }
        let http = http(call, reading)
        let reply = isPaired ? call.head?.http : nil
        let bytes = exchange.request.bytes
        if let reply, reply.status == 405 || reply.status == 501 {
            history.unsupported.insert(methodName(call, exchange.request, reading))
            return
        }
        if isRefused(call, exchange.request, reading) {
            // A campaign sees more of the target than one execution, and says itself what that does not know.
            guard reading.evidence.source == .capture else { return }
            history.unsupported.insert(methodName(call, exchange.request, reading))
            return
        }
        if [.options, .trace, .connect].contains(http.method) { return }
        guard bodies.isRegister(bytes, target) else { return }
        if bodies.isUnclear(bytes, target) { return history.exclude(bytes, CollectionOfOne(target)) }
        var operation = KeyOperation(
            kind: .read, key: history.key(bytes, target),
            call: Int32(reading.starts[Int(call.conversation)]) + call.exchange, lane: lane(call, reading))
        // What is sent behind the head may be read as late as it is sent, and interim replies come before anything is done.
        history.setTimes(&operation, exchange, completed: reply == nil ? nil : exchange.reply?.last.time)
        if model(&operation, http, exchange, reply, reading, &history.values) { history.operations.append(operation) }
    }

    /// A server may work on a run of safe requests at once, so these are in no order. RFC 9112 section 9.3.2.
    private func lane(_ call: Call, _ reading: Reading) -> Int32 {
        let place = reading.starts[Int(call.conversation)] + Int(call.exchange)
        let own = reading.range(Int(call.conversation))
        let isSafe = { (place: Int) in own.contains(place) && requests[place].method.isSafe }
        guard isSafe(place), isSafe(place - 1) || isSafe(place + 1) else { return call.conversation }
        return Int32(reading.evidence.conversations.count + place)
    }

    /// Fills in what a request did. False where it did nothing, or its reply tells nothing.
    private func model(
        _ operation: inout KeyOperation, _ http: HTTPCall, _ exchange: Exchange, _ reply: HTTPReply?,
        _ reading: Reading, _ values: inout ByteInterner
    ) -> Bool {
        switch http.method {
        case .get: return modelGet(&operation, http, exchange, reply, reading, &values)
        case .head:
            guard let reply, !http.flags.contains(.isConditional), [200, 404, 410].contains(reply.status) else {
                return false
            }
            operation.kind = .exists
            operation.result = reply.status == 200 ? 1 : 0
        case .put:
            guard let head = HTTPHead(exchange.request.bytes.span, from: .client) else { return false }
            let (bytes, range) = head.body(in: exchange.request.bytes)
            operation.kind = .write
            operation.argument = Cell.value(bytes, range, &values)
            // Whatever else was answered, it may have been done.
            if ![200, 201, 204].contains(reply?.status ?? 0) { leaveOpen(&operation) }
        case .delete:
            if let reply, reply.status == 404 || reply.status == 410 {
                operation.kind = .delete
                return true
            }
            // A server may answer 2xx where there was nothing to delete.
            operation.kind = .write
            operation.argument = Cell.absent
            if ![200, 204].contains(reply?.status ?? 0) { leaveOpen(&operation) }
        default: return false
        }
        return true
    }

    private func leaveOpen(_ operation: inout KeyOperation) {
        operation.isAnswered = false
        operation.completed = .max
    }

    private func modelGet(
        _ operation: inout KeyOperation, _ http: HTTPCall, _ exchange: Exchange, _ reply: HTTPReply?,
        _ reading: Reading, _ values: inout ByteInterner
    ) -> Bool {
        guard let reply, let message = exchange.reply, !http.flags.contains(.isConditional), reply.tellsBody else {
            return false
        }
        switch reply.status {
        case 404, 410: operation.result = Cell.absent
        case 200:
            let (bytes, range) = Self.body(message)
            operation.result = Cell.value(bytes, range, &values)
        case 206:
            guard let value = onlyWhole(operation, exchange.request, message, reading) else { return false }
            operation.result = Cell.value(Array(value), 0..<value.count, &values)
        default: return false
        }
        return true
    }

    /// The only value PUT to the path that a part can be of, where the path surely held one of them.
    private func onlyWhole(
        _ operation: KeyOperation, _ request: Message, _ reply: Message, _ reading: Reading
    ) -> ArraySlice<UInt8>? {
        let call = reading.calls[Int(operation.call)]
        guard let part = HTTPPart(reply), let target = target(call, reading),
            let path = bodies.judged(request.bytes, target),
            bodies.isSettled(path, at: request.first.number)
        else { return nil }
        let candidates = bodies.bodies(path).filter { part.isSlice(of: $0) }
        return candidates.count == 1 ? candidates[0] : nil
    }

    func object(of call: Call, _ reading: Reading) -> Range<Int>? { call.isOpaque ? nil : target(call, reading) }
}
