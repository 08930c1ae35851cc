import Verification
import System

extension CheckTimeline {
    /// The operations of a history. Its lanes of keys are the objects that are checked each for itself: the elements of
    /// a set, otherwise keys.
    ///
    /// - Complexity: O(n log n).
    init(_ history: History, _ checked: CheckedObject) {
        self.init(isCapture: false)
        let clientIDs = Set(history.clients).sorted()
        clients = clientIDs.map(history.words(client:))
        hasClock = history.hasClock
        let lanes = Dictionary(uniqueKeysWithValues: clientIDs.enumerated().map { ($1, Int32($0)) })
        let hasKeys = history.keys.contains { $0 != history.keys[0] }
        var objects: [Object: Int32] = [:]
        var values: [Int: Int32] = [:]
        var verbs = [Int32](repeating: -1, count: 256)
        var truths: [Int32] = []
        for word in ["false", "true"] { truths.append(texts.number(word)) }
        rows.reserveCapacity(history.count)
        for row in 0..<history.count {
            let function = history.functions[row]
            let object = Object(key: history.keys[row], element: checked.hasElements ? history.arguments[row] : 0)
            let key = objects[object] ?? Int32(objects.count)
            if key == objects.count {
                objects[object] = key
                keys.append(Self.name(object, hasKeys, history, checked))
            }
            var bar = Row(
                client: lanes[history.clients[row]]!, key: key, start: history.invoked[row],
                end: history.statuses[row] == .info ? Self.never : history.completed[row], number: history.ids[row],
                source: row)
            if verbs[Int(function.rawValue)] < 0 { verbs[Int(function.rawValue)] = texts.number("\(function)") }
            bar.verb = verbs[Int(function.rawValue)]
            if function == .other { bar.verb = text(history, history.expectations[row], &values) }
            if function == .compareAndSet, !history.expectations.isEmpty {
                let from = HistorySentence.value(history, history.expectations[row])
                bar.argument = texts.number("\(from) to \(HistorySentence.value(history, history.arguments[row]))")
            } else if history.arguments[row] != History.null {
                bar.argument = text(history, history.arguments[row], &values)
            }
            if history.statuses[row] == .fail {
                bar.kind = .refused
                bar.answer = texts.number("refused")
            } else if bar.isAnswered {
                switch function {
                case .add, .remove, .contains: bar.answer = truths[history.results[row] == 0 ? 0 : 1]
                case .compareAndSet: bar.answer = history.results[row] == 0 ? texts.number("refused") : -1
                default:
                    let isSilent = history.results[row] == History.null && HistorySentence.answer(history, row) == nil
                    bar.answer = isSilent ? -1 : text(history, history.results[row], &values)
                }
            }
            rows.append(bar)
        }
        sort()
    }

    private struct Object: Hashable {
        var key: Int
        var element: Int
    }

    private static func name(_ object: Object, _ hasKeys: Bool, _ history: History, _ checked: CheckedObject) -> String
    {
        let key = hasKeys ? "key \(HistorySentence.value(history, object.key))" : ""
        guard checked.hasElements else { return hasKeys ? key : "the \(checked.noun)" }
        return "element \(HistorySentence.value(history, object.element))\(hasKeys ? " of \(key)" : "")"
    }

    private mutating func text(_ history: History, _ value: Int, _ values: inout [Int: Int32]) -> Int32 {
        if let known = values[value] { return known }
        let number = texts.number(HistorySentence.value(history, value))
        values[value] = number
        return number
    }

    /// What is to be told of a history's violations; of one without, the line of the object with most overlaps.
    func stories(_ history: History, _ checked: CheckedObject, _ result: CheckResult) -> [CheckStory] {
        var wanted = Set(result.violations.flatMap(\.operations))
        for violation in result.violations {
            if let first = violation.firstInexplicable { wanted.insert(first.operation) }
        }
        var placeOf: [Int: Int] = [:]
        for (place, row) in rows.enumerated() where wanted.contains(row.number) && placeOf[row.number] == nil {
            placeOf[row.number] = place
        }
        return result.violations.map { violation in
            var story = CheckStory(oracle: OracleID.linearizability.rawValue, sentence: violation.summary)
            story.rows = violation.operations.compactMap { placeOf[$0] }.sorted()
            story.shrunk = violation.shrunk
            if let margin = violation.margin?.nanoseconds {
                story.details.append("Margin: stamps would have to be wrong by \(duration(nanoseconds: margin)).")
            }
            story.details.append("Must hold: \(OracleID.linearizability.requirement)")
            if let blame = violation.blame { story.details.append("Whose fault: \(blame).") }
            if let session = violation.brokenSession { story.details.append("In one client's eyes: \(session).") }
            var cut: Int64?
            if let first = violation.firstInexplicable, let place = placeOf[first.operation] {
                story.culprit = place
                cut = first.time
                story.details.insert(
                    "First inexplicable answer: of operation \(first.operation), after \(time(first.time)); the history "
                        + "before it has an order.", at: 0)
            }
            if let row = story.culprit ?? story.rows.first { story.key = Int(rows[row].key) }
            if let cut, let key = story.key {
                story.line = line(history, checked, key: key, before: cut)
            } else {
                story.line.note = "No line: the first inexplicable answer is not known."
            }
            return story
        }
    }

    /// An order of the operations on `key` that were answered before `cut`, or of all.
    func line(_ history: History, _ checked: CheckedObject, key: Int, before cut: Int64?) -> CheckLine {
        let places = rows.indices.filter { Int(rows[$0].key) == key }
        var until = Int64.max
        if let cut { until = cut == .min ? cut : cut - 1 }
        let begun = places.filter { rows[$0].start <= until }
        guard begun.count <= checked.limit else {
            return CheckLine(
                note: "No line: \(grouped(begun.count)) operations on \(keys[key]) are more than the "
                    + "\(grouped(checked.limit)) for which an order is looked for.")
        }
        var part = history.selecting(begun.map { rows[$0].source })
        if cut != nil { part = part.cut(at: until) }
        switch checked.witness(part) {
        case .order(let order): return CheckLine(rows: order.map { begun[$0] }, note: lineNote(key, order.count, cut))
        case .none(let why): return CheckLine(note: "No line: \(why).")
        }
    }

    /// What the line is.
    func lineNote(_ key: Int, _ count: Int, _ cut: Int64?) -> String {
        let what =
            "The line goes through \(Report.count(count, "operation")) on \(keys[key]) in an order that explains "
        return what + (cut == nil ? "every answer." : "every answer before the first inexplicable one.")
    }
}
