extension RESPCommand {
    /// All commands with known replies; index 0 stands for every other one.
    ///
    /// Source: <https://redis.io/docs/latest/commands/>.
    static let table: [RESPCommand] =
        [.unknown] + strings + hashes + sets + sortedSets + lists + lifetimes + channels + keyless + structures + global

    private static let strings =
        command("GET", .string(.get), .value) + command("GETEX", .string(.getex), .value)
        + command("SET", .string(.set), [.ok, .bulk, .null])
        + command("SETEX", .string(.setex), .ok) + command("PSETEX", .string(.psetex), .ok)
        + command("SETNX", .string(.setnx), .integer)
        + command("GETSET", .string(.getset), .value) + command("GETDEL", .string(.getdel), .value)
        + names("INCR INCRBY", .string(.add), .integer) + names("DECR DECRBY", .string(.subtract), .integer)
        + command("APPEND", .string(.append), .integer) + command("STRLEN", .string(.strlen), .integer)
        + names("DEL UNLINK", .string(.delete), .integer) + command("EXISTS", .string(.exists), .integer)
        + command("MSET", .string(.mset), .ok) + command("MSETNX", .string(.msetnx), .integer)
        + command("MGET", .string(.mget), .array)

    private static let hashes =
        command("HSET", .hash(.put), .integer) + command("HMSET", .hash(.put), .ok)
        + command("HSETNX", .hash(.putIfAbsent), .integer)
        + command("HGET", .hash(.get), .value) + command("HMGET", .hash(.getMany), .array)
        + command("HDEL", .hash(.delete), .integer) + command("HINCRBY", .hash(.add), .integer)
        + command("HEXISTS", .hash(.exists), .integer) + command("HSTRLEN", .hash(.length), .integer)
        + command("HGETALL", .hash(.all), .array) + names("HKEYS HVALS", .hash(.names), .array)
        + command("HLEN", .hash(.count), .integer)

    private static let sets =
        command("SADD", .set(.insert), .integer) + command("SREM", .set(.remove), .integer)
        + command("SISMEMBER", .set(.contains), .integer) + command("SMISMEMBER", .set(.containsMany), .array)
        + command("SMEMBERS", .set(.all), .array) + command("SCARD", .set(.count), .integer)
        + command("SPOP", .set(.pop), [.bulk, .null, .array])
        + command("SRANDMEMBER", .set(.random), [.bulk, .null, .array])
        + command("SMOVE", .set(.move), .integer)

    private static let sortedSets =
        command("ZADD", .sortedSet(.put), [.integer, .bulk, .null]) + command("ZINCRBY", .sortedSet(.add), .bulk)
        + command("ZSCORE", .sortedSet(.score), .value) + command("ZREM", .sortedSet(.remove), .integer)
        + command("ZCARD", .sortedSet(.count), .integer) + command("ZRANGE", .sortedSet(.range), .array)
        + names("ZPOPMIN ZPOPMAX", .sortedSet(.pop), .array)

    private static let lists =
        command("LPUSH", .list(.push(.left)), .integer) + command("RPUSH", .list(.push(.right)), .integer)
        + command("LPUSHX", .list(.pushIfThere(.left)), .integer)
        + command("RPUSHX", .list(.pushIfThere(.right)), .integer)
        + command("LPOP", .list(.pop(.left)), [.bulk, .null, .array])
        + command("RPOP", .list(.pop(.right)), [.bulk, .null, .array])
        + command("LLEN", .list(.length), .integer) + command("LRANGE", .list(.range), .array)
        + command("LINDEX", .list(.index), .value)
        + command("LMOVE", .list(.move), .value) + command("RPOPLPUSH", .list(.rotate), .value)
        + names("BLPOP", .list(.wait(.left)), [.array, .null], blocks: true)
        + names("BRPOP", .list(.wait(.right)), [.array, .null], blocks: true)
        + names("BLMOVE", .list(.waitAndMove), .value, blocks: true)
        + names("BRPOPLPUSH", .list(.waitAndRotate), .value, blocks: true)

    private static let lifetimes =
        command("EXPIRE", .lifetime(.expire(1_000_000_000)), .integer)
        + command("PEXPIRE", .lifetime(.expire(1_000_000)), .integer)
        + names("EXPIREAT PEXPIREAT", .lifetime(.expireAt), .integer)
        + command("PERSIST", .lifetime(.persist), .integer)
        + names("TTL PTTL EXPIRETIME PEXPIRETIME", .lifetime(.left), .integer)

