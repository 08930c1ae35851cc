/// The names that operations have in a file.
public struct HistoryVocabulary: Sendable {
    private var named: [String: History.Function] = [:]
    private var takesAny = false

    /// The names that everybody uses: `read`, `write`, `enq`…
    public init() {}

    /// These names besides.
    public init(_ named: [String: History.Function]) {
        self.named = named
    }

    /// Every name stands for itself: each operation is `other`.
    public static var any: HistoryVocabulary {
        var vocabulary = HistoryVocabulary()
        vocabulary.takesAny = true
        return vocabulary
    }

    var isPlain: Bool { named.isEmpty && !takesAny }

    func function(_ name: String) -> History.Function? {
        takesAny ? .other : named[name] ?? HistoryFile.function(name)
    }
}

extension HistoryFile {
    /// The function that everybody calls this: `read`, `write`, `incr`, `enq`…; nil for any other name.
    public static func function(named name: String) -> History.Function? {
        function(name)
    }
}
