import Verification

/// Commands on sets: each member is an object that is there or not.
enum RESPSetEffect: Sendable {
    case insert, remove, contains, containsMany, all, count, pop, random, move
}

extension KeyHistory {
    /// What a member of a set holds.
    private static let member = 1

    mutating func addSet(_ effect: RESPSetEffect, _ request: RESPRequest) -> Bool {
        let object = key(request.bytes, request.word(1))
        note(.set, object)
        switch effect {
        case .insert:
            // Whether it was there or not, it is there now; answered, the number tells.
            return addMembers(.set, .writeIfAbsent, .putMany, object, request, cell: Self.member)
        case .remove: return addMembers(.set, .delete, .deleteMany, object, request)
        case .contains: return request.count == 3 && addMembers(.set, .exists, .existsMany, object, request)
        case .containsMany: return addMemberReads(object, request)
        case .count: return addCount(object, request)
        case .all: return request.count == 2 && addAllMembers(object, request)
        case .pop, .random: return addPopped(effect, object, request)
        case .move: return addMoved(object, request)
        }
    }

    private mutating func addMemberReads(_ object: Int32, _ request: RESPRequest) -> Bool {
        guard request.count > 2, let cells = cellsOfFlags(request, request.count - 2) else { return false }
        addReads(of: .set, object, cells, request)
        return true
    }

    private func cellsOfFlags(_ request: RESPRequest, _ count: Int) -> [Int]? {
        guard let answer = request.answer else { return [] }
        guard let elements = answer.elements, elements.count == count else { return nil }
        var cells: [Int] = []
        for element in elements {
            guard case .integer(let flag) = element else { return nil }
            cells.append(flag == 0 ? Cell.absent : Self.member)
        }
        return cells
    }

    private mutating func addAllMembers(_ object: Int32, _ request: RESPRequest) -> Bool {
        guard let answer = request.answer else { return true }
        guard let elements = answer.elements, let members = members(elements, object) else { return false }
        var operation = request.operation(.read, object)
        makeWhole(&operation, .parts(members))
        append(operation)
        return true
    }

    private mutating func members(_ elements: [RESPValue], _ object: Int32) -> [KeyPart]? {
        var members: [KeyPart] = []
        for element in elements {
            guard case .bulk(let name) = element else { return nil }
            members.append(KeyPart(key: part(.set, of: object, name, name.indices), cell: Self.member))
        }
        return members
    }

    /// SPOP and SRANDMEMBER: any member, or several; nothing where there is none.
    private mutating func addPopped(_ effect: RESPSetEffect, _ object: Int32, _ request: RESPRequest) -> Bool {
        // Which one was taken, if it was, only the answer tells.
        guard let answer = request.answer else { return effect == .random }
        let popped: [RESPValue]
        if answer.isNull {
            popped = []
        } else if let elements = answer.elements {
            popped = elements
        } else if answer.head.kind == .bulk {
            popped = [.bulk(Array(answer.bytes[answer.head.body]))]
        } else {
            return false
        }
        guard var members = members(popped, object) else { return false }
        if members.isEmpty {
            // None was wanted, or there was none.
            guard request.number(2) != 0 else { return true }
            var operation = request.operation(.read, object)
            makeWhole(&operation, .parts([]))
            append(operation)
            return true
        }
        var seen: Set<Int32> = []
        members = members.filter { seen.insert($0.key).inserted }
        var operation = request.operation(effect == .pop ? .deleteMany : .existsMany, members[0].key)
        operation.result = members.count
        if members.count == 1 { operation.kind = effect == .pop ? .delete : .exists }
        if members.count > 1 { addParts(&operation, members) } else { append(operation) }
        return true
    }

    /// SMOVE: taken from one set and put into another at once, or nothing.
    private mutating func addMoved(_ object: Int32, _ request: RESPRequest) -> Bool {
        guard request.count == 4 else { return false }
        let other = key(request.bytes, request.word(2))
        note(.set, other)
        let source = part(.set, of: object, request.bytes, request.word(3))
        let destination = part(.set, of: other, request.bytes, request.word(3))
        var taken = request.operation(.delete, source)
        taken.result = request.answer?.integer ?? 0
        guard let answer = request.answer else {
            // It moves it if it is there, which is more than single steps can say.
            for key in [object, other] { exclusion[Int(key)] = exclusion[Int(key)] ?? .command("SMOVE") }
            return true
        }
        guard answer.integer == 1, source != destination else {
            taken.kind = .exists
            append(taken)
            return true
        }
        var put = request.operation(.write, destination)
        put.argument = Self.member
        appendAtomic(request.times) { history in
            history.append(taken)
            history.append(put)
        }
        return true
    }
}
