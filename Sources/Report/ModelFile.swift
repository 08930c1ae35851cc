import Documents
import Foundation
import System
public import Verification

/// A user's own model for `crossfire check`, as YAML: either one of the built-in kinds under other names, or a table of
/// states and transitions.
///
///     model: turnstile
///     states: [locked, open]          # the first is the initial one
///     operations:
///       coin:
///         - {to: open, answer: ok}
///       push:
///         - {from: open, to: locked, answer: passed}
///         - {from: locked, answer: refused}
///
///     model: ticket machine
///     kind: counter
///     functions: {take: increment, look: read}
///     initial: 100
public struct ModelFile: Sendable {
    /// What the user calls it.
    public let name: String
    private let content: Content

    private enum Content: Sendable {
        case renamed(CheckModel, functions: [String: History.Function], initial: Int?)
        case table(states: [String], operations: [String: [Step]])
    }

    /// One transition as written.
    private struct Step: Sendable {
        var from: String?
        var to: String?
        var argument: Value?
        var answer: Value?
    }

    private enum Value: Sendable {
        case number(Int)
        case bool(Bool)
        case text(String)
        case nothing
    }

    /// Why a model file cannot be used.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        /// `turnstile.yaml: operations: coin: an unknown state 'opened'`
        public let description: String

        /// So much of it is told: names in it are the file's, and may be of any length.
        static let maximumLength = 400

        /// A line, whatever the file's own words are.
        init(description: String) {
            let line = description.split(whereSeparator: \.isNewline).joined(separator: " ")
            let told = line.prefix(Self.maximumLength)
            self.description = told.endIndex == line.endIndex ? line : told + "…"
        }
    }

    /// Reads a file.
    ///
    /// - Throws: `Failure`, with the place of what is wrong.
    public init(path: String) throws(Failure) {
        let text: String
        do { text = try SmallFile.text(path, atMost: BoundedYAML.maximumBytes) } catch {
            throw Failure(description: "\(path): it cannot be read: \(error)")
        }
        try self.init(text, name: path)
    }

    /// Reads the text of a file.
    public init(_ text: String, name path: String) throws(Failure) {
        let loaded: Any?
        do { loaded = try BoundedYAML.load(text) } catch {
            throw Failure(description: "\(path): it is no YAML: \(error)")
        }
        let reader = ModelReader(path: path)
        let fields = try reader.map(loaded, "the file")
        name = try reader.text(fields["model"], "model")
        for key in fields.keys.sorted()
        where !["model", "kind", "functions", "initial", "states", "operations"].contains(key) {
            throw reader.failure("an unknown field '\(key)'")
        }
        if fields["states"] != nil {
            content = try reader.table(fields)
        } else if fields["kind"] != nil {
            content = try reader.renamed(fields)
        } else {
            throw reader.failure("give 'kind', one of \(CheckModel.names), or 'states' and 'operations'")
        }
    }

    /// How operations are named in histories for this model.
    public var vocabulary: HistoryVocabulary {
        switch content {
        case .renamed(_, let functions, _): HistoryVocabulary(functions)
        case .table: .any
        }
    }

    /// Holds a history, read with `vocabulary`, against the model.
    public func check(_ history: History, _ checker: Checker) -> CheckResult {
        switch content {
        case .renamed(let model, _, let initial):
            return checker.check(Self.beginning(history, at: initial), model: model)
        case .table(let states, let operations):
            let history = Self.takingErrors(operations, history)
            return checker.check(history, specification: Self.specification(states, operations, history))
        }
    }

    /// The built-in kind that it renames, if it does.
    var kind: CheckModel? {
        if case .renamed(let model, _, _) = content { model } else { nil }
    }

    /// An order that explains `history`, which is of one object.
    func witness(_ history: History, _ budget: SearchBudget) -> Witness {
        switch content {
        case .renamed(let model, _, let initial):
            return model.witness(Self.beginning(history, at: initial), budget)
        case .table(let states, let operations):
            return HistorySearch.witness(
                Self.specification(states, operations, history), history, Array(0..<history.count), budget)
        }
    }

    /// The history of an object that held `initial` before it.
    private static func beginning(_ history: History, at initial: Int?) -> History {
        var copy = history
        if let initial { copy.initial = initial }
        return copy
    }

    private static func specification(
        _ states: [String], _ operations: [String: [Step]], _ history: History, beginning: Int = 0
    ) -> TableSpecification {
        let unseen = History.firstName + history.values.count
        func code(_ value: Value?) -> Int? {
            switch value {
            case .number(let number): number
            case .bool(let isTrue): history.values.known(.bool(isTrue)) ?? unseen
            case .text(let text): history.values.known(.text(ExactText(text))) ?? unseen
            case .nothing: History.null
            case nil: nil
            }
        }
        var transitions: [TableSpecification.Transition] = []
        for (name, steps) in operations.sorted(by: { $0.key < $1.key }) {
            guard let function = history.values.known(.text(ExactText(name))) else { continue }
            transitions += steps.map { step in
                TableSpecification.Transition(
                    function: function, from: step.from.flatMap { states.firstIndex(of: $0) },
                    to: step.to.flatMap { states.firstIndex(of: $0) }, argument: code(step.argument),
                    answer: code(step.answer))
            }
        }
        return TableSpecification(initial: beginning, transitions: transitions)
    }

    /// Takes the YAML apart.
    private struct ModelReader {
        let path: String

        /// The largest number that JSON and JavaScript hold exactly.
        private static let largestInitial = 1 << 53

        func failure(_ reason: String) -> Failure {
            Failure(description: "\(path): \(reason)")
        }

        func map(_ value: Any?, _ place: String) throws(Failure) -> [String: Any] {
            guard let map = value as? [String: Any] else { throw failure("\(place) must be a map of names to values") }
            return map
        }

        func text(_ value: Any?, _ place: String) throws(Failure) -> String {
            guard let text = value as? String else { throw failure("\(place) must be a text") }
            return text
        }

        func renamed(_ fields: [String: Any]) throws(Failure) -> Content {
            let kind = try text(fields["kind"], "kind")
            guard let model = CheckModel(name: kind) else {
                throw failure("an unknown kind '\(kind)'; expected one of \(CheckModel.names)")
            }
            var functions: [String: History.Function] = [:]
            if let given = fields["functions"] {
                for (name, meaning) in try map(given, "functions") {
                    let known = try text(meaning, "functions: \(name)")
                    guard let function = HistoryFile.function(named: known) else {
                        throw failure("functions: \(name): an unknown function '\(known)'")
                    }
                    functions[name] = function
                }
            }
            guard fields["initial"] != nil else { return .renamed(model, functions: functions, initial: nil) }
            guard model.takesInitialValue else {
                throw failure("initial: a \(model.rawValue) starts empty")
            }
            guard let initial = fields["initial"] as? Int, initial.magnitude <= Self.largestInitial else {
                throw failure("initial must be a whole number of at most \(Self.largestInitial)")
            }
            return .renamed(model, functions: functions, initial: initial)
        }

        func table(_ fields: [String: Any]) throws(Failure) -> Content {
            guard let states = fields["states"] as? [String], !states.isEmpty, Set(states).count == states.count else {
                throw failure("states must be a list of different names")
            }
            var operations: [String: [Step]] = [:]
            for (name, value) in try map(fields["operations"], "operations") {
                guard let list = value as? [Any], !list.isEmpty else {
                    throw failure("operations: \(name): must be a list of transitions")
                }
                for entry in list {
                    operations[name, default: []].append(try step(entry, "operations: \(name)", states))
                }
            }
            return .table(states: states, operations: operations)
        }

        private func step(_ entry: Any, _ place: String, _ states: [String]) throws(Failure) -> Step {
            let fields = try map(entry, place)
            for key in fields.keys.sorted() where !["from", "to", "argument", "answer"].contains(key) {
                throw failure("\(place): an unknown field '\(key)'; expected from, to, argument, answer")
            }
            var step = Step()
            step.from = try state(fields["from"], place, states)
            step.to = try state(fields["to"], place, states)
            if fields.keys.contains("argument") { step.argument = try value(fields["argument"], place) }
            if fields.keys.contains("answer") { step.answer = try value(fields["answer"], place) }
            return step
        }

        private func state(_ value: Any?, _ place: String, _ states: [String]) throws(Failure) -> String? {
            guard let value else { return nil }
            guard let name = value as? String, states.contains(name) else {
                throw failure(
                    "\(place): an unknown state '\(value)'; expected one of \(states.joined(separator: ", "))")
            }
            return name
        }

        private func value(_ value: Any?, _ place: String) throws(Failure) -> Value {
            switch value {
            case let flag as Bool: .bool(flag)
            case let number as Int: .number(number)
            case let text as String: .text(text)
            case nil, is NSNull: .nothing
            default: throw failure("\(place): '\(value!)' is no number, text, true, false or null")
            }
        }
    }
}

