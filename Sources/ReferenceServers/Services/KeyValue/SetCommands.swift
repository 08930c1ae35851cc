extension Command {
    static let setCommands: [Command] = [
        Command("SADD", -3, .update, .first) { words, table in
            table.modify(words[1]) { value in
                guard case .set(var members) = value ?? .set([]) else { return .wrongType }
                value = nil
                let before = members.count
                for member in words.dropFirst(2) { members.insert(member) }
                value = .set(members)
                return .integer(Int64(members.count - before))
            }
        },
        Command("SREM", -3, .update, .first) { words, table in
            table.modify(words[1]) { value in
                guard let old = value else { return .integer(0) }
                guard case .set(var members) = consume old else { return .wrongType }
                value = nil
                let before = members.count
                for member in words.dropFirst(2) { members.remove(member) }
                if !members.isEmpty { value = .set(members) }
                return .integer(Int64(before - members.count))
            }
        },
        Command("SMEMBERS", 2, .read, .first) { words, table in
            switch table.read(words[1]) {
            // Sorted: a set's own order differs from run to run.
            case .set(let members)?: .array(members.sorted { $0.lexicographicallyPrecedes($1) }.map(Reply.bulk))
            case nil: .array([])
            default: .wrongType
            }
        },
        Command("SISMEMBER", 3, .read, .first) { words, table in
            switch table.read(words[1]) {
            case .set(let members)?: .integer(members.contains(words[2]) ? 1 : 0)
            case nil: .integer(0)
            default: .wrongType
            }
        },
        Command("SCARD", 2, .read, .first) { words, table in
            switch table.read(words[1]) {
            case .set(let members)?: .integer(Int64(members.count))
            case nil: .integer(0)
            default: .wrongType
            }
        },
    ]
}
