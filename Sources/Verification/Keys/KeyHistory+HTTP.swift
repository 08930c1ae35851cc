import Capture
import Wire

/// Paths as registers: PUT writes, GET reads, DELETE deletes. RFC 9110 section 9.3.
extension KeyHistory {
    mutating func addHTTP(_ call: Call, _ exchange: Exchange, _ isPaired: Bool, _ reading: Reading) {
        exclusionOfAll = exclusionOfAll ?? reading.bodies.objection
        guard let target = reading.target(call) else { return }
        let http = reading.http(call)
        let reply = isPaired ? call.head?.http : nil
        let bytes = exchange.request.bytes
        if let reply, reply.status == 405 || reply.status == 501 {
            unsupported.insert(RESPCommand.displayName(bytes, reading.words[call.firstWord]))
            return
        }
        if reading.isRefused(call, exchange.request) {
            // A campaign sees more of the target than one execution, and says itself what that does not know.
            guard reading.evidence.source == .capture else { return }
            unsupported.insert(reading.methodName(call, exchange.request))
            return
        }
        if [.options, .trace, .connect].contains(http.method) { return }
        guard reading.bodies.isRegister(bytes, target) else { return }
        if reading.bodies.isUnclear(bytes, target) { return exclude(bytes, CollectionOfOne(target)) }
        var operation = KeyOperation(
            kind: .read, key: key(bytes, target), call: Int32(reading.starts[Int(call.conversation)]) + call.exchange,
            lane: lane(call, reading))
        setHTTPTimes(&operation, exchange, isAnswered: reply != nil)
        if model(&operation, http, exchange, reply, reading) { operations.append(operation) }
    }

    /// A server may work on a run of safe requests at once, so these are in no order. RFC 9112 section 9.3.2.
    private func lane(_ call: Call, _ reading: Reading) -> Int32 {
        let place = reading.starts[Int(call.conversation)] + Int(call.exchange)
        let own = reading.range(Int(call.conversation))
        let isSafe = { (place: Int) in own.contains(place) && reading.requests[place].method.isSafe }
        guard isSafe(place), isSafe(place - 1) || isSafe(place + 1) else { return call.conversation }
        return Int32(reading.evidence.conversations.count + place)
    }

    /// What is sent behind the head may be read as late as it is sent, and interim replies come before anything is done.
    private func setHTTPTimes(_ operation: inout KeyOperation, _ exchange: Exchange, isAnswered: Bool) {
        operation.isAnswered = isAnswered
        operation.invoked = exchange.request.last.time.nanoseconds
        guard isAnswered, let reply = exchange.reply?.last.time.nanoseconds else { return }
        operation.completed = max(reply, operation.invoked)
        operation.invoked = min(reply, operation.invoked)
    }

    /// Fills in what a request did. False where it did nothing, or its reply tells nothing.
    private mutating func model(
        _ operation: inout KeyOperation, _ http: HTTPCall, _ exchange: Exchange, _ reply: HTTPReply?, _ reading: Reading
    ) -> Bool {
        switch http.method {
        case .get: return modelGet(&operation, http, exchange, reply, reading)
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

    private mutating func modelGet(
        _ operation: inout KeyOperation, _ http: HTTPCall, _ exchange: Exchange, _ reply: HTTPReply?, _ reading: Reading
    ) -> Bool {
        guard let reply, let message = exchange.reply, !http.flags.contains(.isConditional), reply.tellsBody else {
            return false
        }
        switch reply.status {
        case 404, 410: operation.result = Cell.absent
        case 200:
            let (bytes, range) = Reading.body(message)
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
        guard let part = HTTPPart(reply), let target = reading.target(call),
            let path = reading.bodies.judged(request.bytes, target),
            reading.bodies.isSettled(path, at: request.first.number)
        else { return nil }
        let candidates = reading.bodies.bodies(path).filter { part.isSlice(of: $0) }
        return candidates.count == 1 ? candidates[0] : nil
    }
}