/// A capture's requests are the operations that the file names; an error is an answer where the file has it as one.
extension ModelFile: CaptureModel {
    /// The file's names for requests, or what the protocol knows of them where it gives none.
    public var naming: CapturedHistory.Naming {
        switch content {
        case .renamed(_, let functions, _): functions.isEmpty ? .effects : .functions(functions)
        case .table(_, let operations): .names(operations.keys.sorted())
        }
    }

    /// Holds what was captured of one object against the model, in whatever state it was.
    public func checkFromAnything(_ history: History, _ checker: Checker) -> CheckResult {
        switch content {
        case .renamed(let model, _, nil): return model.checkFromAnything(history, checker)
        case .renamed: return check(history, checker)
        case .table(let states, let operations):
            let history = Self.takingErrors(operations, history)
            let tries = states.indices.lazy.map { state in
                checker.check(
                    history, specification: Self.specification(states, operations, history, beginning: state))
            }
            return CheckResult.fromAnything(tries) ?? check(history, checker)
        }
    }

    /// Errors that the table has as answers are no refusals.
    private static func takingErrors(_ operations: [String: [Step]], _ history: History) -> History {
        guard history.statuses.contains(.fail) else { return history }
        var copy = history
        let specification = specification([], operations, history)
        for row in 0..<history.count where history.statuses[row] == .fail {
            if specification.answers(history.expectations[row], with: history.results[row]) { copy.statuses[row] = .ok }
        }
        return copy
    }
}
