import Verification

/// Arguments and answers of the models whose operations show or change several values at once.
enum RandomStructures {
    /// Gives operations their arguments.
    static func fill(_ history: inout History, _ model: CheckModel, _ seed: inout Seed) {
        // Codes grow in this order, which `ReferenceStructures` relies on.
        let names = ["amount", "from", "to"].map { history.values.code(.keyword(ExactText($0))) }
        let (read, append) = (history.values.code(.keyword("r")), history.values.code(.keyword("append")))
        let isUnique = model == .txn && seed.oneIn(2)
        for row in 0..<history.count {
            switch (model, history.functions[row]) {
            case (.text, .append), (.text, .write):
                let text = ["a", "b", "ab", ""][seed.below(4)]
                history.arguments[row] = history.values.code(.text(ExactText(text)))
            case (.bank, .transfer):
                let from = seed.below(3)
                let to = (from + 1 + seed.below(2)) % 3
                history.arguments[row] = history.values.code(
                    .map([names[0], 1 + seed.below(3), names[1], from, names[2], to]))
            case (.txn, _):
                let steps = (0..<1 + seed.below(3)).map { step in
                    let isRead = seed.oneIn(2)
                    let isAny = !isUnique && seed.oneIn(2)
                    let value = isRead ? History.null : isAny ? 1 + seed.below(3) : 10 * row + step
                    return history.values.code(.list([isRead ? read : append, 1 + seed.below(2), value]))
                }
                history.arguments[row] = history.values.code(.list(steps))
            default: break
            }
        }
    }

    /// Gives an operation the answer that is due in `state`; false where it needs no help.
    static func answer(_ history: inout History, _ row: Int, _ model: CheckModel, _ state: [Int]) -> Bool {
        switch (model, history.functions[row]) {
        case (.set, .read):
            // Told in any order.
            history.results[row] = history.values.code(.list(row % 2 == 0 ? state : state.reversed()))
        case (.text, .read):
            let text = String(decoding: state.map { UInt8($0) }, as: UTF8.self)
            history.results[row] = history.values.code(.text(ExactText(text)))
        case (.text, _), (.bank, .transfer): history.results[row] = History.null
        case (.bank, .read):
            let flat = (0..<3).flatMap { [$0, state[$0] + 10] }
            history.results[row] = history.values.code(.map(flat))
        case (.txn, _):
            var lists = ReferenceStructures.lists(state)
            let steps = history.elements(of: history.arguments[row])!.map { step in
                var parts = history.elements(of: step)!
                if parts[2] == History.null {
                    parts[2] = history.values.code(.list(lists[parts[1] - 1]))
                } else {
                    lists[parts[1] - 1].append(parts[2])
                }
                return history.values.code(.list(parts))
            }
            history.results[row] = history.values.code(.list(steps))
        default: return false
        }
        return true
    }

    /// Changes the answer; false where it is a plain value.
    static func spoil(_ history: inout History, _ row: Int, _ model: CheckModel, _ seed: inout Seed) -> Bool {
        switch (model, history.functions[row]) {
        case (.set, .read):
            var shown = history.elements(of: history.results[row]) ?? []
            if shown.isEmpty || seed.oneIn(3) { shown.append(1 + seed.below(4)) } else { shown.removeLast() }
            history.results[row] = history.values.code(.list(shown))
        case (.text, .read):
            history.results[row] = history.values.code(.text(ExactText(["a", "ab", "ba", "b"][seed.below(4)])))
        case (.bank, .read):
            var flat = history.entries(of: history.results[row])!.flatMap { [$0.key, $0.value] }
            flat[1] += 1
            if seed.oneIn(2) { flat[3] -= 1 }
            history.results[row] = history.values.code(.map(flat))
        case (.txn, _):
            var steps = history.elements(of: history.results[row]) ?? []
            for index in steps.indices {
                var parts = history.elements(of: steps[index])!
                guard var shown = history.elements(of: parts[2]) else { continue }
                if shown.isEmpty || seed.oneIn(3) { shown.append(1 + seed.below(3)) } else { shown.removeLast() }
                parts[2] = history.values.code(.list(shown))
                steps[index] = history.values.code(.list(parts))
                break
            }
            history.results[row] = history.values.code(.list(steps))
        case (.text, _), (.bank, _), (.semaphore, _): break
        default: return false
        }
        return true
    }
}
