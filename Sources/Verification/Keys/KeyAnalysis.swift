import Capture

/// The search over each group of keys that belong together, and what it found.
struct KeyAnalysis {
    var problems: [Problem] = []
    var inconclusive: [String] = []
    var notes: [String] = []
    /// Pairs of operations of different connections on one key that overlapped.
    var overlaps = 0
    /// The most connections that had an operation on one key under way at once.
    var meeting = 0
    /// The kinds of operation to blame for what was not decided, one for each component.
    var undecided: [String] = []
    /// Commands answered as unknown, in capitals.
    var unsupported: Set<String> = []

    /// Checks the keys of `reading`.
    ///
    /// - Parameters:
    ///   - judges: Whether to search; otherwise overlaps are only counted.
    ///   - threads: How many search at once.
    init(_ reading: Reading, judges: Bool, _ budget: SearchBudget, threads: Int = 1) {
        guard reading.meaning.meeting != .server else {
            overlaps = Overlaps.ofConnections(reading)
            return
        }
        var history = KeyHistory(reading)
        unsupported = history.unsupported
        let events = KeyEvent.all(history.operations)
        let hasKeys = reading.meaning.meeting == .objects || !history.operations.isEmpty
        let counts = hasKeys ? Overlaps.onKeys(history, events, reading) : (Overlaps.ofConnections(reading), 0)
        (overlaps, meeting) = counts
        if let why = history.exclusionOfAll { notes.append("Linearizability is not judged: \(why).") }
        guard judges, history.exclusionOfAll == nil else { return }
        let groups = ComponentGroups(&history, events)
        if groups.excludedKeys > 0 {
            notes.append(
                "\(groups.excludedKeys) keys are not judged for linearizability; "
                    + groups.exclusionReasons.sorted().joined(separator: ", or ") + ".")
        }
        search(groups, history, reading, budget, threads: threads)
    }

    private mutating func search(
        _ groups: ComponentGroups, _ history: KeyHistory, _ reading: Reading, _ budget: SearchBudget, threads: Int
    ) {
        let searcher = ComponentSearcher(history, startsAbsent: reading.evidence.keysStartAbsent, budget)
        var found: [Int: Fault] = [:]
        var undecided: [Int] = []
        var blind: Set<String> = []
        for group in 0..<groups.count where found.count < maximumViolations {
            let events = groups.events(group, of: history.operations)
            let monitor =
                groups.isAlone(group) && events.count >= KeyMonitor.leastEvents
                ? KeyMonitor.fitting(events, history, startsAbsent: reading.evidence.keysStartAbsent) : nil
            switch monitor?.decide(events) {
            case .linearizable:
                if let unseen = monitor?.blindness { blind.insert(unseen) }
            case .violated(let event, let margin): found[group] = Fault(event: event, isFirst: true, margin: margin)
            case .needsSearch, nil: undecided.append(group)
            }
        }
        notes += blind.sorted().map { "Of linearizability \($0)." }
        // Small ones first: they are the quickest to tell a violation.
        undecided.sort { groups.size($0) != groups.size($1) ? groups.size($0) < groups.size($1) : $0 < $1 }
        for (group, outcome) in searcher.decide(undecided, of: groups, threads: threads) {
            switch outcome {
            case .linearizable: break
            case .violated(let event): found[group] = Fault(event: event)
            case .unknown(let why):
                let name = Reading.text(history.name(groups.key(group)))
                let hardest = history.hardestKind(groups.events(group, of: history.operations))
                self.undecided.append(reading.meaning.name(hardest))
                inconclusive.append("Linearizability of key \(name) is not decided: \(why).")
            }
        }
        for (group, violation) in found.sorted(by: { $0.key < $1.key }).prefix(maximumViolations) {
            explain(violation, groups, group, searcher, reading)
        }
    }

    private func name(_ group: Int, _ groups: ComponentGroups, _ history: KeyHistory) -> String {
        "Key \(Reading.text(history.name(groups.key(group))))"
    }

    /// How a component is known to be violated.
    private struct Fault {
        /// Some order explains what was answered before this event.
        var event: Int
        /// Whether none explains it with this one.
        var isFirst = false
        /// What a monitor says of it; nil: no other times would explain it, or that is not known.
        var margin: Int64?
    }

    /// Puts a violation into words.
    private mutating func explain(
        _ fault: Fault, _ groups: ComponentGroups, _ group: Int, _ searcher: ComponentSearcher, _ reading: Reading
    ) {
        let known = groups.events(group, of: searcher.history.operations)
        var trial = searcher.trial(groups, group)
        var fault = fault
        var all = known
        let mayExpire =
            reading.meaning.objectsMayVanish && reading.evidence.beganInTheMiddle && !reading.evidence.keysStartAbsent
        if mayExpire || reading.evidence.objectsAreForgotten {
            let keys = mayExpire ? searcher.history.keysThatMayExpire(known) : searcher.history.forgettable(known)
            let gone = trial.vanish(keys, from: known.first?.time ?? 0)
            all = gone + known
            switch gone.isEmpty ? .violated(event: fault.event) : trial.decide(all) {
            case .violated(let event): fault = gone.isEmpty ? fault : Fault(event: event)
            case .linearizable:
                notes.append(
                    "\(name(group, groups, searcher.history)) may have expired, which would explain its answers.")
                return
            case .unknown(let why):
                let name = name(group, groups, searcher.history)
                inconclusive.append(
                    "Whether \(name) has expired, which would explain its answers, is not decided: \(why).")
                return
            }
        }
        let last = fault.isFirst ? fault.event : trial.firstInexplicable(all, from: fault.event)
        let events = Array(all[...last])
        let told = events.filter { Int($0.operation) < searcher.history.operations.count }
        var problem = KeyExplanation(reading: reading, history: searcher.history, events: told).problem()
        let margin =
            fault.isFirst ? fault.margin : SearchMargin.find(events) { trial.decide($0, knowing: last, of: all) }
        problem.violation.margin = margin.map { .nanoseconds($0) }
        if problem.violation.oracle == .linearizability {
            let blame = Blame.ofKeys(known, searcher.history, reading) { trial.decide($0) }
            problem.violation.blame = blame?.text
            problem.violation.blamesProcesses = blame?.isOfProcesses ?? false
        }
        problems.append(problem)
    }
}

extension Evidence {
    /// Whether it is of anybody's capture, and some connection was there before it: then its keys were too.
    fileprivate var beganInTheMiddle: Bool { source == .capture && conversations.contains(where: \.startsMidStream) }
}
