package import Wire

extension BeanstalkCodec {
    /// Tubes with names of their own, which the reply repeats, and jobs that all clients put and take.
    package var vocabulary: Vocabulary? {
        Vocabulary(
            topics: [
                Topic(.marker, weight: 1, [RequestTemplate(1, .read, "use", .token)]),
                Topic(
                    .queue, weight: 1,
                    [
                        RequestTemplate(2, .change, "put", "0", "0", "60", .value),
                        RequestTemplate(3, .change, "reserve-with-timeout", "0"),
                        RequestTemplate(3, .read, "peek-ready"), RequestTemplate(3, .read, "peek", .number(1...64)),
                        RequestTemplate(2, .remove, "delete", .number(1...64)),
                        RequestTemplate(1, .change, "release", .number(1...64), "0", "0"),
                        RequestTemplate(1, .change, "kick", "8"), RequestTemplate(2, .read, "list-tube-used"),
                    ]),
            ])
    }
}
