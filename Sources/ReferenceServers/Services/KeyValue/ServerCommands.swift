import CLinux
import Glibc

extension Command {
    static let serverCommands: [Command] = [
        Command("PING", -1, .read, .none) { words, _ in
            words.count > 1 ? .bulk(words[1]) : .simple(Array("PONG".utf8))
        },
        Command("ECHO", 2, .read, .none) { words, _ in .bulk(words[1]) },
        Command("SELECT", 2, .read, .none) { words, _ in
            words[1] == [0x30] ? .ok : .failure("ERR DB index is out of range")
        },
        Command("FLUSHALL", -1, .write, .everything) { _, table in
            table.removeAll()
            return .ok
        },
        Command("FLUSHDB", -1, .write, .everything) { _, table in
            table.removeAll()
            return .ok
        },
        Command("DBSIZE", 1, .read, .none) { _, table in .integer(Int64(table.count)) },
        Command("INFO", -1, .read, .none) { _, table in
            let lines = [
                "# Server", "redis_version:7.0.0", "redis_mode:standalone", "process_id:\(getpid())",
                "# Keyspace", "db0:keys=\(table.count),expires=0,avg_ttl=0", "",
            ]
            return .bulk(Array(lines.joined(separator: "\r\n").utf8))
        },
        // Not in any list: whoever executes it dies while it holds the key.
        Command("CRASHHOLDING", 2, .write, .first) { _, _ in abort() },
        // redis-cli and redis-benchmark ask these when they start, and go on without an answer.
        Command("COMMAND", -1, .read, .none) { words, _ in
            words.count > 1 && String(decoding: words[1], as: UTF8.self).uppercased() == "COUNT"
                ? .integer(Int64(byName.count)) : .array([])
        },
        Command("CONFIG", -2, .read, .none) { words, _ in
            switch String(decoding: words[1], as: UTF8.self).uppercased() {
            case "GET":
                .array(
                    words.dropFirst(2).flatMap { name -> [Reply] in
                        guard let value = settings[String(decoding: name, as: UTF8.self).lowercased()] else {
                            return []
                        }
                        return [.bulk(name), .bulk(Array(value.utf8))]
                    })
            case "RESETSTAT": .ok
            default: .failure("ERR this server has a fixed configuration")
            }
        },
        Command("CLIENT", -2, .read, .none) { words, _ in
            switch String(decoding: words[1], as: UTF8.self).uppercased() {
            case "SETNAME", "SETINFO": .ok
            case "GETNAME": .null
            case "ID": .integer(Int64(getpid()))
            default: .failure("ERR unknown subcommand")
            }
        },
    ]

    private static let settings = ["save": "", "appendonly": "no", "databases": "1", "maxmemory": "0"]
}
