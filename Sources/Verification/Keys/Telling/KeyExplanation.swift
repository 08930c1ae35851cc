import Capture

/// Tells a violation of one component in a sentence: `events` end with the first response that no order explains.
struct KeyExplanation {
    let reading: Reading
    let history: KeyHistory
    let events: [SearchEvent]

    private var culprit: KeyOperation { history.operations[Int(events[events.count - 1].operation)] }

    /// The operations that may have happened by then, in order of invocation, the culprit left out.
    private var others: [KeyOperation] {
        events.dropLast().filter { !$0.isResponse && $0.operation != events[events.count - 1].operation }
            .map { history.operations[Int($0.operation)] }
    }

    /// The violation.
    func problem() -> Problem {
        let last = culprit
        let others = others
        switch last.kind {
        case .add: return repeatedNumber(last, others) ?? unexplained(last, others)
        case .popLeft, .popRight:
            return takenTwice(last, others) ?? unwrittenValue(last, others) ?? unexplained(last, others)
        case .delete: return takenTwice(last, others) ?? unexplained(last, others)
        case .read, .swap, .take:
            return unwrittenValue(last, others) ?? staleRead(last, others) ?? unexplained(last, others)
        default: return unexplained(last, others)
        }
    }

    // MARK: Kinds

    private func repeatedNumber(_ last: KeyOperation, _ others: [KeyOperation]) -> Problem? {
        guard
            let twin = others.last(where: {
                $0.kind == .add && $0.isAnswered && $0.result == last.result && $0.key == last.key
            })
        else { return nil }
        let isUndisturbed = others.allSatisfy {
            $0.isReader || ($0.kind == .add && ($0.argument > 0) == (last.argument > 0))
                || $0.completed < min(twin.invoked, last.invoked)
        }
        guard isUndisturbed, last.argument != 0 else { return nil }
        let (first, second) = twin.completed <= last.completed ? (twin, last) : (last, twin)
        let packets = "packets \(replyPacket(first).number) and \(replyPacket(second).number)"
        return build(
            .linearizability, "repeated-number", last,
            "\(label(last)) answered \(last.result) twice (\(packets)): one "
                + "\(last.argument > 0 ? "increment" : "decrement") was lost.",
            [
                (requestPacket(first), "\(label(first)) is sent"), (requestPacket(second), "\(label(second)) is sent"),
                (replyPacket(first), "answered \(first.result)"),
                (replyPacket(second), "answered \(second.result) again"),
            ], shownBy: [first, second])
    }

    /// A value that nobody wrote to this key.
    private func unwrittenValue(_ last: KeyOperation, _ others: [KeyOperation]) -> Problem? {
        // Read before, a value that nobody wrote is the first one, only out of date.
        let isFirstValue =
            !reading.evidence.keysStartAbsent
            && others.contains { $0.kind == .read && $0.key == last.key && $0.result == last.result && $0.isAnswered }
        guard !isFirstValue, last.result != Cell.absent,
            !others.contains(where: { mayProduce($0, last.result, last.key) })
        else {
            return nil
        }
        let value = describe(last.result)
        let story = [(requestPacket(last), "\(label(last)) is sent"), (replyPacket(last), "answered \(value)")]
        let head =
            "\(who(last)): \(label(last)) (packet \(requestPacket(last).number)) "
            + "answered \(value) (packet \(replyPacket(last).number))"
        guard let source = history.operations.first(where: { writes($0, last.result) && $0.key != last.key }) else {
            let pieces = torn(last, others).map { "; \($0)" } ?? ""
            return build(
                .corruption, "unwritten-value", last, "\(head), which nobody wrote to it\(pieces).", story,
                shownBy: [last])
        }
        let origin = "\(label(source)) of \(who(source)) (packet \(requestPacket(source).number))"
        let isOwnReply = pipelinedRead(of: source.key, beside: last) != nil
        return build(
            isOwnReply ? .order : .crosstalk, "value-of-another-key", last,
            "\(head), a value written only to another key, by \(origin).",
            [(requestPacket(source), "\(label(source)) writes the value")] + story, shownBy: [source, last])
    }

