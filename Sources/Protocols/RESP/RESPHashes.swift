import Verification

/// Commands on hashes: each field is an object of its own.
enum RESPHashEffect: Sendable {
    case put, putIfAbsent, get, getMany, delete, add, exists, length, all, names, count
}

extension KeyHistory {
    mutating func addHash(_ effect: RESPHashEffect, _ request: RESPRequest) -> Bool {
        let object = key(request.bytes, request.word(1))
        note(.hash, object)
        switch effect {
        case .count: return addCount(object, request)
        case .all, .names:
            return request.count == 2 && addWhole(effect, object, request)
        case .put: return addFields(object, request)
        case .getMany: return addFieldReads(object, request)
        case .delete: return addMembers(.hash, .delete, .deleteMany, object, request)
        default: break
        }
        guard request.count > 2 else { return false }
        let field = part(.hash, of: object, request.bytes, request.word(2))
        switch effect {
        case .get:
            guard request.count == 3 else { return false }
            var operation = request.operation(.read, field)
            if let answer = request.answer {
                guard let cell = cell(answer) else { return false }
                operation.result = cell
            }
            append(operation)
        case .putIfAbsent:
            guard request.count == 4 else { return false }
            append(counted(.writeIfAbsent, field, request, argument: cell(request, 3)))
        case .add:
            guard request.count == 4, let delta = request.number(3), delta != Int.min else { return false }
            return addNumber(delta, field, request)
        default:
            guard request.count == 3 else { return false }
            append(counted(effect == .exists ? .exists : .length, field, request))
        }
        return true
    }

    /// An operation that is answered with a number.
    mutating func counted(
        _ kind: KeyOperation.Kind, _ key: Int32, _ request: RESPRequest, argument: Int = 0
    ) -> KeyOperation {
        var operation = request.operation(kind, key)
        operation.argument = argument
        operation.result = request.answer?.integer ?? 0
        return operation
    }

    /// HSET: it is answered how many fields are new; HMSET: OK.
    private mutating func addFields(_ object: Int32, _ request: RESPRequest) -> Bool {
        guard request.count >= 4, request.count % 2 == 0 else { return false }
        var fields: [KeyPart] = []
        for index in stride(from: 2, to: request.count, by: 2) {
            let field = part(.hash, of: object, request.bytes, request.word(index))
            fields.append(KeyPart(key: field, cell: cell(request, index + 1)))
        }
        let isCounted = request.answer.map { $0.integer != nil } ?? true
        guard fields.count > 1 else {
            append(counted(isCounted ? .put : .write, fields[0].key, request, argument: fields[0].cell))
            return true
        }
        let isDistinct = Set(fields.map(\.key)).count == fields.count
        var operation = counted(isCounted && isDistinct ? .putMany : .writeMany, fields[0].key, request)
        addParts(&operation, fields)
        return true
    }

    private mutating func addFieldReads(_ object: Int32, _ request: RESPRequest) -> Bool {
        guard request.count > 2, let cells = cells(request, request.count - 2) else { return false }
        addReads(of: .hash, object, cells, request)
        return true
    }

    /// What the parts that a request names hold; no cells without an answer.
    mutating func addReads(of kind: CollectionKind, _ object: Int32, _ cells: [Int], _ request: RESPRequest) {
        guard !cells.isEmpty else { return }
        let read = (2..<request.count).map { index in
            KeyPart(key: part(kind, of: object, request.bytes, request.word(index)), cell: cells[index - 2])
        }
        var operation = request.operation(.readMany, read[0].key)
        addParts(&operation, read)
    }

    /// HDEL, SREM, ZREM: answered how many were there.
    mutating func addMembers(
        _ collection: CollectionKind, _ one: KeyOperation.Kind, _ many: KeyOperation.Kind, _ object: Int32,
        _ request: RESPRequest, cell: Int = 0
    ) -> Bool {
        guard request.count > 2 else { return false }
        guard request.count > 3 else {
            let member = part(collection, of: object, request.bytes, request.word(2))
            append(counted(one, member, request, argument: cell))
            return true
        }
        let members = (2..<request.count).map {
            KeyPart(key: part(collection, of: object, request.bytes, request.word($0)), cell: cell)
        }
        // Of what is named twice only the first is counted.
        guard Set(members.map(\.key)).count == members.count else { return false }
        var operation = counted(many, members[0].key, request)
        addParts(&operation, members)
        return true
    }

    /// HLEN, SCARD, ZCARD.
    mutating func addCount(_ object: Int32, _ request: RESPRequest) -> Bool {
        guard request.count == 2 else { return false }
        guard let answer = request.answer else { return true }
        guard let count = answer.integer else { return false }
        var operation = request.operation(.read, object)
        operation.result = count
        makeWhole(&operation, .count)
        append(operation)
        return true
    }

    private mutating func addWhole(_ effect: RESPHashEffect, _ object: Int32, _ request: RESPRequest) -> Bool {
        guard let answer = request.answer else { return true }
        var operation = request.operation(.read, object)
        // Names alone tell that they are there, not what they hold.
        guard effect == .all else { return true }
        guard let elements = answer.elements, elements.count % 2 == 0 else { return false }
        var fields: [KeyPart] = []
        for index in stride(from: 0, to: elements.count, by: 2) {
            guard case .bulk(let name) = elements[index], let cell = cell(elements[index + 1]) else { return false }
            fields.append(KeyPart(key: part(.hash, of: object, name, name.indices), cell: cell))
        }
        makeWhole(&operation, .parts(fields))
        append(operation)
        return true
    }
}
