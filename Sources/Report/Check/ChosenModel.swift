public import Verification

/// The model that `crossfire check` was given: one of the built-in ones, or the user's own.
public enum ChosenModel: Sendable {
    case known(CheckModel)
    case own(ModelFile)

    /// Why there is no model to check against.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        /// The history names the model that is not there; else who asked did.
        public var isOfHistory: Bool
        /// One line for a person.
        public var description: String
    }

    /// The model of a name: a built-in one's, or a YAML file's path.
    ///
    /// - Throws: `Failure`, `ModelFile.Failure`.
    public init(named name: String) throws {
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            self = .own(try ModelFile(path: name))
        } else if let known = CheckModel(name: name) {
            self = .known(known)
        } else {
            throw Failure(isOfHistory: false, description: Self.unknown(name))
        }
    }

    /// The model that the history in the file at `path` names.
    ///
    /// - Throws: `Failure`.
    init(of history: History, at path: String) throws(Failure) {
        guard let known = CheckModel(name: history.model) else {
            throw Failure(
                isOfHistory: true,
                description: history.model.isEmpty
                    ? "\(path) names no model: give --model, expected one of \(CheckModel.names)"
                    : Self.unknown(history.model))
        }
        self = .known(known)
    }

    private static func unknown(_ name: String) -> String {
        "unknown model '\(name)'; expected one of \(CheckModel.names), or a YAML file"
    }

    /// What it is called.
    public var name: String {
        switch self {
        case .known(let model): model.rawValue
        case .own(let file): file.name
        }
    }

    /// Objects are said to have held a value before.
    ///
    /// - Throws: `Failure`, where they cannot have.
    public func takeInitialValue() throws(Failure) {
        guard case .known(let model) = self, !model.takesInitialValue else { return }
        throw Failure(
            isOfHistory: false, description: "a \(model.rawValue) begins empty: it takes no initial value")
    }

    /// How operations are named in histories for it.
    var vocabulary: HistoryVocabulary {
        switch self {
        case .known(let model): HistoryVocabulary().suited(to: model)
        case .own(let file): file.vocabulary
        }
    }

    /// Holds a history, read with `vocabulary`, against it.
    func check(_ history: History, _ checker: Checker) -> CheckResult {
        switch self {
        case .known(let model): checker.check(history, model: model)
        case .own(let file): file.check(history, checker)
        }
    }

    /// The page about a history that it was held against.
    public func page(
        title: String, _ history: History, _ result: CheckResult, _ judgement: Judgement, budget: SearchBudget
    ) -> CheckPage {
        switch self {
        case .known(let model):
            CheckPage(
                title: title, history: history, model: model, result: result, judgement: judgement, budget: budget)
        case .own(let file):
            CheckPage(title: title, history: history, own: file, result: result, judgement: judgement, budget: budget)
        }
    }
}

extension Judge {
    /// Judges evidence by the oracles, and its operations by a model that was chosen.
    public func judge(
        _ evidence: Evidence, model: ChosenModel, _ checker: Checker, initial: String?,
        notedIn sectionComments: [String]
    ) -> ModelJudgement {
        switch model {
        case .known(let model):
            judge(evidence, model: model, checker, initial: initial, notedIn: sectionComments)
        case .own(let file):
            judge(evidence, model: file, checker, initial: initial, notedIn: sectionComments)
        }
    }
}
