extension RESPCommand {
    /// All commands with known replies; index 0 stands for every other one.
    ///
    /// Source: <https://redis.io/docs/latest/commands/>.
    static let table: [RESPCommand] = [.unknown] + modelled + keyless + structures + global

    private static let modelled: [RESPCommand] = [
        RESPCommand(name: "GET", effect: .get, shape: .value),
        RESPCommand(name: "SET", effect: .set, shape: [.ok, .bulk, .null]),
        RESPCommand(name: "SETNX", effect: .setnx, shape: .integer),
        RESPCommand(name: "GETSET", effect: .getset, shape: .value),
        RESPCommand(name: "GETDEL", effect: .getdel, shape: .value),
        RESPCommand(name: "INCR", effect: .add, shape: .integer),
        RESPCommand(name: "INCRBY", effect: .add, shape: .integer),
        RESPCommand(name: "DECR", effect: .subtract, shape: .integer),
        RESPCommand(name: "DECRBY", effect: .subtract, shape: .integer),
        RESPCommand(name: "APPEND", effect: .append, shape: .integer),
        RESPCommand(name: "STRLEN", effect: .strlen, shape: .integer),
        RESPCommand(name: "DEL", effect: .delete, shape: .integer),
        RESPCommand(name: "UNLINK", effect: .delete, shape: .integer),
        RESPCommand(name: "EXISTS", effect: .exists, shape: .integer),
        RESPCommand(name: "MSET", effect: .mset, shape: .ok),
        RESPCommand(name: "MGET", effect: .mget, shape: .array),
    ]

    private static let keyless: [RESPCommand] = [
        RESPCommand(name: "PING", effect: .none, shape: [.status, .bulk], echoes: true),
        RESPCommand(name: "ECHO", effect: .none, shape: .bulk, echoes: true),
        RESPCommand(name: "AUTH", effect: .none, shape: .ok),
        RESPCommand(name: "CLIENT", effect: .none, shape: .any),
        RESPCommand(name: "COMMAND", effect: .none, shape: .any),
        RESPCommand(name: "CONFIG", effect: .none, shape: .any),
        RESPCommand(name: "DBSIZE", effect: .none, shape: .integer),
        RESPCommand(name: "INFO", effect: .none, shape: .bulk),
        RESPCommand(name: "LASTSAVE", effect: .none, shape: .integer),
        RESPCommand(name: "PUBLISH", effect: .none, shape: .integer),
        RESPCommand(name: "QUIT", effect: .none, shape: .ok, closes: true),
        RESPCommand(name: "TIME", effect: .none, shape: .array),
        RESPCommand(name: "WAIT", effect: .none, shape: .integer, blocks: true),
        RESPCommand(name: "WAITAOF", effect: .none, shape: .array, blocks: true),
        RESPCommand(name: "FAILOVER", effect: .none, shape: .ok, blocks: true),
    ]

    private static let structures: [RESPCommand] =
        names("HGET LINDEX ZSCORE GETRANGE SUBSTR", .reads, .value)
        + names(
            "HLEN LLEN SCARD ZCARD TTL PTTL HEXISTS SISMEMBER ZRANK ZCOUNT HSTRLEN GETBIT BITCOUNT", .reads,
            [.integer, .null])
        + names("LRANGE SMEMBERS HGETALL HKEYS HVALS HMGET ZRANGE SINTER SUNION SDIFF KEYS SCAN", .reads, .array)
        + names("TYPE", .reads, .status) + names("RANDOMKEY", .reads, .value)
        + names("OBJECT SRANDMEMBER XRANGE XLEN", .reads, .any)
        + names(
            "LPUSH RPUSH LPUSHX RPUSHX LREM SADD SREM HSET HSETNX HDEL HINCRBY SETBIT SETRANGE", .writesFirst, .integer)
        + names("PERSIST", .writesFirst, .integer)
        + names("EXPIRE PEXPIRE EXPIREAT PEXPIREAT ZADD ZREM LINSERT", .writesFirst, .any)
        + names("LPOP RPOP SPOP ZPOPMIN ZPOPMAX", .writesFirst, [.bulk, .null, .array])
        + names("SETEX PSETEX LSET LTRIM HMSET", .writesFirst, .ok)
        + names("GETEX INCRBYFLOAT HINCRBYFLOAT ZINCRBY", .writesFirst, .any)
        + names("RENAME RENAMENX RPOPLPUSH LMOVE SMOVE MSETNX COPY SORT", .writesNamed, .any)
        + names(
            "BLPOP BRPOP BRPOPLPUSH BLMOVE BZPOPMIN BZPOPMAX BLMPOP BZMPOP XREAD XREADGROUP", .writesNamed, .any,
            blocks: true)

    private static let global: [RESPCommand] =
        names(
            "FLUSHALL FLUSHDB SELECT SWAPDB EVAL EVALSHA FCALL FUNCTION SCRIPT MODULE MIGRATE", .writesAll, .any)
        + names("MULTI EXEC DISCARD WATCH UNWATCH RESET", .writesAll, .any)
        + [RESPCommand(name: "DEBUG", effect: .writesAll, shape: .any, blocks: true)]
        + [RESPCommand(name: "SHUTDOWN", effect: .writesAll, shape: .any, blocks: true, closes: true)]
        + ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "MONITOR", "SYNC", "PSYNC", "HELLO"]
        .map {
            RESPCommand(name: $0, effect: .none, shape: .any, blocks: true, endsPairing: true)
        }

    private static func names(
        _ list: String, _ effect: Effect, _ shape: ReplyShape, blocks: Bool = false
    ) -> [RESPCommand] {
        list.split(separator: " ").map {
            RESPCommand(name: String($0), effect: effect, shape: shape, blocks: blocks)
        }
    }
}
