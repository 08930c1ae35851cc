package import Wire

extension MemcachedCodec {
    /// Counters, registers, locks, texts that grow, and several keys at once; `md` of a key that is nowhere as a marker,
    /// whose reply repeats its opaque token.
    package var vocabulary: Vocabulary? {
        Vocabulary(
            topics: [
                Topic(.marker, weight: 0, [RequestTemplate(1, .read, "md", .token, .joined(["O", .value]))]),
                Topic(
                    .counter, weight: 30,
                    [
                        RequestTemplate(12, .change, "incr", .object, "1"),
                        RequestTemplate(3, .write, "add", .object, "0", "0", "8"),
                        RequestTemplate(4, .read, "get", .object),
                        RequestTemplate(1, .change, "decr", .object, "1", isHard: true),
                        RequestTemplate(1, .remove, "delete", .object, isHard: true),
                    ]),
                Topic(
                    .register, weight: 30,
                    [
                        RequestTemplate(8, .write, "set", .object, "0", "0", .value),
                        RequestTemplate(4, .read, "get", .object), RequestTemplate(4, .read, "gets", .object),
                        RequestTemplate(2, .read, "mg", .object, "v", "f"),
                        RequestTemplate(1, .write, "set", .object, .number(1...65_535), "0", .value),
                        RequestTemplate(1, .write, "replace", .object, "0", "0", .value, isHard: true),
                        RequestTemplate(1, .remove, "delete", .object, isHard: true),
                    ]),
                Topic(
                    .lock, weight: 15,
                    [
                        RequestTemplate(6, .write, "add", .object, "0", "0", .value, isHard: true),
                        RequestTemplate(3, .remove, "delete", .object, isHard: true),
                        RequestTemplate(2, .read, "get", .object),
                    ]),
                Topic(
                    .queue, weight: 15,
                    [
                        RequestTemplate(4, .change, "append", .object, "0", "0", .token, isHard: true),
                        RequestTemplate(1, .change, "prepend", .object, "0", "0", .token, isHard: true),
                        RequestTemplate(2, .write, "add", .object, "0", "0", .token, isHard: true),
                        RequestTemplate(4, .read, "get", .object),
                    ]),
                Topic(
                    .register, weight: 20,
                    [
                        RequestTemplate(6, .read, "gets", .object),
                        RequestTemplate(6, .write, "cas", .object, "0", "0", .value, .told),
                        RequestTemplate(1, .write, "set", .object, "0", "0", .value),
                    ]),
                Topic(
                    .several, weight: 10,
                    [
                        RequestTemplate(6, .write, "set", .object, "0", "0", .value),
                        RequestTemplate(6, .read, "get", .each(2...3, [.object])),
                    ]),
            ],
            lastResort: [RequestTemplate(1, .read, "version")], silence: SilenceTemplate(oneIn: 16, word: "noreply"),
            destruction: [RequestTemplate(1, .remove, "flush_all")])
    }
}
