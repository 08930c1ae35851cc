import Capture
import Wire

extension KeyExplanation {
    func build(
        _ oracle: OracleID, _ kind: String, _ culprit: KeyOperation, _ summary: String,
        _ story: [(packet: PacketReference, note: String)], shownBy operations: [KeyOperation]
    ) -> Problem {
        let call = reading.calls[Int(culprit.call)]
        var violation = Violation(
            oracle: oracle, summary: summary, packets: story.map(\.packet.number), notes: story.map(\.note),
            signature: "\(oracle.rawValue):\(kind):\(reading.meaning.commandName(call, reading))")
        violation.culprit = reference(culprit)
        violation.exchanges = operations.compactMap(reference)
        return Problem(violation: violation, conversation: Int(call.conversation))
    }

    /// Nil for a request without a reply of its own.
    private func reference(_ operation: KeyOperation) -> ExchangeReference? {
        let call = reading.calls[Int(operation.call)]
        return call.isSilent
            ? nil : ExchangeReference(conversation: Int(call.conversation), exchange: Int(call.exchange))
    }

    func requestPacket(_ operation: KeyOperation) -> PacketReference {
        reading.request(reading.calls[Int(operation.call)]).last
    }

    /// The packet of the answer; of the request where there is none.
    func replyPacket(_ operation: KeyOperation) -> PacketReference {
        reading.reply(reading.calls[Int(operation.call)])?.first ?? requestPacket(operation)
    }

    func label(_ operation: KeyOperation) -> String { reading.label(reading.calls[Int(operation.call)]) }

    func who(_ operation: KeyOperation) -> String { reading.name(Int(reading.calls[Int(operation.call)].conversation)) }

    /// The reply as it stands on the wire, without its frame.
    func answer(_ operation: KeyOperation) -> String {
        let call = reading.calls[Int(operation.call)]
        guard let reply = reading.reply(call) else { return "nothing" }
        return reading.meaning.answer(reply, call.head)
    }

    func describe(_ cell: Int) -> String {
        if cell == Cell.absent { return reading.meaning.absence }
        if let id = Cell.textID(cell) { return Reading.text(history.values.bytes(id)) }
        return String(cell)
    }

    /// Whether the operation may leave `cell` in `key`.
    func mayProduce(_ operation: KeyOperation, _ cell: Int, _ key: Int32) -> Bool {
        switch operation.kind {
        case .write, .swap, .writeIfAbsent, .put, .replace, .compareAndSwap:
            return operation.key == key && operation.argument == cell
        case .pushLeft, .pushRight:
            return operation.key == key && (operation.argument == cell || operation.argument == Cell.unknown)
        case .atomic: return steps(operation).contains { mayProduce($0, cell, key) }
        case .add, .decrease: return operation.key == key && (!operation.isAnswered || operation.result == cell)
        case .append, .extend, .extendFront: return operation.key == key
        case .writeMany, .putMany: return parts(operation).contains { $0.key == key && $0.cell == cell }
        default: return false
        }
    }

    /// Whether the operation writes exactly this text somewhere; numbers are too common to name a writer.
    func writes(_ operation: KeyOperation, _ cell: Int) -> Bool {
        guard let id = Cell.textID(cell), history.values.bytes(id).count >= TokenIndex.shortestToken else {
            return false
        }
        switch operation.kind {
        case .write, .swap, .writeIfAbsent, .put, .replace, .compareAndSwap, .pushLeft, .pushRight:
            return operation.argument == cell
        case .atomic: return steps(operation).contains { writes($0, cell) }
        case .writeMany, .putMany: return parts(operation).contains { $0.cell == cell }
        default: return false
        }
    }

    /// What the key certainly holds right after the operation, if that can be told.
    func cellAfter(_ operation: KeyOperation) -> Int? {
        switch operation.kind {
        case .write, .swap, .put, .replace, .compareAndSwap: return operation.argument
        case .writeIfAbsent: return operation.result != 0 ? operation.argument : nil
        case .add, .decrease: return operation.isAnswered ? operation.result : nil
        case .delete, .take: return Cell.absent
        default: return nil
        }
    }

    private func steps(_ operation: KeyOperation) -> [KeyOperation] {
        parts(operation).map { history.parts.step($0, of: operation) }
    }

    private func parts(_ operation: KeyOperation) -> ArraySlice<KeyPart> {
        history.parts.of(operation)
    }
}
