import Verification

/// Commands on strings and numbers, and those on keys of any kind.
enum RESPStringEffect: Sendable {
    case get, getex, set, setex, psetex, setnx, getset, getdel, add, subtract, append, strlen
    case delete, exists, mset, msetnx, mget
}

extension KeyHistory {
    /// Adds what a command did. False if its words or its reply are not as modelled.
    mutating func addString(_ effect: RESPStringEffect, _ request: RESPRequest) -> Bool {
        let key = key(request.bytes, request.word(1))
        switch effect {
        case .get: return request.count == 2 && add(.read, key, request)
        case .getex: return addRead(key, request)
        case .getdel: return request.count == 2 && add(.take, key, request)
        case .set: return request.count == 3 ? addWrite(.write, key, request) : addSet(key, request)
        case .setex, .psetex: return addExpiring(effect == .setex ? 1_000_000_000 : 1_000_000, key, request)
        case .setnx: return request.count == 3 && addWrite(.writeIfAbsent, key, request)
        case .getset: return request.count == 3 && addWrite(.swap, key, request)
        case .append: return request.count == 3 && addWrite(.append, key, request)
        case .strlen: return request.count == 2 && add(.length, key, request)
        case .add, .subtract: return addNumber(effect == .subtract, key, request)
        case .delete, .exists: return addCounted(effect == .delete, key, request)
        case .mset, .msetnx: return addMany(key, request, ifAbsent: effect == .msetnx)
        case .mget: return addReads(key, request)
        }
    }

    /// An operation whose reply is a value, or a number that tells what was done.
    private mutating func add(_ kind: KeyOperation.Kind, _ key: Int32, _ request: RESPRequest) -> Bool {
        var operation = request.operation(kind, key)
        if let answer = request.answer {
            switch kind {
            case .read, .take, .swap:
                guard let cell = cell(answer) else { return false }
                operation.result = cell
            default: operation.result = answer.integer ?? 0
            }
        }
        append(operation)
        return true
    }

    private mutating func addWrite(_ kind: KeyOperation.Kind, _ key: Int32, _ request: RESPRequest) -> Bool {
        var operation = request.operation(kind, key)
        operation.argument = cell(request, 2)
        if let answer = request.answer {
            if kind == .swap {
                guard let cell = cell(answer) else { return false }
                operation.result = cell
            } else {
                operation.result = answer.integer ?? 0
            }
        }
        append(operation)
        return true
    }

    /// GETEX: with an option the key expires.
    private mutating func addRead(_ key: Int32, _ request: RESPRequest) -> Bool {
        guard request.count > 2 else { return add(.read, key, request) }
        guard let end = RESPLifetime(request, from: 2, existing: true), end.isWhole else { return false }
        noteExpiry(key, end, request)
        return add(.read, key, request)
    }

    private mutating func addExpiring(_ unit: Int, _ key: Int32, _ request: RESPRequest) -> Bool {
        guard request.count == 4, let amount = request.number(2), amount > 0 else { return false }
        let (nanoseconds, over) = amount.multipliedReportingOverflow(by: unit)
        if !over { expires(key, from: RESPLifetime.earliest(after: nanoseconds, request.times.invoked)) }
        var operation = request.operation(.write, key)
        operation.argument = cell(request, 3)
        append(operation)
        return true
    }

    /// SET with options.
    private mutating func addSet(_ key: Int32, _ request: RESPRequest) -> Bool {
        guard request.count > 3, let options = RESPLifetime(request, from: 3, existing: false) else { return false }
        noteExpiry(key, options, request)
        var operation = request.operation(.write, key)
        operation.argument = cell(request, 2)
        switch (options.condition, options.answersValue) {
        case (nil, false): break
        case (nil, true):
            operation.kind = .swap
            if let answer = request.answer {
                guard let cell = cell(answer) else { return false }
                operation.result = cell
            }
        case (.ifAbsent?, false):
            operation.kind = .writeIfAbsent
            operation.result = request.answer.map { $0.isNull ? 0 : 1 } ?? 0
        case (.ifPresent?, false):
            // Answered, it is an overwriting or nothing at all; otherwise nobody knows which.
            guard let answer = request.answer else { return false }
            operation.kind = answer.isNull ? .exists : .put
            operation.result = 0
        default: return false
        }
        append(operation)
        return true
    }

    private mutating func addNumber(_ isNegative: Bool, _ key: Int32, _ request: RESPRequest) -> Bool {
        var delta = 1
        if request.count == 3 {
            guard let number = request.number(2), number != Int.min else { return false }
            delta = number
        }
        guard request.count <= 3 else { return false }
        return addNumber(isNegative ? -delta : delta, key, request)
    }

    /// An addition that is answered with the sum, or refused.
    mutating func addNumber(_ delta: Int, _ key: Int32, _ request: RESPRequest) -> Bool {
        var operation = request.operation(request.answer?.head.kind == .error ? .addRefused : .add, key)
        operation.argument = delta
        if let sum = request.answer?.integer {
            guard let cell = Cell.integer(sum) else { return false }
            operation.result = cell
        }
        append(operation)
        return true
    }

    /// DEL and EXISTS.
    private mutating func addCounted(_ deletes: Bool, _ key: Int32, _ request: RESPRequest) -> Bool {
        guard request.count > 2 else { return add(deletes ? .delete : .exists, key, request) }
        var operation = request.operation(deletes ? .deleteMany : .existsMany, key)
        operation.result = request.answer?.integer ?? 0
        addParts(
            &operation, (1..<request.count).map { KeyPart(key: self.key(request.bytes, request.word($0)), cell: 0) })
        return true
    }

    private mutating func addMany(_ key: Int32, _ request: RESPRequest, ifAbsent: Bool) -> Bool {
        guard request.count % 2 == 1 else { return false }
        var parts: [KeyPart] = []
        for index in stride(from: 1, to: request.count, by: 2) {
            parts.append(KeyPart(key: self.key(request.bytes, request.word(index)), cell: cell(request, index + 1)))
        }
        guard ifAbsent else {
            var operation = request.operation(.writeMany, key)
            addParts(&operation, parts)
            return true
        }
        // Refused, one of them was there, and nobody knows which.
        guard let answer = request.answer, let written = answer.integer else { return false }
        guard written == 1 else { return true }
        var operation = request.operation(.putMany, key)
        operation.result = parts.count
        guard Set(parts.map(\.key)).count == parts.count else { return false }
        addParts(&operation, parts)
        return true
    }

    private mutating func addReads(_ key: Int32, _ request: RESPRequest) -> Bool {
        guard let cells = cells(request, request.count - 1) else { return false }
        var operation = request.operation(.readMany, key)
        addParts(
            &operation,
            (1..<request.count).map { index in
                KeyPart(key: self.key(request.bytes, request.word(index)), cell: cells.isEmpty ? 0 : cells[index - 1])
            })
        return true
    }

    /// The values that an array tells; empty where there is no answer, nil where it is not an array of as many values.
    mutating func cells(_ request: RESPRequest, _ count: Int) -> [Int]? {
        guard let answer = request.answer else { return [] }
        guard let elements = answer.elements, elements.count == count else { return nil }
        var cells: [Int] = []
        for element in elements {
            guard let cell = cell(element) else { return nil }
            cells.append(cell)
        }
        return cells
    }

    /// Appends an operation on several keys.
    mutating func addParts(_ operation: inout KeyOperation, _ own: [KeyPart]) {
        operation.firstPart = Int32(parts.count)
        operation.partCount = Int32(own.count)
        for part in own { parts.append(part) }
        joinParts(of: operation)
        append(operation)
    }
}
