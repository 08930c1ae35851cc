extension Command {
    static let stringCommands: [Command] = [
        Command("GET", 2, .read, .first) { words, table in
            switch table.read(words[1]) {
            case .string(let bytes)?: .bulk(bytes)
            case nil: .null
            default: .wrongType
            }
        },
        Command("SET", -3, .write, .first, set),
        Command("SETNX", 3, .condition, .first) { words, table in
            table.modify(words[1]) { value in
                guard value == nil else { return .integer(0) }
                value = .string(words[2])
                return .integer(1)
            }
        },
        Command("GETSET", 3, .condition, .first) { words, table in getSet(words[1], words[2], table) },
        Command("GETDEL", 2, .condition, .first) { words, table in
            table.modify(words[1]) { value in
                guard case .string(let old) = value ?? .string([]) else { return .wrongType }
                defer { value = nil }
                return value == nil ? .null : .bulk(old)
            }
        },
        Command("DEL", -2, .condition, .all) { words, table in
            var removed: Int64 = 0
            for key in words.dropFirst() {
                _ = table.modify(key) { value in
                    if value != nil { removed += 1 }
                    value = nil
                    return .null
                }
            }
            return .integer(removed)
        },
        Command("EXISTS", -2, .read, .all) { words, table in
            .integer(words.dropFirst().reduce(0) { table.read($1) == nil ? $0 : $0 + 1 })
        },
        Command("APPEND", 3, .update, .first) { words, table in
            table.modify(words[1]) { value in
                guard case .string(var bytes) = value ?? .string([]) else { return .wrongType }
                value = nil
                bytes.append(contentsOf: words[2])
                value = .string(bytes)
                return .integer(Int64(bytes.count))
            }
        },
        Command("STRLEN", 2, .read, .first) { words, table in
            switch table.read(words[1]) {
            case .string(let bytes)?: .integer(Int64(bytes.count))
            case nil: .integer(0)
            default: .wrongType
            }
        },
        Command("TYPE", 2, .read, .first) { words, table in
            let name =
                switch table.read(words[1]) {
                case .string?: "string"
                case .list?: "list"
                case .set?: "set"
                case .hash?: "hash"
                case nil: "none"
                }
            return .simple(Array(name.utf8))
        },
        Command("MGET", -2, .read, .all) { words, table in
            .array(
                words.dropFirst().map { key in
                    guard case .string(let bytes)? = table.read(key) else { return .null }
                    return .bulk(bytes)
                })
        },
        Command("MSET", -3, .write, .everyOther) { words, table in
            guard words.count % 2 == 1 else { return .wrongNumber(of: words[0]) }
            for index in stride(from: 1, to: words.count, by: 2) {
                if let error = table.write(words[index], .string(words[index + 1])) { return error }
            }
            return .ok
        },
    ]

    private static func getSet(_ key: [UInt8], _ new: [UInt8], _ table: any Table) -> Reply {
        table.modify(key) { value in
            guard case .string(let old) = value ?? .string([]) else { return .wrongType }
            let reply: Reply = value == nil ? .null : .bulk(old)
            value = .string(new)
            return reply
        }
    }

    /// SET key value [NX | XX] [GET]; values never expire here, so the options about time are syntax errors.
    @Sendable
    private static func set(_ words: [[UInt8]], _ table: any Table) -> Reply {
        guard words.count > 3 else { return table.write(words[1], .string(words[2])) ?? .ok }
        let options = words.dropFirst(3).map { String(decoding: $0, as: UTF8.self).uppercased() }
        switch options {
        case ["GET"]:
            return getSet(words[1], words[2], table)
        case ["NX"], ["XX"]:
            return table.modify(words[1]) { value in
                guard (value == nil) == (options == ["NX"]) else { return .null }
                value = .string(words[2])
                return .ok
            }
        default:
            return .syntaxError
        }
    }
}
