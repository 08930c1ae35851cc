import CLinux
import Glibc

/// What the memcached service does with keys. The names are in small letters: clients of the kv service cannot say them.
enum MemcachedCommands {
    static let stored = Reply.simple(Array("STORED".utf8))
    static let notStored = Reply.simple(Array("NOT_STORED".utf8))
    static let exists = Reply.simple(Array("EXISTS".utf8))
    static let notFound = Reply.simple(Array("NOT_FOUND".utf8))
    static let deleted = Reply.simple(Array("DELETED".utf8))
    static let touched = Reply.simple(Array("TOUCHED".utf8))
    static let notANumber = Reply.failure("CLIENT_ERROR cannot increment or decrement non-numeric value")
    static let badDelta = Reply.failure("CLIENT_ERROR invalid numeric delta argument")

    /// The command of that name; nil without one.
    static func named(_ name: String) -> Command? { Command.byName[Array(name.utf8)] }

    static let all: [Command] = [
        Command("get", 2, .read, .first) { words, table in
            guard case .string(let bytes)? = table.read(words[1]) else { return .null }
            return .bulk(bytes)
        },
        Command("set", 5, .write, .first) { words, table in
            let old = MemcachedItem(table.read(words[1]))
            return table.write(words[1], item(words, after: old).value) ?? stored
        },
        Command("add", 5, .condition, .first) { words, table in
            change(words[1], table) { old in old == nil ? (item(words, after: nil), stored) : (old, notStored) }
        },
        Command("replace", 5, .condition, .first) { words, table in
            change(words[1], table) { old in old == nil ? (nil, notStored) : (item(words, after: old), stored) }
        },
        Command("append", 5, .update, .first) { words, table in
            change(words[1], table) { old in extend(old) { $0 + words[4] } }
        },
        Command("prepend", 5, .update, .first) { words, table in
            change(words[1], table) { old in extend(old) { words[4] + $0 } }
        },
        Command("cas", 6, .condition, .first) { words, table in
            change(words[1], table) { old in
                guard let old else { return (nil, notFound) }
                let isSame = String(old.version) == String(decoding: words[5], as: UTF8.self)
                return isSame ? (item(words, after: old), stored) : (old, exists)
            }
        },
        Command("delete", 2, .condition, .first) { words, table in
            change(words[1], table) { old in (nil, old == nil ? notFound : deleted) }
        },
        Command("incr", 3, .update, .first) { words, table in count(words) { $0 &+ $1 }(table) },
        Command("decr", 3, .update, .first) { words, table in count(words) { $0 > $1 ? $0 - $1 : 0 }(table) },
        Command("touch", 3, .read, .first) { words, table in table.read(words[1]) == nil ? notFound : touched },
        Command("flush_all", -1, .write, .everything) { _, table in
            table.removeAll()
            return .ok
        },
    ]

    private static func change(
        _ key: [UInt8], _ table: any Table, _ change: (MemcachedItem?) -> (MemcachedItem?, Reply)
    ) -> Reply {
        table.modify(key) { value in
            let (new, reply) = change(MemcachedItem(value))
            value = new?.value
            return reply
        }
    }

    private static func item(_ words: [[UInt8]], after old: MemcachedItem?) -> MemcachedItem {
        MemcachedItem(
            version: MemcachedItem.version(after: old), flags: UInt32(String(decoding: words[2], as: UTF8.self)) ?? 0,
            data: words[4])
    }

    private static func extend(_ old: MemcachedItem?, _ make: ([UInt8]) -> [UInt8]) -> (MemcachedItem?, Reply) {
        guard var new = old else { return (nil, notStored) }
        new.version = MemcachedItem.version(after: old)
        new.data = make(new.data)
        return (new, stored)
    }

    /// A number that gets shorter keeps its length, with spaces behind it, as memcached's.
    private static func count(
        _ words: [[UInt8]], _ step: @escaping (UInt64, UInt64) -> UInt64
    ) -> (any Table) -> Reply {
        { table in
            guard let delta = UInt64(String(decoding: words[2], as: UTF8.self)) else { return badDelta }
            return change(words[1], table) { old in
                guard var new = old else { return (nil, notFound) }
                guard let number = UInt64(String(decoding: new.data.prefix { $0 != 0x20 }, as: UTF8.self)) else {
                    return (old, notANumber)
                }
                let reached = step(number, delta)
                var digits = Array(String(reached).utf8)
                while digits.count < new.data.count { digits.append(0x20) }
                new.version = MemcachedItem.version(after: old)
                new.data = digits
                return (new, .integer(Int64(bitPattern: reached)))
            }
        }
    }
}

/// A value with its client flags and its version, as the table holds it.
struct MemcachedItem {
    var version: UInt64
    var flags: UInt32
    var data: [UInt8]

    /// Bytes before the data.
    static let headerBytes = 12
    /// Of them, the version's.
    static let versionBytes = 8

    init(version: UInt64, flags: UInt32, data: [UInt8]) {
        (self.version, self.flags, self.data) = (version, flags, data)
    }

    /// What the table holds; nil for nothing.
    init?(_ value: Value?) {
        guard case .string(let bytes)? = value else { return nil }
        self.init(bytes)
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.headerBytes else { return nil }
        version = bytes[0..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        flags = bytes[8..<12].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        data = Array(bytes[Self.headerBytes...])
    }

    var value: Value {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerBytes + data.count)
        withUnsafeBytes(of: version.littleEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: flags.littleEndian) { bytes.append(contentsOf: $0) }
        return .string(bytes + data)
    }

    /// No version comes again, also not of a key that was deleted: time tells them apart, and within one instant the
    /// one before.
    static func version(after old: MemcachedItem?) -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return max(UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec), (old?.version ?? 0) + 1)
    }
}
