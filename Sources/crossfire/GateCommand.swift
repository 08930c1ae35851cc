import ArgumentParser
import Capture
import Foundation
import Fuzz
import Perturbation
import Report
import Verification
import Wire

/// `crossfire gate`: for CI. Saved findings and the corpus again, then a budget of fresh executions.
struct GateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Gate CI: replay saved findings and the corpus, then spend a budget on fresh executions.",
        discussion: """
            A saved finding that shows again, and a fresh finding, fail the gate unless the baseline names them. A \
            baseline is a text file with one finding id a line; # starts a comment.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var common: RunOptions

    @Option(help: "The budget of fresh executions: a time, as 30s.")
    var duration = Duration(argument: "30s")!

    @Option(help: "The campaign's folder: its findings are replayed, new ones are saved there.")
    var out = "crossfire-out"

    @Option(help: "A file with the ids of accepted findings.")
    var baseline: String?

    @Option(help: "Write a JUnit XML report.")
    var junit: String?

    @Option(help: "How many fresh targets replay each saved finding.")
    var times = 5

    func validate() throws {
        _ = try target.description()
        guard (1...1000).contains(times) else { throw ValidationError("--times must be from 1 to 1000") }
    }

    func run() throws {
        let description = try target.description()
        let codec = try WireProtocols.required(common.protocolName)
        let accepted = try baseline.map(Self.read) ?? Baseline()
        let saved = try FindingStore(campaign: out).load().filter { $0.record.protocolName == codec.name }
        let scenarios = try common.corpus.map { try ScenarioFiles.load(folder: $0) } ?? []
        let subjects = try saved.map { (path: $0.path, record: $0.record, scenario: try Self.scenario($0)) }
        let spec = try description.resolved()
        let seed = common.seed ?? UInt64.random(in: 0...0xFFFF_FFFF)
        Sandbox.enter(for: description, refused: target.noSandbox)
        Interruption.watch()

        var gate = Gate(accepted: accepted.ids)
        var lost: CaptureError?
        var replayer = Replayer(target: spec, codec: codec)
        let perturbation = target.perturb.plan(for: spec)
        replayer.perturbation = perturbation
        replayer.seed = seed
        replayer.times = times
        for subject in subjects where Interruption.signal == nil {
            try gate.replay(subject.record.id, subject.scenario, OracleID(rawValue: subject.record.oracle), replayer)
        }
        replayer.times = 1
        for (name, scenario) in scenarios where scenario.protocolName == codec.name && Interruption.signal == nil {
            try gate.replay(corpus: name, scenario, replayer)
        }
        if Interruption.signal == nil {
            var options = CampaignOptions(target: spec, codec: codec)
            options.generator.clients = common.clients
            options.generator.operations = common.operations
            options.corpus = scenarios.map(\.scenario).filter { $0.protocolName == codec.name }
            options.seed = seed
            options.secondLimit = duration.seconds
            options.perturbation = perturbation
            let context = RunContext(
                target: description, protocolName: codec.name, seed: seed, clients: common.clients,
                perturbation: perturbation.kind.rawValue)
            let outcome = try CampaignRun(options, context, out: out).run()
            gate.fresh(outcome)
            lost = outcome.lost
        }
        print(gate.text)
        if let junit { try JUnit(suite: description.text, cases: gate.cases).write(to: junit) }
        if let lost { throw Failure(.outputLost, "\(lost)") }
        if let signal = Interruption.signal { throw ExitCode(128 + signal) }
        throw gate.status.exitCode
    }

    private static func scenario(_ saved: (path: String, record: FindingRecord)) throws -> Scenario {
        let name = saved.record.minimized ? "minimized.crossfire" : "scenario.crossfire"
        return try ScenarioFiles.load(file: "\(saved.path)/\(name)")
    }

    private static func read(_ file: String) throws -> Baseline {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw Failure(.badInput, "cannot read the baseline \(file)")
        }
        return try Baseline(parsing: text, file: file)
    }
}

/// What the gate has checked so far, and what follows from it.
struct Gate {
    let accepted: Set<String>
    private(set) var cases: [JUnit.Case] = []
    private var verdicts: [Verdict] = []

    init(accepted: Set<String>) {
        self.accepted = accepted
    }

    /// A saved finding: seen again is a failure, unless the baseline accepts it.
    mutating func replay(_ id: String, _ scenario: Scenario, _ oracle: OracleID?, _ replayer: Replayer) throws {
        Console.note("replaying \(id)")
        let start = Date()
        let result = try replayer.run(scenario, expecting: oracle)
        let seen = result.reproduction.hits > 0
        let count = "\(result.reproduction.hits) of \(result.reproduction.tries) tries"
        let outcome: JUnit.Outcome =
            if seen, accepted.contains(id) {
                .skipped(message: "accepted by the baseline; seen in \(count)")
            } else if seen {
                .failed(
                    type: oracle?.rawValue ?? "violation", message: "seen again in \(count)",
                    details: Self.details(result))
            } else {
                Self.outcome(result)
            }
        record("finding", id, start, outcome)
    }

    /// A scenario of the corpus.
    mutating func replay(corpus name: String, _ scenario: Scenario, _ replayer: Replayer) throws {
        Console.note("running \(name)")
        let start = Date()
        let result = try replayer.run(scenario, expecting: nil)
        record("corpus", name, start, Self.outcome(result))
    }

    /// The campaign of fresh executions.
    mutating func fresh(_ outcome: CampaignRun.Outcome) {
        let status = outcome.result.status
        let start = Date(timeIntervalSinceNow: -status.elapsedSeconds)
        for finding in outcome.result.findings {
            let outcome: JUnit.Outcome =
                accepted.contains(finding.id)
                ? .skipped(message: "accepted by the baseline")
                : .failed(
                    type: finding.violation.oracle.rawValue, message: finding.violation.summary,
                    details: outcome.paths[finding.id] ?? "")
            record("fresh", finding.id, Date(), outcome)
        }
        let name = "\(status.executions) fresh executions"
        switch outcome.result.verdict {
        case .held, .violated: record("fresh", name, start, .passed)
        case .inconclusive:
            record("fresh", name, start, .error(message: outcome.result.inconclusiveReasons.first ?? "inconclusive"))
        case .nothingTested:
            record("fresh", name, start, .error(message: "no operations overlapped: nothing was tested"))
        }
    }

    /// Violated before inconclusive before held; a gate that checked nothing is inconclusive.
    var status: Status {
        if cases.contains(where: { if case .failed = $0.outcome { true } else { false } }) { return .violated }
        if cases.contains(where: { if case .error = $0.outcome { true } else { false } }) { return .inconclusive }
        return cases.isEmpty ? .inconclusive : .held
    }

    /// A line for each case.
    var text: String {
        cases.map { item in
            let words =
                switch item.outcome {
                case .passed: "held      "
                case .failed(let type, let message, _): "VIOLATED  \(type): \(message):"
                case .error(let message): "unknown   \(message):"
                case .skipped(let message): "accepted  \(message):"
                }
            return "\(words) \(item.group) \(item.name)"
        }.joined(separator: "\n")
    }

    private mutating func record(_ group: String, _ name: String, _ start: Date, _ outcome: JUnit.Outcome) {
        cases.append(.init(group: group, name: name, seconds: Date().timeIntervalSince(start), outcome: outcome))
    }

    private static func outcome(_ result: Replayer.Result) -> JUnit.Outcome {
        switch result.verdict {
        case .held: .passed
        case .violated:
            .failed(
                type: result.violations.first?.oracle.rawValue ?? "violation",
                message: result.violations.first?.summary ?? "", details: details(result))
        case .inconclusive: .error(message: result.inconclusive.first ?? "inconclusive")
        case .nothingTested: .error(message: "no reply was seen: nothing was tested")
        }
    }

    private static func details(_ result: Replayer.Result) -> String {
        result.violations.map { "\($0.oracle.rawValue): \($0.summary)" }.joined(separator: "\n")
    }
}
