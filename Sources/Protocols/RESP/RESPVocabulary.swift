package import Wire

extension RESPCodec {
    /// Counters, registers and writes of several keys, with the weights that found the races of the reference servers
    /// soonest; ECHO as a marker among them.
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
            ],
            lastResort: [RequestTemplate(1, .read, "PING")])
    }
}