    /// The pieces of a text that nobody wrote.
    private func torn(_ last: KeyOperation, _ others: [KeyOperation]) -> String? {
        guard let value = Cell.textID(last.result) else { return nil }
        let written = others.compactMap { other -> TornValue.Written? in
            guard [.write, .swap, .writeIfAbsent, .replace, .compareAndSwap].contains(other.kind),
                other.key == last.key,
                let text = Cell.textID(other.argument)
            else { return nil }
            let name = "\(label(other)) by \(who(other)) (packet \(requestPacket(other).number))"
            return TornValue.Written(bytes: history.values.bytes(text), name: name)
        }
        return TornValue(history.values.bytes(value), among: written).sentence
    }

    /// A read of `key` that was outstanding on the same connection: then replies were swapped.
    private func pipelinedRead(of key: Int32, beside last: KeyOperation) -> KeyOperation? {
        let connection = reading.calls[Int(last.call)].conversation
        let answer = replyPacket(last).number
        return history.operations.first {
            $0.key == key && $0.isReader && reading.calls[Int($0.call)].conversation == connection
                && requestPacket($0).number < answer && replyPacket($0).number >= requestPacket(last).number
        }
    }

    private func staleRead(_ last: KeyOperation, _ others: [KeyOperation]) -> Problem? {
        let writers = others.filter { mayProduce($0, last.result, last.key) }
        guard writers.count <= 1 else { return nil }
        let written = writers.first.map(\.completed) ?? Int64.min
        // Something that overwrote the value for certain, and was itself seen before the read began.
        for other in others.reversed() where other.key == last.key && !other.isReader && other.isAnswered {
            guard let value = cellAfter(other), value != last.result, other.invoked > written else { continue }
            let seen = others.first {
                $0.isReader && $0.result == value && $0.kind == .read && $0.completed < last.invoked
            }
            guard let witness = other.completed < last.invoked ? other : seen else { continue }
            let verb = witness.isReader ? "read" : "answered"
            let old = describe(last.result)
            return build(
                .linearizability, "stale-read", last,
                "\(label(last)) answered \(old) (packet \(replyPacket(last).number)) "
                    + "after \(label(other)), which leaves "
                    + "\(describe(value)) (packet \(requestPacket(other).number)), "
                    + "had been \(verb) (packet \(replyPacket(witness).number)).",
                [
                    (requestPacket(other), "\(label(other)) is sent"), (replyPacket(witness), "it has happened by now"),
                    (requestPacket(last), "\(label(last)) is sent"),
                    (replyPacket(last), "answered \(old), which is overwritten"),
                ], shownBy: [other, witness, last])
        }
        return nil
    }

    private func unexplained(_ last: KeyOperation, _ others: [KeyOperation]) -> Problem {
        let rivals =
            others.filter { !$0.isReader && $0.completed >= last.invoked }.suffix(2)
            + others.filter { $0.isAnswered && $0.completed < last.invoked }.suffix(1)
        let named = rivals.map { "\(label($0)) → \(answer($0)) (packet \(replyPacket($0).number))" }
        let beside = named.isEmpty ? "" : "; beside it: " + named.joined(separator: ", ")
        return build(
            .linearizability, "unexplained", last,
            "\(label(last)) answered \(answer(last)) (packet \(replyPacket(last).number)), "
                + "which no order of the operations on "
                + "the key explains\(beside).",
            rivals.map { (replyPacket($0), "\(label($0)) answered \(answer($0))") }
                + [
                    (requestPacket(last), "\(label(last)) is sent"),
                    (replyPacket(last), "no order explains \(answer(last))"),
                ], shownBy: rivals + [last])
    }
}
