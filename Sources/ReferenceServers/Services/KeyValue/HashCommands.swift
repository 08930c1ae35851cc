extension Command {
    static let hashCommands: [Command] = [
        Command("HSET", -4, .update, .first) { words, table in put(words, table) { .integer($0) } },
        Command("HMSET", -4, .update, .first) { words, table in put(words, table) { _ in .ok } },
        Command("HSETNX", 4, .condition, .first) { words, table in
            change(words[1], table) { hash in
                guard hash[words[2]] == nil else { return .integer(0) }
                hash[words[2]] = words[3]
                return .integer(1)
            }
        },
        Command("HGET", 3, .read, .first) { words, table in look(words[1], table) { .bulkOrNull($0[words[2]]) } },
        Command("HMGET", -3, .read, .first) { words, table in
            look(words[1], table) { hash in .array(words.dropFirst(2).map { .bulkOrNull(hash[$0]) }) }
        },
        Command("HDEL", -3, .update, .first) { words, table in
            change(words[1], table) { hash in
                let before = hash.count
                for field in words.dropFirst(2) { hash[field] = nil }
                return .integer(Int64(before - hash.count))
            }
        },
        Command("HINCRBY", 4, .update, .first) { words, table in
            guard let amount = integer(words[3]) else { return .notAnInteger }
            return change(words[1], table) { hash in add(amount, to: words[2], of: &hash) }
        },
        Command("HEXISTS", 3, .read, .first) { words, table in
            look(words[1], table) { .integer($0[words[2]] == nil ? 0 : 1) }
        },
        Command("HSTRLEN", 3, .read, .first) { words, table in
            look(words[1], table) { .integer(Int64($0[words[2]]?.count ?? 0)) }
        },
        Command("HLEN", 2, .read, .first) { words, table in look(words[1], table) { .integer(Int64($0.count)) } },
        Command("HKEYS", 2, .read, .first) { words, table in
            look(words[1], table) { .array($0.fields.map(Reply.bulk)) }
        },
        Command("HVALS", 2, .read, .first) { words, table in
            look(words[1], table) { hash in .array(hash.fields.map { .bulkOrNull(hash[$0]) }) }
        },
        Command("HGETALL", 2, .read, .first) { words, table in
            look(words[1], table) { .array($0.pairs.map(Reply.bulk)) }
        },
    ]

    /// What `question` finds in a hash; no key is an empty one.
    static func look(_ key: [UInt8], _ table: any Table, _ question: (HashValue) -> Reply) -> Reply {
        switch table.read(key) {
        case .hash(let hash)?: question(hash)
        case nil: question(HashValue())
        default: .wrongType
        }
    }

    /// Changes a hash in one step. No key is an empty one, and an empty one is no key.
    static func change(_ key: [UInt8], _ table: any Table, _ change: (inout HashValue) -> Reply) -> Reply {
        table.modify(key) { value in
            guard case .hash(var hash) = value ?? .hash(HashValue()) else { return .wrongType }
            value = nil  // The hash is changed in place: nobody else may hold it.
            let reply = change(&hash)
            if hash.count > 0 { value = .hash(hash) }
            return reply
        }
    }

    /// HSET; what it answers says how many fields are new.
    private static func put(_ words: [[UInt8]], _ table: any Table, _ reply: (Int64) -> Reply) -> Reply {
        guard words.count % 2 == 0 else { return .wrongNumber(of: words[0]) }
        return change(words[1], table) { hash in
            let before = hash.count
            for place in stride(from: 2, to: words.count, by: 2) { hash[words[place]] = words[place + 1] }
            return reply(Int64(hash.count - before))
        }
    }

    static func add(_ amount: Int64, to field: [UInt8], of hash: inout HashValue) -> Reply {
        guard let old = integer(hash[field] ?? [0x30]) else { return .failure("ERR hash value is not an integer") }
        let (new, overflow) = old.addingReportingOverflow(amount)
        guard !overflow else { return .overflow }
        hash[field] = Array(String(new).utf8)
        return .integer(new)
    }
}
