extension GuidedSearch {
    enum Need {
        /// This operation can happen now and brings the answer nearer.
        case choice(Int)
        case notKnown
        /// Nothing that is open lets it come.
        case dead
    }

    /// What the operation `blocked`, which must be answered next, needs. All of that must be open: nothing new begins before.
    mutating func need(_ blocked: Int) -> Need {
        var member = blocked
        var isForced = true
        stamp += 1
        let walk = stamp
        while walked[member] != walk {
            walked[member] = walk
            guard isOpen(member) else { return isForced ? .dead : .notKnown }
            guard !foresight.isDone[member] else { return .notKnown }
            if mustWait(member) {
                member = firstAwaited(member)
            } else if let access = firstFindingOther(member) {
                let value = use.accesses[access].read
                guard isReachable(value) else { return isForced ? .dead : .notKnown }
                let writers = openWriters(of: value)
                guard let best = mostUrgent(writers) else { return .notKnown }
                isForced = isForced && writers.count == 1 && !use.mayBeUnknown(value)
                member = best
            } else if case .first(let earlier, let forced)? = foresight.objection(to: member) {
                member = earlier
                isForced = isForced && forced
            } else if let earlier = queuedBefore(member) {
                (member, isForced) = (earlier, false)
            } else {
                return isChoice(member) ? .choice(member) : .notKnown
            }
        }
        // What must come before itself never comes.
        return isForced ? .dead : .notKnown
    }

    /// Who probably comes before an operation on a list that is used as a queue: who put in what it takes out, or who puts in
    /// what is taken out earlier.
    private func queuedBefore(_ member: Int) -> Int? {
        guard !plan.queues.isEmpty else { return nil }
        let operation = use.operations[member]
        if operation.kind == .popLeft || operation.kind == .popRight {
            let source = Int(plan.queues.source[member])
            return source >= 0 && !foresight.isDone[source] && isOpen(source) ? source : nil
        }
        guard operation.kind == .pushLeft || operation.kind == .pushRight else { return nil }
        var best: (time: Int64, member: Int)?
        for lane in plan.lanes.indices {
            let place = Int(laneHeads[lane])
            guard place < plan.lanes[lane].count else { continue }
            let other = Int(plan.lanes[lane][place])
            guard isOpen(other), use.operations[other].key == operation.key,
                use.operations[other].kind == operation.kind
            else { continue }
            let time = plan.queues.takenAt[other]
            if time < best?.time ?? plan.queues.takenAt[member] { best = (time, other) }
        }
        return best?.member
    }

    /// Something that must happen before an operation that must wait.
    func firstAwaited(_ member: Int) -> Int {
        guard forcedLeft[member] > 0 else { return Int(use.lanePredecessor[member]) }
        for before in forcedBefore[member] where !foresight.isDone[Int(before)] { return Int(before) }
        return Int(use.lanePredecessor[member])
    }

    /// Of some operations, of those that need not wait for their lane if there are any, the one to be answered first.
    func mostUrgent(_ members: [Int]) -> Int? {
        var best: (waits: Bool, latest: Int64, member: Int)?
        for member in members {
            let (waits, latest) = (mustWait(member), plan.latest[member])
            if let best, best.waits != waits ? waits : best.latest <= latest { continue }
            best = (waits, latest, member)
        }
        return best?.member
    }

    /// The operations that are open and leave a value; if there is none, those that may, for all that is known.
    func openWriters(of value: Int32) -> [Int] {
        let writers = open(of: use.values[Int(value)].writers)
        guard writers.isEmpty, use.mayBeUnknown(value) else { return writers }
        return open(of: use.wildMembers[Int(use.values[Int(value)].key)])
    }

    private func open(of members: [Int32]) -> [Int] {
        var found: [Int] = []
        for member in members where !foresight.isDone[Int(member)] && isOpen(Int(member)) { found.append(Int(member)) }
        return found
    }

    /// Its first access that finds something else than what is known to be there.
    private func firstFindingOther(_ member: Int) -> Int? {
        for access in use.range(member) where findsOther(at: access) { return access }
        return nil
    }

    func findsOther(at index: Int) -> Bool {
        let access = use.accesses[index]
        let held = foresight.current[Int(access.key)]
        return access.read >= 0 && held >= 0 && held != access.read
    }

    /// Whether open operations could leave a value, if none stood in another's way.
    mutating func isReachable(_ value: Int32) -> Bool {
        stamp += 1
        return reaches(value)
    }

    mutating func reaches(_ value: Int32) -> Bool {
        let held = foresight.current[Int(use.values[Int(value)].key)]
        if held == value || held < 0 || use.isOpaque[Int(use.values[Int(value)].key)] { return true }
        guard reachStamp[Int(value)] != stamp else { return reachAnswer[Int(value)] }
        reachStamp[Int(value)] = stamp
        // Where values lead to each other, none is ruled out.
        reachAnswer[Int(value)] = true
        for writer in use.values[Int(value)].writers {
            let member = Int(writer)
            guard !foresight.isDone[member], isOpen(member) else { continue }
            var isPossible = true
            for index in use.range(member) where use.accesses[index].read >= 0 {
                isPossible = isPossible && reaches(use.accesses[index].read)
            }
            if isPossible { return true }
        }
        if use.mayBeUnknown(value), reachesByWild(value) { return true }
        reachAnswer[Int(value)] = false
        return false
    }

    /// Whether additions without an answer could lead to a number.
    mutating func reachesByWild(_ value: Int32) -> Bool {
        let key = use.values[Int(value)].key
        let wilds = open(of: use.wildMembers[Int(key)])
        guard let first = wilds.first else { return false }
        let step = use.operations[first].argument
        for wild in wilds where use.operations[wild].argument != step { return true }
        var cell = use.values[Int(value)].cell
        for _ in wilds {
            let (before, over) = cell.subtractingReportingOverflow(step)
            guard !over else { return true }
            cell = before
            for origin in cell == 0 ? [cell, Cell.absent] : [cell] {
                let number = use.value(key, origin)
                if number >= 0, reaches(number) { return true }
            }
        }
        return false
    }
}
