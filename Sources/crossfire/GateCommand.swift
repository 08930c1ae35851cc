import ArgumentParser
import Capture
import Foundation
import Fuzz
import Perturbation
import Report
import Verification
import Wire
import Protocols
import System

/// `crossfire gate`: for CI. Saved findings and the corpus again, then a budget of fresh executions.
struct GateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract:
            "Gate CI: replay saved findings and the corpus, then spend what is left of a budget on fresh executions.",
        discussion: """
            A saved finding that shows again, and a fresh finding, fail the gate unless the baseline names them. A \
            baseline is a text file with one finding id a line; # starts a comment. What the budget does not suffice for \
            is named, and the gate is then inconclusive at best.
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var common: RunOptions
    @OptionGroup(title: "What is known of the target") var known: KnowledgeOptions

    @Option(help: "The time for everything, as 30s: what saved findings and the corpus leave goes to fresh executions.")
    var duration = Duration.seconds(30)

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
        let codec = try WireProtocols.required(common.protocolName)
        let prepared = try PreparedTarget(target, codec)
        let description = prepared.description
        let accepted = try baseline.map { try Baseline(file: $0) } ?? Baseline()
        let saved = try FindingStore(campaign: out).load().filter { $0.record.protocolName == codec.name }
        let scenarios = try common.corpus.map { try ScenarioFiles.known.preferring(codec).load(folder: $0) } ?? []
        let findings = try saved.map { try Gate.SavedFinding($0.record, in: $0.path, .known) }
        let spec = try description.resolved()
        let seed = common.seed ?? UInt64.random(in: 0...0xFFFF_FFFF)
        let network = Sandbox.enter(for: description, refused: target.noSandbox)
        Interruption.watch()

        var gate = Gate(accepted: accepted.ids, wanted: common.wanted)
        var replayer = ScenarioReplayer(target: spec, codec: codec, noise: .off)
        let perturbation = target.perturb.plan(for: spec)
        replayer.life = prepared.life
        replayer.credentials = prepared.credentials
        replayer.network = network
        replayer.perturbation = perturbation
        replayer.seed = seed
        replayer.times = times
        replayer.isStrict = common.wanted.contains(.policy)
        replayer.timeLeft = duration
        try gate.replay(findings: findings, replayer, tell: Console.note)
        try gate.replay(
            corpus: scenarios.filter { $0.scenario.protocolName == codec.name }, replayer, tell: Console.note)
        let lost = try fresh(
            description, codec, scenarios.map(\.scenario), perturbation, seed, replayer, &gate)
        print(GateText(gate).text())
        if let junit { try JUnit(suite: description.text, gate).write(to: junit) }
        throw CommandStatus.end(gate.verdict, lost: lost)
    }

    /// Where everything else was run, fresh executions get this much, even if that is a little more than the budget.
    private static let leastFresh: Duration = .milliseconds(500)

    /// Fresh executions for as long as is left.
    ///
    /// - Returns: what could not be written.
    private func fresh(
        _ target: TargetDescription, _ codec: any WireCodec, _ corpus: [Scenario], _ perturbation: PerturbationPlan,
        _ seed: UInt64, _ replayer: ScenarioReplayer, _ gate: inout Gate
    ) throws -> CaptureError? {
        guard Interruption.signal == nil, !replayer.isOver || gate.isComplete else {
            gate.leaveOut(.fresh, "fresh executions")
            return nil
        }
        var options = CampaignOptions(target: replayer.target, codec: codec, noise: .off)
        options.generator.clients = common.clients
        options.generator.operations = common.operations
        options.corpus = corpus.filter { $0.protocolName == codec.name }
        options.seed = seed
        options.duration = max(Self.leastFresh, replayer.timeLeft ?? .zero)
        options.life = replayer.life
        options.credentials = replayer.credentials
        options.network = replayer.network
        options.perturbation = perturbation
        options.wanted = common.wanted
        try known.apply(to: &options)
        let context = RunContext(
            target: target, life: options.life, login: options.credentials?.login ?? Login(), protocolName: codec.name,
            protocolFile: codec.file, seed: seed, clients: common.clients, perturbation: perturbation.kind.rawValue)
        do {
            let outcome = try CampaignRun(options: options, context: context, out: out).run()
            gate.note(fresh: outcome.result, paths: outcome.paths)
            return outcome.lost
        } catch let error as TargetError where error.isLate && replayer.isOver {
            gate.leaveOut(.fresh, "fresh executions")
            return nil
        }
    }
}
