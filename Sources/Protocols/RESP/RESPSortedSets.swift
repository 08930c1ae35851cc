import Verification

/// Commands on sorted sets: each member is an object that holds its score.
enum RESPSortedSetEffect: Sendable {
    case put, add, score, remove, count, range, pop
}

extension KeyHistory {
    mutating func addSortedSet(_ effect: RESPSortedSetEffect, _ request: RESPRequest) -> Bool {
        let object = key(request.bytes, request.word(1))
        note(.sortedSet, object)
        switch effect {
        case .put: return addScores(object, request)
        case .remove: return addMembers(.sortedSet, .delete, .deleteMany, object, request)
        case .score:
            guard request.count == 3 else { return false }
            var operation = request.operation(
                .read, part(.sortedSet, of: object, request.bytes, request.word(2)))
            if let answer = request.answer {
                guard let cell = cell(answer) else { return false }
                operation.result = cell
            }
            append(operation)
            return true
        case .add: return addToScore(object, request)
        case .count: return addCount(object, request)
        case .range: return addRange(object, request)
        case .pop: return addPopped(object, request)
        }
    }

    /// ZADD with scores that are whole numbers, which are read back as they were written.
    private mutating func addScores(_ object: Int32, _ request: RESPRequest) -> Bool {
        var first = 2
        var isConditional = false
        if first < request.count, request.name(first) == "NX" {
            isConditional = true
            first += 1
        }
        guard request.count - first >= 2, (request.count - first) % 2 == 0 else { return false }
        var members: [KeyPart] = []
        for index in stride(from: first, to: request.count, by: 2) {
            guard let score = request.number(index), score.magnitude < Self.exactScores else { return false }
            let member = part(.sortedSet, of: object, request.bytes, request.word(index + 1))
            members.append(KeyPart(key: member, cell: score))
        }
        guard members.count > 1 else {
            let kind: KeyOperation.Kind = isConditional ? .writeIfAbsent : .put
            append(counted(kind, members[0].key, request, argument: members[0].cell))
            return true
        }
        guard !isConditional, Set(members.map(\.key)).count == members.count else { return false }
        var operation = counted(.putMany, members[0].key, request)
        addParts(&operation, members)
        return true
    }

    /// Whole numbers below this are scores without rounding, and are written in digits.
    private static let exactScores = UInt(1) << 53

    private mutating func addToScore(_ object: Int32, _ request: RESPRequest) -> Bool {
        guard request.count == 4, let delta = request.number(2), delta.magnitude < Self.exactScores else {
            return false
        }
        let member = part(.sortedSet, of: object, request.bytes, request.word(3))
        var operation = request.operation(.add, member)
        operation.argument = delta
        if let answer = request.answer {
            guard let cell = cell(answer), Cell.isInteger(cell), cell.magnitude < Self.exactScores else { return false }
            operation.result = cell
        }
        append(operation)
        return true
    }

    /// ZRANGE of everything with scores; others tell less.
    private mutating func addRange(_ object: Int32, _ request: RESPRequest) -> Bool {
        guard request.count == 5, request.number(2) == 0, request.number(3) == -1, request.name(4) == "WITHSCORES",
            let answer = request.answer
        else { return true }
        guard let members = scored(answer, object) else { return true }
        var operation = request.operation(.read, object)
        makeWhole(&operation, .parts(members))
        append(operation)
        return true
    }

    /// Members with whole scores; nil where a score is none.
    private mutating func scored(_ answer: RESPAnswer, _ object: Int32) -> [KeyPart]? {
        guard let elements = answer.elements, elements.count % 2 == 0 else { return nil }
        var members: [KeyPart] = []
        for index in stride(from: 0, to: elements.count, by: 2) {
            guard case .bulk(let name) = elements[index], let cell = cell(elements[index + 1]), Cell.isInteger(cell)
            else { return nil }
            members.append(KeyPart(key: part(.sortedSet, of: object, name, name.indices), cell: cell))
        }
        return members
    }

    /// ZPOPMIN and ZPOPMAX of one: which member has to be it is not looked at.
    private mutating func addPopped(_ object: Int32, _ request: RESPRequest) -> Bool {
        guard request.count == 2, let answer = request.answer, let members = scored(answer, object) else {
            return false
        }
        if members.isEmpty {
            var operation = request.operation(.read, object)
            makeWhole(&operation, .parts([]))
            append(operation)
            return true
        }
        guard members.count == 1 else { return false }
        var operation = request.operation(.take, members[0].key)
        operation.result = members[0].cell
        append(operation)
        return true
    }
}
