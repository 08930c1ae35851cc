package import Wire

extension TaggedLineCodec {
    /// Requests with a tag and something else.
    package var vocabulary: Vocabulary? {
        Vocabulary(topics: [Topic(.marker, weight: 1, [RequestTemplate(1, .read, "REQ", .value, .token)])])
    }
}
