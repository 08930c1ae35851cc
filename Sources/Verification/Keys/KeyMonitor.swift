/// The near-linear monitors for keys that are only set and read with unique values, or only incremented by one and
/// read; and for long lists that elements are put into at one end only, and taken out at the other.
struct KeyMonitor {
    private enum Kind { case register, counter, queue }

    private let kind: Kind
    private let initial: RegisterMonitor.Initial
    private let rows: History
    /// The operation of each row.
    private let operations: [Int32]

    /// Smaller components are searched at once.
    static let leastEvents = 64

    /// The monitor for a component; nil where its operations are outside the vocabularies of all.
    static func fitting(_ events: [SearchEvent], _ history: KeyHistory, startsAbsent: Bool) -> KeyMonitor? {
        guard let first = events.first, isOfList(history.operations[Int(first.operation)].kind) else {
            return KeyMonitor(events, history, startsAbsent: startsAbsent)
        }
        guard events.count >= leastQueueEvents else { return nil }
        return KeyMonitor(queue: events, history, startsAbsent: startsAbsent)
    }

    private init?(_ events: [SearchEvent], _ history: KeyHistory, startsAbsent: Bool) {
        var (onlyRegister, onlyCounter) = (true, true)
        var base = Int.max
        var (findsNothing, findsZero) = (false, false)
        var chosen: [Int32] = []
        for event in events where !event.isResponse {
            let operation = history.operations[Int(event.operation)]
            chosen.append(event.operation)
            switch operation.kind {
            // DELETE of HTTP.
            case .write where operation.argument == Cell.absent: return nil
            case .write: onlyCounter = false
            case .read where operation.result == Cell.absent: findsNothing = true
            case .read:
                if Cell.isInteger(operation.result) { base = min(base, operation.result) } else { onlyCounter = false }
                if operation.result == 0 { findsZero = true }
            case .add where operation.argument == 1:
                onlyRegister = false
                if operation.isAnswered { base = min(base, operation.result - 1) }
            default: return nil
            }
            guard onlyRegister || onlyCounter else { return nil }
        }
        // What only rises and was nothing is nothing until it is one: a zero was never there.
        let countsFromNothing = startsAbsent || findsNothing
        if !onlyRegister, countsFromNothing, findsZero { return nil }
        operations = chosen
        kind = onlyRegister ? .register : .counter
        initial = startsAbsent ? .null : .unknown
        if countsFromNothing || base == .max { base = 0 }
        rows = History(
            ofRegister: chosen.lazy.map { history.operations[Int($0)] }, countsFrom: onlyRegister ? nil : base)
    }

    /// Shorter queues are searched, which looks at the lengths that are answered too.
    static let leastQueueEvents = 8192

    /// What it does not look at.
    var blindness: String? {
        kind == .queue ? "the lengths that were answered of long lists are not looked at" : nil
    }

    private static func isOfList(_ kind: KeyOperation.Kind) -> Bool {
        [.pushLeft, .pushRight, .popLeft, .popRight].contains(kind)
    }

    private init?(queue events: [SearchEvent], _ history: KeyHistory, startsAbsent: Bool) {
        operations = events.filter { !$0.isResponse }.map(\.operation)
        let own = operations.map { history.operations[Int($0)] }
        let kinds = Set(own.map(\.kind))
        guard kinds.isSubset(of: [.pushRight, .popLeft]) || kinds.isSubset(of: [.pushLeft, .popRight]) else {
            return nil
        }
        kind = .queue
        initial = startsAbsent ? .null : .unknown
        rows = History(ofQueue: own)
    }

    private init(_ base: KeyMonitor, keeping kept: [Int]) {
        (kind, initial) = (base.kind, base.initial)
        operations = kept.map { base.operations[$0] }
        rows = base.rows.selecting(kept)
    }

    private func run(cut: Int64) -> MonitorOutcome {
        switch kind {
        case .register:
            var monitor = RegisterMonitor(rows, cut: cut, initial: initial)
            return monitor.run()
        case .counter: return CounterMonitor(rows, cut: cut).run()
        case .queue:
            var monitor = QueueMonitor(rows, cut: cut)
            return monitor.run()
        }
    }

    enum Outcome {
        case linearizable
        /// Cut after this event, the history is not linearizable any more.
        case violated(event: Int, margin: Int64?)
        case needsSearch
    }

    /// Decides the component; `events` are those it was made of.
    func decide(_ events: [SearchEvent]) -> Outcome {
        switch run(cut: .max) {
        case .linearizable: return .linearizable
        case .needsSearch: return .needsSearch
        case .violated(let violation):
            // What was there before may have been anything.
            if kind == .queue, initial != .null { return .needsSearch }
            guard kind == .counter || kind == .queue || initial == .null else {
                return withoutEarlyReads().confirm(events)
            }
            return locate(violation, events)
        }
    }

    private func confirm(_ events: [SearchEvent]) -> Outcome {
        guard case .violated(let violation) = run(cut: .max) else { return .needsSearch }
        return locate(violation, events)
    }

    private func locate(_ violation: MonitorViolation, _ events: [SearchEvent]) -> Outcome {
        guard let first = FirstInexplicable.row(rows, violation, run),
            let event = events.firstIndex(where: { $0.isResponse && $0.operation == operations[first] })
        else { return .needsSearch }
        return .violated(event: event, margin: violation.margin)
    }

    /// An unknown first value may equal one that is written later. It is gone once a write is answered, so reads from
    /// then on are what they seem, and what they alone show is certain.
    private func withoutEarlyReads() -> KeyMonitor {
        var firstWrite = Int64.max
        for row in 0..<rows.count where rows.functions[row] == .write {
            firstWrite = min(firstWrite, rows.completed[row])
        }
        let kept = (0..<rows.count).filter { rows.functions[$0] == .write || rows.invoked[$0] > firstWrite }
        return KeyMonitor(self, keeping: kept)
    }
}
