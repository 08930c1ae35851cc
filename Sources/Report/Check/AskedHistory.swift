public import Verification

/// A history file, and the model that it is to be held against: the one that was asked for, or the one that it names.
public struct AskedHistory: Sendable {
    /// The operations.
    public let history: History
    /// The model.
    public let model: ChosenModel
    private let path: String

    /// Nothing in the history is known to the model.
    public struct Unjudgeable: Error, CustomStringConvertible, Sendable {
        /// One line for a person.
        public var description: String
    }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - name: the model that was asked for; nil for the one that the file names.
    ///   - initial: what the object held before, as a person writes it; nil where nothing was said.
    ///   - isKeyed: whether a list of two is a key and its value; nil: the file tells.
    /// - Throws: `HistoryError`, `ChosenModel.Failure`, `ModelFile.Failure`.
    public init(path: String, model name: String?, initial: String?, isKeyed: Bool?) throws {
        self.path = path
        let chosen = try name.map { try ChosenModel(named: $0) }
        let vocabulary = chosen?.vocabulary ?? HistoryVocabulary()
        var history = try HistoryFile.read(path, HistoryOptions(vocabulary, isKeyed: isKeyed))
        if let initial { history.initial = history.values.code(written: initial) }
        model = try chosen ?? ChosenModel(of: history, at: path)
        if history.initial != nil { try model.takeInitialValue() }
        if case .known = model { history.values.close() }
        self.history = history
    }

    /// Holds it against the model.
    ///
    /// - Throws: `Unjudgeable`.
    public func check(_ checker: Checker) throws(Unjudgeable) -> CheckResult {
        let result = model.check(history, checker)
        guard result.verdict != .nothingTested || result.foreignFunctions.isEmpty else {
            throw Unjudgeable(
                description: "\(path): nothing can be judged. \(result.inconclusive.joined(separator: " "))")
        }
        return result
    }
}
