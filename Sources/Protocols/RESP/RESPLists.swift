import Verification

/// Commands on lists.
enum RESPListEffect: Sendable, Equatable {
    enum End: Sendable { case left, right }

    case push(End), pushIfThere(End), pop(End), length, range, index
    /// LMOVE, or with its ends fixed RPOPLPUSH.
    case move, rotate
    /// BLPOP and BRPOP: the first of several lists that has an element.
    case wait(End)
    /// BLMOVE, BRPOPLPUSH.
    case waitAndMove, waitAndRotate
}

extension RESPListEffect.End {
    fileprivate var push: KeyOperation.Kind { self == .left ? .pushLeft : .pushRight }
    fileprivate var pop: KeyOperation.Kind { self == .left ? .popLeft : .popRight }

    fileprivate init?(_ name: String) {
        switch name {
        case "LEFT": self = .left
        case "RIGHT": self = .right
        default: return nil
        }
    }
}

extension KeyHistory {
    mutating func addList(_ effect: RESPListEffect, _ request: RESPRequest) -> Bool {
        let key = key(request.bytes, request.word(1))
        switch effect {
        case .push(let end): return addPushes(end, key, request)
        case .pushIfThere(let end): return addPushIfThere(end, key, request)
        case .pop(let end): return addPops(end, key, request)
        case .length:
            guard request.count == 2 else { return false }
            append(counted(.size, key, request))
            return true
        case .range, .index: return addElements(effect, key, request)
        case .rotate, .waitAndRotate: return request.count > 2 && addMove(.right, .left, key, request)
        case .move, .waitAndMove:
            guard request.count > 4, let from = RESPListEffect.End(request.name(3)),
                let to = RESPListEffect.End(request.name(4))
            else { return false }
            return addMove(from, to, key, request)
        case .wait(let end): return addWait(end, request)
        }
    }

    private mutating func addPushes(_ end: RESPListEffect.End, _ key: Int32, _ request: RESPRequest) -> Bool {
        guard request.count > 2 else { return false }
        var pushes: [KeyOperation] = []
        for index in 2..<request.count {
            var push = request.operation(end.push, key)
            push.argument = cell(request, index)
            // The length after all of them is all that is told.
            push.isAnswered = index == request.count - 1 && request.answer != nil
            if push.isAnswered { push.result = request.answer?.integer ?? 0 }
            pushes.append(push)
        }
        guard pushes.count > 1 else {
            append(pushes[0])
            return true
        }
        appendAtomic(request.times) { history in for push in pushes { history.append(push) } }
        return true
    }

    /// LPUSHX, RPUSHX.
    private mutating func addPushIfThere(_ end: RESPListEffect.End, _ key: Int32, _ request: RESPRequest) -> Bool {
        guard let length = request.answer?.integer else { return false }
        guard length == 0 else { return addPushes(end, key, request) }
        append(counted(.size, key, request))
        return true
    }

    private mutating func addPops(_ end: RESPListEffect.End, _ key: Int32, _ request: RESPRequest) -> Bool {
        guard request.count > 2 else {
            guard let answer = request.answer else { return addPop(end, key, nil, request) }
            guard let cell = cell(answer) else { return false }
            return addPop(end, key, cell, request)
        }
        guard request.count == 3, let answer = request.answer else { return false }
        if answer.isNull { return addPop(end, key, Cell.absent, request) }
        guard let elements = answer.elements else { return false }
        var cells: [Int] = []
        for element in elements {
            guard let cell = cell(element), cell != Cell.absent else { return false }
            cells.append(cell)
        }
        appendAtomic(request.times) { history in for cell in cells { _ = history.addPop(end, key, cell, request) } }
        return true
    }

    private mutating func addPop(
        _ end: RESPListEffect.End, _ key: Int32, _ cell: Int?, _ request: RESPRequest
    ) -> Bool {
        var pop = request.operation(end.pop, key)
        pop.result = cell ?? 0
        append(pop)
        return true
    }

    /// LRANGE and LINDEX.
    private mutating func addElements(_ effect: RESPListEffect, _ key: Int32, _ request: RESPRequest) -> Bool {
        guard let answer = request.answer else { return true }
        var cells: [Int] = []
        let start: Int
        let stop: Int
        if case .index = effect {
            guard request.count == 3, let index = request.number(2), let cell = cell(answer) else { return false }
            (start, stop) = (index, index)
            if cell != Cell.absent { cells = [cell] }
        } else {
            guard request.count == 4, let from = request.number(2), let to = request.number(3),
                let elements = answer.elements
            else { return false }
            (start, stop) = (from, to)
            for element in elements {
                guard let cell = cell(element), cell != Cell.absent else { return false }
                cells.append(cell)
            }
        }
        let limit = UInt(Int32.max)
        guard start.magnitude < limit, stop.magnitude < limit else { return false }
        var operation = request.operation(.elements, key)
        operation.argument = parts.addRange(start, stop, cells)
        append(operation)
        return true
    }

    /// Takes from one list and puts into another, which may be the same, at once.
    private mutating func addMove(
        _ from: RESPListEffect.End, _ to: RESPListEffect.End, _ key: Int32, _ request: RESPRequest
    ) -> Bool {
        var pop = request.operation(from.pop, key)
        if let answer = request.answer {
            guard let cell = cell(answer) else { return false }
            pop.result = cell
        }
        var push = request.operation(to.push, self.key(request.bytes, request.word(2)))
        push.argument = Cell.unknown
        push.isAnswered = false
        guard pop.result != Cell.absent || !pop.isAnswered else {
            append(pop)
            return true
        }
        appendAtomic(request.times) { history in
            history.append(pop)
            history.append(push)
        }
        return true
    }

    /// What a waiting client gets it takes when somebody has put it there; nothing, if it waited in vain.
    private mutating func addWait(_ end: RESPListEffect.End, _ request: RESPRequest) -> Bool {
        let lists = (1..<request.count - 1).map { key(request.bytes, request.word($0)) }
        guard let answer = request.answer else {
            // It may have taken one from any of them.
            guard lists.count == 1 else { return false }
            return addPop(end, lists[0], nil, request)
        }
        guard !answer.isNull else {
            for list in Set(lists) { _ = addPop(end, list, Cell.absent, request) }
            return true
        }
        guard let elements = answer.elements, elements.count == 2, case .bulk(let name) = elements[0],
            let cell = cell(elements[1]), cell != Cell.absent
        else { return false }
        let list = key(name, name.indices)
        guard lists.contains(list) else { return false }
        return addPop(end, list, cell, request)
    }
}
