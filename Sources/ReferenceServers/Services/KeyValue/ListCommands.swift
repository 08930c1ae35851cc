extension Command {
    static let listCommands: [Command] = [
        Command("LPUSH", -3, .update, .first) { words, table in push(words, at: .left, table) },
        Command("RPUSH", -3, .update, .first) { words, table in push(words, at: .right, table) },
        Command("LPUSHX", -3, .update, .first) { words, table in push(words, at: .left, ifThere: true, table) },
        Command("RPUSHX", -3, .update, .first) { words, table in push(words, at: .right, ifThere: true, table) },
        Command("LPOP", -2, .update, .first) { words, table in pop(words, at: .left, table) },
        Command("RPOP", -2, .update, .first) { words, table in pop(words, at: .right, table) },
        Command("LMOVE", 5, .update, .firstTwo) { words, table in
            guard let from = end(words[3]), let to = end(words[4]) else { return .syntaxError }
            return move(words[1], from, words[2], to, table)
        },
        Command("RPOPLPUSH", 3, .update, .firstTwo) { words, table in
            move(words[1], .right, words[2], .left, table)
        },
        Command("LLEN", 2, .read, .first) { words, table in
            switch table.read(words[1]) {
            case .list(let list)?: .integer(Int64(list.count))
            case nil: .integer(0)
            default: .wrongType
            }
        },
        Command("LINDEX", 3, .read, .first) { words, table in
            guard let value = table.read(words[1]) else { return .null }
            guard case .list(let list) = value else { return .wrongType }
            guard let place = integer(words[2]) else { return .notAnInteger }
            let index = place < 0 ? place + Int64(list.count) : place
            return index >= 0 && index < list.count ? .bulk(list[Int(index)]) : .null
        },
        Command("LRANGE", 4, .read, .first) { words, table in
            guard let first = integer(words[2]), let last = integer(words[3]) else { return .notAnInteger }
            guard let value = table.read(words[1]) else { return .array([]) }
            guard case .list(let list) = value else { return .wrongType }
            // Negative places count from the end.
            let count = Int64(list.count)
            let from = max(0, first < 0 ? first + count : first)
            let through = min(count - 1, last < 0 ? last + count : last)
            guard from <= through else { return .array([]) }
            return .array((Int(from)...Int(through)).map { .bulk(list[$0]) })
        },
    ]

    /// LEFT or RIGHT.
    static func end(_ word: [UInt8]) -> ListEnd? {
        switch String(decoding: word, as: UTF8.self).uppercased() {
        case "LEFT": .left
        case "RIGHT": .right
        default: nil
        }
    }

    private static func push(
        _ words: [[UInt8]], at end: ListEnd, ifThere: Bool = false, _ table: any Table
    ) -> Reply {
        table.modify(words[1]) { value in
            if ifThere, value == nil { return .integer(0) }
            guard case .list(var list) = value ?? .list(ListValue()) else { return .wrongType }
            value = nil  // The list is changed in place: nobody else may hold it.
            for element in words.dropFirst(2) { list.push(element, at: end) }
            value = .list(list)
            return .integer(Int64(list.count))
        }
    }

    private static func pop(_ words: [[UInt8]], at end: ListEnd, _ table: any Table) -> Reply {
        guard words.count > 2 else { return take(words[1], at: end, table) }
        guard words.count == 3 else { return .wrongNumber(of: words[0]) }
        guard let wanted = integer(words[2]), wanted >= 0 else { return .notPositive }
        return table.modify(words[1]) { value in
            guard let old = value else { return .nullArray }
            guard case .list(var list) = consume old else { return .wrongType }
            value = nil
            let elements = (0..<min(Int(wanted), list.count)).compactMap { _ in list.pop(at: end) }
            if list.count > 0 { value = .list(list) }
            return .array(elements.map(Reply.bulk))
        }
    }

    /// The element at an end, which is removed; null where there is none.
    static func take(_ key: [UInt8], at end: ListEnd, _ table: any Table) -> Reply {
        table.modify(key) { value in
            guard let old = value else { return .null }
            guard case .list(var list) = consume old else { return .wrongType }
            value = nil
            let element = list.pop(at: end)
            if list.count > 0 { value = .list(list) }
            return .bulkOrNull(element)
        }
    }

    /// LMOVE, of which each step is atomic; `between` comes after the first.
    static func move(
        _ source: [UInt8], _ from: ListEnd, _ destination: [UInt8], _ to: ListEnd, _ table: any Table,
        between: () -> Void = {}
    ) -> Reply {
        guard let value = table.read(source) else { return .null }
        guard case .list = value, isListOrNothing(table.read(destination)) else { return .wrongType }
        let taken = take(source, at: from, table)
        guard case .bulk(let element) = taken else { return taken }
        between()
        let pushed = push([[], destination, element], at: to, table)
        guard case .integer = pushed else {
            _ = push([[], source, element], at: from, table)  // There was no memory: nothing has changed.
            return pushed
        }
        return taken
    }

    private static func isListOrNothing(_ value: Value?) -> Bool {
        switch value {
        case .list, nil: true
        default: false
        }
    }
}
