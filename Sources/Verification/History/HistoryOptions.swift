/// How a file is to be read where it does not tell by itself.
public struct HistoryOptions: Sendable {
    /// The names that operations have.
    public var vocabulary: HistoryVocabulary
    /// Whether a list of two in a journal's `:value` is a key and its value; nil looks: it is where every operation of a
    /// client has one.
    public var isKeyed: Bool?

    /// Creates options.
    public init(_ vocabulary: HistoryVocabulary = HistoryVocabulary(), isKeyed: Bool? = nil) {
        self.vocabulary = vocabulary
        self.isKeyed = isKeyed
    }
}
