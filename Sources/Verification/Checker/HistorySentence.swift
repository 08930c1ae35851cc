/// Violations in words.
package enum HistorySentence {
    /// One sentence with at most four operations.
    static func text(_ history: History, _ violation: MonitorViolation, _ model: CheckModel) -> String {
        let rows = violation.rows
        let first = rows.first.map { operation(history, $0) } ?? "an operation"
        let second = rows.count > 1 ? operation(history, rows[1]) : ""
        switch violation.kind {
        case .phantomRead: return "\(first) returned a value that nobody wrote."
        case .abortedRead: return "\(first) returned the value of \(second), which was refused."
        case .readFromFuture: return "\(first) was answered before \(second) was invoked."
        case .staleRead, .lockHeldTwice: return conflict(history, violation)
        case .replacedTwice: return "\(first) and \(second) both replaced the same value."
        case .brokenChain: return "\(first) comes before \(second) in the chain of swaps, and after it in time."
        case .lostUpdate: return "\(first) and \(second) returned the same number: one increment was lost."
        case .phantomCount: return "\(first) returned a number that the increments by then cannot have reached."
        case .countOrder: return "\(first) was answered before \(second) was invoked, yet must come after it."
        case .missingIncrement: return "\(first) was answered before \(second) was invoked, which did not count it."
        case .lostElement:
            let until = rows.count > 2 ? " and before \(operation(history, rows[2]))" : ""
            return "\(first) did not find the element, though it was inside since \(second)\(until)."
        case .phantomElement: return "\(first) saw an element that nobody added."
        case .addedTwice: return "\(first) and \(second) both found the element new, and nobody removed it."
        case .removedTwice: return "\(first) and \(second) both removed the element, which was added once."
        case .divergentReads: return "\(first) and \(second) each show an element that the other does not."
        case .totalChanged: return "\(first) and \(second) show different totals, which transfers cannot change."
        case .elementOrder: return "\(first) was answered before \(second) was invoked, yet must come after it."
        case .dequeuedTwice: return "\(first) and \(second) returned the same value."
        case .phantomDequeue: return "\(first) returned a value that was not enqueued."
        case .dequeueBeforeEnqueue: return "\(first) was answered before \(second) was invoked."
        case .queueOrder:
            let overtaken = rows.count > 3 ? " before \(operation(history, rows[3]))" : ", the first never"
            let dequeue = rows.count > 2 ? operation(history, rows[2]) : "its dequeue"
            return "\(first) was over before \(second) began, but \(dequeue) came out\(overtaken)."
        case .falseEmpty:
            return
                "\(first) found nothing, though the queue was never empty: "
                + rows.dropFirst().map { operation(history, $0) }.joined(separator: ", ") + "."
        case .releaseWithoutHold: return "\(first) released a lock that its client did not hold."
        case .offsetReused: return "\(first) and \(second) got the same offset."
        case .offsetOrder: return "\(first) was answered before \(second) was invoked, whose offset is not larger."
        case .wrongValueAtOffset: return "\(first) and \(second) disagree about what stands at an offset."
        case .dependencyCycle: return cycle(history, violation)
        case .intermediateRead: return "\(first) returned what \(second) changed again within the same transaction."
        case .brokenTransaction: return "\(first) does not fit its own reads and writes before."
        case .contraryReads: return "\(first) and \(second) show a list in orders that do not fit together."
        case .shownTwice: return "\(first) shows a value twice that was appended once."
        case .brokenAppend: return "\(first) does not show together what \(second) appended as one transaction."
        case .unexplained: return "\(first) is the first answer that no order of the operations explains."
        }
    }

    /// So many steps of a cycle are told.
    private static let maximumSteps = 8

    private static func cycle(_ history: History, _ violation: MonitorViolation) -> String {
        let steps = violation.cycle.prefix(maximumSteps).map { step in
            let (from, to) = (operation(history, step.from), operation(history, step.to))
            let key = step.key.map { value(history, $0) } ?? ""
            return switch step.reason {
            case .seen: "\(to) saw what \(from) had left in \(key)"
            case .follows: "\(to) changed \(key) behind \(from)"
            case .unseen: "\(from) did not see what \(to) left in \(key)"
            case .time: "\(from) was over before \(to) began"
            }
        }
        let more = violation.cycle.count > maximumSteps ? "; …" : ""
        return "No order: \(steps.joined(separator: "; "))\(more)."
    }

    private static func conflict(_ history: History, _ violation: MonitorViolation) -> String {
        if violation.kind == .staleRead, violation.conflict.isEmpty, violation.rows.count == 2 {
            let (read, seen) = (operation(history, violation.rows[0]), operation(history, violation.rows[1]))
            return "\(read) found nothing at an offset that was there since \(seen)."
        }
        guard violation.kind == .staleRead, violation.conflict.count == 4 else {
            let named = violation.rows.map { operation(history, $0) }
            return "Two clients held the lock at once: \(named.joined(separator: ", "))."
        }
        let names = violation.conflict.map { $0 < 0 ? "the beginning" : operation(history, $0) }
        let newer = violation.conflict[1] == violation.conflict[2] ? "that" : names[2]
        return
            "\(names[0]) began after \(names[1]) was over, and \(newer) after \(names[3]) was over: the value is stale."
    }

    /// `read → 42 (op 997)`.
    static func operation(_ history: History, _ row: Int) -> String {
        if history.functions[row] == .compareAndSet { return swap(history, row) }
        var text = request(history, row)
        if history.statuses[row] == .info {
            text += " without an answer"
        } else if let answer = answer(history, row) {
            text += " → \(answer)"
        }
        return "\(text) (\(history.numberWord) \(history.ids[row]))"
    }

    /// What an operation is asked to do, in words without its number.
    static func request(_ history: History, _ row: Int) -> String {
        let text = function(history, row)
        return history.arguments[row] == History.null ? text : "\(text) \(value(history, history.arguments[row]))"
    }

    /// What an operation does and was answered, in words without its number.
    static func words(_ history: History, _ row: Int) -> String {
        var text = request(history, row)
        if history.statuses[row] == .ok { text += " → \(value(history, history.results[row]))" }
        return text
    }

    /// What an operation does, in a word.
    static func function(_ history: History, _ row: Int) -> String {
        guard history.functions[row] == .other else { return "\(history.functions[row])" }
        return history.expectations.isEmpty ? "other" : value(history, history.expectations[row])
    }

    /// What an operation was answered; nil where that is no more than that it was done.
    package static func answer(_ history: History, _ row: Int) -> String? {
        let isSilent =
            history.results[row] == History.null
            && !history.functions[row].returnsValue
        return isSilent ? nil : result(history, row)
    }

    /// `compare-and-set from 1 to 2, refused (op 9)`.
    private static func swap(_ history: History, _ row: Int) -> String {
        let expected = history.expectations.isEmpty ? History.null : history.expectations[row]
        var text =
            "compare-and-set from \(value(history, expected)) to \(value(history, history.arguments[row]))"
        if history.statuses[row] == .info {
            text += " without an answer"
        } else if history.results[row] == 0 {
            text += ", refused,"
        }
        return "\(text) (\(history.numberWord) \(history.ids[row]))"
    }

    private static func result(_ history: History, _ row: Int) -> String {
        let code = history.results[row]
        switch history.functions[row] {
        case .add, .remove, .contains: return code == 0 ? "false" : "true"
        default: return value(history, code)
        }
    }

    /// A value, a key or an element in words.
    package static func value(_ history: History, _ code: Int) -> String {
        code == History.null ? "nothing" : history.words(code)
    }
}
