package import Wire

extension RESPCodec {
    /// Counters, registers and writes of several keys, with the weights that found the races of the reference servers
    /// soonest; ECHO as a marker among them; lists, hashes, sets and sorted sets where the target knows them.
    package var vocabulary: Vocabulary? {
        Vocabulary(
            topics: [
                Topic(.marker, weight: 0, [RequestTemplate(1, .read, "ECHO", .value)]),
                Topic(
                    .counter, weight: 34,
                    [
                        RequestTemplate(12, .change, "INCR", .object), RequestTemplate(4, .read, "GET", .object),
                        RequestTemplate(1, .remove, "DEL", .object, isHard: true),
                    ]),
                Topic(
                    .register, weight: 31,
                    [
                        RequestTemplate(8, .write, "SET", .object, .value), RequestTemplate(8, .read, "GET", .object),
                        RequestTemplate(1, .remove, "DEL", .object, isHard: true),
                    ]),
                Topic(
                    .several, weight: 28,
                    [
                        RequestTemplate(7, .write, "MSET", .each(2...3, [.object, .value])),
                        RequestTemplate(7, .read, "GET", .object), RequestTemplate(2, .write, "SET", .object, .value),
                    ]),
                Self.exchanged, Self.list, Self.hash, Self.set, Self.scores,
            ],
            lastResort: [RequestTemplate(1, .read, "PING")],
            transaction: TransactionTemplate(
                oneIn: 12, begin: RequestTemplate(1, .change, "MULTI"),
                ends: [RequestTemplate(7, .change, "EXEC"), RequestTemplate(1, .change, "DISCARD")]),
            channels: Self.channels,
            destruction: [
                RequestTemplate(2, .remove, "FLUSHDB"), RequestTemplate(2, .remove, "FLUSHALL"),
                RequestTemplate(1, .remove, "FLUSHALL", "ASYNC"),
            ])
    }

    private static let channels = ChannelTemplates(
        greetings: [RequestTemplate(1, .read, "HELLO", "3")],
        subscribe: [
            RequestTemplate(6, .change, "SUBSCRIBE", .each(1...2, [.object])),
            RequestTemplate(2, .change, "PSUBSCRIBE", .joined([.object, "*"])),
        ],
        publish: [RequestTemplate(1, .change, "PUBLISH", .object, .value)],
        unsubscribe: [
            RequestTemplate(2, .change, "UNSUBSCRIBE", .object), RequestTemplate(2, .change, "UNSUBSCRIBE"),
            RequestTemplate(1, .change, "PUNSUBSCRIBE"),
        ],
        probe: RequestTemplate(1, .read, "PING"))

    /// Strings by the rarer commands.
    private static let exchanged = Topic(
        .register, weight: 8, prefix: "e",
        [
            RequestTemplate(4, .write, "GETSET", .object, .value, isHard: true),
            RequestTemplate(3, .read, "GET", .object), RequestTemplate(2, .read, "STRLEN", .object),
            RequestTemplate(3, .change, "SETNX", .object, .value, isHard: true),
            RequestTemplate(2, .change, "APPEND", .object, .token, isHard: true),
            RequestTemplate(2, .remove, "GETDEL", .object, isHard: true),
            RequestTemplate(1, .read, "EXISTS", .object, isHard: true),
        ])

    private static let list = Topic(
        .queue, weight: 12,
        [
            RequestTemplate(6, .change, "RPUSH", .object, .value), RequestTemplate(6, .change, "LPOP", .object),
            RequestTemplate(2, .change, "LPUSH", .object, .value), RequestTemplate(2, .change, "RPOP", .object),
            RequestTemplate(2, .read, "LLEN", .object), RequestTemplate(2, .read, "LRANGE", .object, "0", "-1"),
            RequestTemplate(1, .change, "BLPOP", .object, "0.003"),
            RequestTemplate(1, .change, "LMOVE", .object, .object, "LEFT", "RIGHT"),
        ])

    /// One field is counted, others are written.
    private static let hash = Topic(
        .counter, weight: 8, prefix: "h",
        [
            RequestTemplate(6, .change, "HINCRBY", .object, "n", "1"), RequestTemplate(3, .read, "HGET", .object, "n"),
            RequestTemplate(3, .write, "HSET", .object, "a", .token, "b", .token, isHard: true),
            RequestTemplate(3, .read, "HMGET", .object, "a", "b", isHard: true),
            RequestTemplate(1, .read, "HGETALL", .object, isHard: true),
            RequestTemplate(1, .remove, "HDEL", .object, "n", isHard: true),
        ])

    private static let set = Topic(
        .set, weight: 8,
        [
            RequestTemplate(6, .write, "SADD", .object, .number(1...4)),
            RequestTemplate(4, .remove, "SREM", .object, .number(1...4)),
            RequestTemplate(4, .read, "SISMEMBER", .object, .number(1...4)),
            RequestTemplate(1, .read, "SMEMBERS", .object, isHard: true),
            RequestTemplate(1, .change, "SPOP", .object, isHard: true),
        ])

    private static let scores = Topic(
        .counter, weight: 5, prefix: "z",
        [
            RequestTemplate(6, .change, "ZINCRBY", .object, "1", "m"),
            RequestTemplate(3, .read, "ZSCORE", .object, "m"),
            RequestTemplate(1, .write, "ZADD", .object, .number(100...199), "m", isHard: true),
            RequestTemplate(1, .remove, "ZREM", .object, "m", isHard: true),
        ])
}
