extension Command {
    static let listCommands: [Command] = [
        Command("LPUSH", -3, .update, .first) { words, table in
            push(words, table) { list, element in list.pushFront(element) }
        },
        Command("RPUSH", -3, .update, .first) { words, table in
            push(words, table) { list, element in list.pushBack(element) }
        },
        Command("LPOP", 2, .update, .first) { words, table in pop(words[1], table) { list in list.popFront() } },
        Command("RPOP", 2, .update, .first) { words, table in pop(words[1], table) { list in list.popBack() } },
        Command("LLEN", 2, .read, .first) { words, table in
            switch table.read(words[1]) {
            case .list(let list)?: .integer(Int64(list.count))
            case nil: .integer(0)
            default: .wrongType
            }
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

    private static func push(
        _ words: [[UInt8]], _ table: any Table, _ add: (inout ListValue, [UInt8]) -> Void
    ) -> Reply {
        table.modify(words[1]) { value in
            guard case .list(var list) = value ?? .list(ListValue()) else { return .wrongType }
            value = nil  // The list is changed in place: nobody else may hold it.
            for element in words.dropFirst(2) { add(&list, element) }
            value = .list(list)
            return .integer(Int64(list.count))
        }
    }

    private static func pop(
        _ key: [UInt8], _ table: any Table, _ take: (inout ListValue) -> [UInt8]?
    ) -> Reply {
        table.modify(key) { value in
            guard let old = value else { return .null }
            guard case .list(var list) = consume old else { return .wrongType }
            value = nil
            let element = take(&list)
            if list.count > 0 { value = .list(list) }
            return .bulkOrNull(element)
        }
    }
}
