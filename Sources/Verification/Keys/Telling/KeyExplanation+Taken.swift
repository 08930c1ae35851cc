import Capture

/// Elements of lists and members of sets that were taken out more often than they were put in.
extension KeyExplanation {
    func takenTwice(_ last: KeyOperation, _ others: [KeyOperation]) -> Problem? {
        guard last.isAnswered, let element = taken(last) else { return nil }
        let puts = others.filter { self.puts($0, element, last.key) }
        let takes = others.filter { $0.isAnswered && $0.key == last.key && taken($0) == element }
        guard let twin = takes.last, takes.count >= puts.count,
            !others.contains(where: { mayPutAnything($0, last.key) })
        else { return nil }
        let (first, second) = twin.completed <= last.completed ? (twin, last) : (last, twin)
        let packets = "packets \(replyPacket(first).number) and \(replyPacket(second).number)"
        let name = history.isPart(last.key) ? Reading.text(history.name(Int(last.key))) : describe(element)
        let times = puts.count == 1 ? "once" : "\(puts.count) times"
        let source = puts.first.map { ", put in \(times), by \(who($0)) (packet \(requestPacket($0).number))," }
        var story = puts.prefix(1).map { (requestPacket($0), "\(label($0)) puts it in") }
        story += [
            (requestPacket(first), "\(label(first)) is sent"), (requestPacket(second), "\(label(second)) is sent"),
            (replyPacket(first), "it is taken"), (replyPacket(second), "it is taken again"),
        ]
        return build(
            .linearizability, "taken-twice", last,
            "\(label(last)): \(name)\(source ?? "") was taken out \(takes.count + 1) times (\(packets)).",
            story, shownBy: Array(puts.prefix(1)) + [first, second])
    }

    /// What an operation took out, by its answer.
    private func taken(_ operation: KeyOperation) -> Int? {
        switch operation.kind {
        case .popLeft, .popRight: operation.result == Cell.absent ? nil : operation.result
        // The member is the key itself.
        case .delete: operation.result == 0 || !history.isPart(operation.key) ? nil : Self.member
        default: nil
        }
    }

    /// Stands for a member of a set, whose key it is.
    private static let member = 1

    private func puts(_ operation: KeyOperation, _ element: Int, _ key: Int32) -> Bool {
        guard operation.key == key else { return false }
        switch operation.kind {
        case .pushLeft, .pushRight: return operation.argument == element
        case .writeIfAbsent: return operation.result != 0 || !operation.isAnswered
        case .put, .write: return operation.argument != Cell.absent
        default: return false
        }
    }

    /// Operations on several keys are not counted.
    private func mayPutAnything(_ operation: KeyOperation, _ key: Int32) -> Bool {
        switch operation.kind {
        case .atomic, .putMany, .writeMany: history.parts.of(operation).contains { $0.key == key }
        default: false
        }
    }
}