    private static let channels =
        command("PUBLISH", .channel(.publish(.channel)), .integer)
        + command("SPUBLISH", .channel(.publish(.shard)), .integer)
        + command("SUBSCRIBE", .channel(.subscribe(.channel)), .array)
        + command("PSUBSCRIBE", .channel(.subscribe(.pattern)), .array)
        + command("SSUBSCRIBE", .channel(.subscribe(.shard)), .array)
        + command("UNSUBSCRIBE", .channel(.unsubscribe(.channel)), .array)
        + command("PUNSUBSCRIBE", .channel(.unsubscribe(.pattern)), .array)
        + command("SUNSUBSCRIBE", .channel(.unsubscribe(.shard)), .array)

    private static let keyless: [RESPCommand] = [
        RESPCommand(name: "PING", effect: .none, shape: [.status, .bulk], echoes: true),
        RESPCommand(name: "ECHO", effect: .none, shape: .bulk, echoes: true),
        RESPCommand(name: "AUTH", effect: .none, shape: .ok),
        RESPCommand(name: "CLIENT", effect: .none, shape: .any),
        RESPCommand(name: "COMMAND", effect: .none, shape: .any),
        RESPCommand(name: "CONFIG", effect: .none, shape: .any),
        RESPCommand(name: "DBSIZE", effect: .none, shape: .integer),
        RESPCommand(name: "HELLO", effect: .none, shape: .any),
        RESPCommand(name: "INFO", effect: .none, shape: .bulk),
        RESPCommand(name: "LASTSAVE", effect: .none, shape: .integer),
        RESPCommand(name: "PUBSUB", effect: .none, shape: .any),
        RESPCommand(name: "QUIT", effect: .none, shape: .ok, closes: true),
        RESPCommand(name: "TIME", effect: .none, shape: .array),
        RESPCommand(name: "WAIT", effect: .none, shape: .integer, blocks: true),
        RESPCommand(name: "WAITAOF", effect: .none, shape: .array, blocks: true),
        RESPCommand(name: "FAILOVER", effect: .none, shape: .ok, blocks: true),
    ]

    private static let structures: [RESPCommand] =
        names("GETRANGE SUBSTR", .reads, .value)
        + names("ZRANK ZREVRANK ZCOUNT GETBIT BITCOUNT ZLEXCOUNT SINTERCARD", .reads, [.integer, .null])
        + names("SINTER SUNION SDIFF KEYS SCAN HSCAN SSCAN ZSCAN ZRANGEBYSCORE ZREVRANGE ZMSCORE", .reads, .array)
        + names("TYPE", .reads, .status) + names("RANDOMKEY", .reads, .value)
        + names("OBJECT XRANGE XLEN LPOS HRANDFIELD ZRANDMEMBER TOUCH", .reads, .any)
        + names("LREM SETBIT SETRANGE", .writesFirst, .integer)
        + names("LINSERT", .writesFirst, .any)
        + names("LSET LTRIM", .writesFirst, .ok)
        + names("INCRBYFLOAT HINCRBYFLOAT", .writesFirst, .any)
        + names("RENAME RENAMENX COPY SORT", .writesNamed, .any)
        + names("BZPOPMIN BZPOPMAX BLMPOP BZMPOP XREAD XREADGROUP", .writesNamed, .any, blocks: true)

    private static let global: [RESPCommand] =
        names("FLUSHALL FLUSHDB", .flush, .ok)
        + names("SELECT SWAPDB EVALSHA FCALL MIGRATE", .writesAll, .any)
        + names("EVAL EVAL_RO", .script, .any) + names("FUNCTION SCRIPT MODULE", .none, .any)
        + names("MULTI DISCARD WATCH UNWATCH", .transaction, .ok) + names("EXEC", .transaction, [.array, .null])
        + names("RESET", .transaction, .status)
        + [RESPCommand(name: "DEBUG", effect: .writesAll, shape: .any, blocks: true)]
        + [RESPCommand(name: "SHUTDOWN", effect: .writesAll, shape: .any, blocks: true, closes: true)]
        + ["MONITOR", "SYNC", "PSYNC"].map {
            RESPCommand(name: $0, effect: .none, shape: .any, blocks: true, endsPairing: true)
        }

    private static func command(_ name: String, _ effect: Effect, _ shape: ReplyShape) -> [RESPCommand] {
        [RESPCommand(name: name, effect: effect, shape: shape)]
    }

    private static func names(
        _ list: String, _ effect: Effect, _ shape: ReplyShape, blocks: Bool = false
    ) -> [RESPCommand] {
        list.split(separator: " ").map {
            RESPCommand(name: String($0), effect: effect, shape: shape, blocks: blocks)
        }
    }
}
