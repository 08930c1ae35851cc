extension Command {
    static let setCommands: [Command] = [
        Command("SADD", -3, .update, .first) { words, table in
            changeSet(words[1], table) { members in
                let before = members.count
                for member in words.dropFirst(2) { members.insert(member) }
                return .integer(Int64(members.count - before))
            }
        },
        Command("SREM", -3, .update, .first) { words, table in
            changeSet(words[1], table) { members in
                let before = members.count
                for member in words.dropFirst(2) { members.remove(member) }
                return .integer(Int64(before - members.count))
            }
        },
        Command("SPOP", -2, .update, .first) { words, table in
            switch words.count {
            case 2:
                return changeSet(words[1], table) { members in
                    let member = lowest(of: members)
                    if let member { members.remove(member) }
                    return .bulkOrNull(member)
                }
            case 3:
                guard let wanted = integer(words[2]), wanted >= 0 else { return .notPositive }
                return changeSet(words[1], table) { members in
                    let taken = sorted(members).prefix(Int(wanted))
                    members.subtract(taken)
                    return .array(taken.map(Reply.bulk))
                }
            default: return .syntaxError
            }
        },
        Command("SMOVE", 4, .update, .firstTwo) { words, table in
            guard let source = table.read(words[1]) else { return .integer(0) }
            guard case .set(let members) = source, isSetOrNothing(table.read(words[2])) else { return .wrongType }
            guard members.contains(words[3]) else { return .integer(0) }
            guard words[1] != words[2] else { return .integer(1) }
            let added = changeSet(words[2], table) { members in
                members.insert(words[3])
                return .integer(1)
            }
            guard case .integer = added else { return added }
            return changeSet(words[1], table) { members in
                members.remove(words[3])
                return added
            }
        },
        Command("SMEMBERS", 2, .read, .first) { words, table in
            lookAtSet(words[1], table) { .array(sorted($0).map(Reply.bulk)) }
        },
        Command("SISMEMBER", 3, .read, .first) { words, table in
            lookAtSet(words[1], table) { .integer($0.contains(words[2]) ? 1 : 0) }
        },
        Command("SMISMEMBER", -3, .read, .first) { words, table in
            lookAtSet(words[1], table) { members in
                .array(words.dropFirst(2).map { .integer(members.contains($0) ? 1 : 0) })
            }
        },
        Command("SCARD", 2, .read, .first) { words, table in
            lookAtSet(words[1], table) { .integer(Int64($0.count)) }
        },
    ]

    /// What `question` finds in a set; no key is an empty one.
    static func lookAtSet(_ key: [UInt8], _ table: any Table, _ question: (Set<[UInt8]>) -> Reply) -> Reply {
        switch table.read(key) {
        case .set(let members)?: question(members)
        case nil: question([])
        default: .wrongType
        }
    }

    /// Changes a set in one step. No key is an empty one, and an empty one is no key.
    static func changeSet(_ key: [UInt8], _ table: any Table, _ change: (inout Set<[UInt8]>) -> Reply) -> Reply {
        table.modify(key) { value in
            guard case .set(var members) = value ?? .set([]) else { return .wrongType }
            value = nil  // The set is changed in place: nobody else may hold it.
            let reply = change(&members)
            if !members.isEmpty { value = .set(members) }
            return reply
        }
    }

    /// The member that SPOP takes. Any would do; a set's own order differs from run to run.
    static func lowest(of members: Set<[UInt8]>) -> [UInt8]? {
        members.min { $0.lexicographicallyPrecedes($1) }
    }

    private static func sorted(_ members: Set<[UInt8]>) -> [[UInt8]] {
        members.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func isSetOrNothing(_ value: Value?) -> Bool {
        switch value {
        case .set, nil: true
        default: false
        }
    }
}
