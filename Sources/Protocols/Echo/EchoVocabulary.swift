package import Wire

extension EchoLineCodec {
    /// Any bytes; they come back.
    package var vocabulary: Vocabulary? { .echo }
}

extension EchoLengthCodec {
    /// Any bytes; they come back.
    package var vocabulary: Vocabulary? { .echo }
}

extension Vocabulary {
    fileprivate static let echo = Vocabulary(topics: [Topic(.marker, weight: 1, [RequestTemplate(1, .read, .value)])])
}
