/// The names that operations have in a file.
public struct HistoryVocabulary: Sendable {
    private var named: [String: History.Function] = [:]
    private(set) var takesAny = false
    /// A number that locks are taken with says how many permits, and is no name of one.
    private(set) var locksCount = false

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

    /// With what a model's operations mean besides: Jepsen's counters `add`, and of a semaphore one takes so many.
    public func suited(to model: CheckModel) -> HistoryVocabulary {
        guard !takesAny else { return self }
        var suited = self
        suited.locksCount = model == .semaphore
        if model == .counter || model == .blindCounter, named["add"] == nil { suited.named["add"] = .increment }
        return suited
    }

    /// Whether these names, which most operations have, mean what they mean to everybody.
    func keeps(_ names: [String]) -> Bool { !takesAny && names.allSatisfy { named[$0] == nil } }

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
