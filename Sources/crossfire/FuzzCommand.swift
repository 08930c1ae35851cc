import ArgumentParser
import Foundation
import Fuzz
import Perturbation
import Report
import Verification
import Wire
import Protocols
import System

/// `crossfire fuzz`: a campaign against one target.
struct FuzzCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Fire many clients at a server at once, record the wire, and judge what was said.",
        discussion: """
            Ends after --executions or --duration (60 s without either), at Ctrl-C, or with --stop-on-first at the \
            first finding. Each finding is confirmed on fresh targets, where its requests also run without their \
            concurrency, and saved in DIR/findings.

            Examples:
              crossfire fuzz --server threaded/kv+lost-update --protocol resp --stop-on-first
              crossfire fuzz --protocol resp --duration 60s -- redis-server --port {port} --save ""
            """)

    @OptionGroup var target: TargetOptions
    @OptionGroup var common: RunOptions
    @OptionGroup(title: "What is known of the target") var known: KnowledgeOptions

    @Option(help: "End after so many executions.")
    var executions: Int?

    @Option(help: "End after a time: 500ms, 60s, 5m, 2h.")
    var duration: Duration?

    @Option(help: "The campaign's folder: findings, summary.")
    var out = "crossfire-out"

    @Flag(help: "End at the first finding of a level that fails, once it is confirmed.")
    var stopOnFirst = false

    @Option(
        help: "End at the first such finding of this oracle, once it is confirmed. Repeatable.",
        transform: KnowledgeOptions.oracle)
    var stopOn: [OracleID] = []

    @Option(help: "How many fresh targets confirm a finding, and how many its control runs have; 0: none.")
    var confirm = 20

    @Flag(
        help: "No drawn scenarios and no noise: clients keep their connections busy, as an ordinary load test would.")
    var hammer = false

    @Flag(
        help:
            "Let some scenarios make the target forget all that it holds, as FLUSHALL does. For targets that are started, not for --connect."
    )
    var destructive = false

    @Flag(help: "Print one JSON object on standard output; progress goes to standard error.")
    var json = false

    func validate() throws {
        if let executions, executions < 1 { throw ValidationError("--executions must be at least 1") }
        guard (0...1000).contains(confirm) else { throw ValidationError("--confirm must be from 0 to 1000") }
        if hammer, common.corpus != nil || ![.auto, .off].contains(target.perturb) {
            throw ValidationError("--hammer goes without --corpus and without --perturb")
        }
        if destructive, target.connect != nil {
            throw ValidationError(
                "--destructive is for a target that is started: who knows whose a running server's data are")
        }
        if destructive, hammer { throw ValidationError("--hammer draws nothing that is destructive") }
        _ = try target.description()
    }

    func run() throws {
        let codec = try WireProtocols.required(common.protocolName)
        let prepared = try PreparedTarget(target, codec)
        let description = prepared.description
        let corpus = try common.scenarios(for: codec)
        let spec = try description.resolved()
        let seed = common.seed ?? UInt64.random(in: 0...0xFFFF_FFFF)
        let network = Sandbox.enter(for: description, refused: target.noSandbox)
        Interruption.watch()
        var options = CampaignOptions(target: spec, codec: codec, noise: .off)
        options.life = prepared.life
        options.credentials = prepared.credentials
        options.generator.clients = common.clients
        options.generator.operations = common.operations
        options.generator.isDestructive = destructive
        try known.apply(to: &options)
        options.corpus = corpus
        options.seed = seed
        options.executionLimit = executions
        options.duration = duration ?? (executions == nil ? .seconds(60) : nil)
        options.stopOnFirst = stopOnFirst
        options.stopOnOracles = stopOn
        options.confirmations = confirm
        options.wanted = common.wanted
        options.hammers = hammer
        options.network = network
        options.perturbation = hammer ? .off : target.perturb.plan(for: spec)
        let context = RunContext(
            target: description, life: options.life, login: prepared.credentials.login, protocolName: codec.name,
            protocolFile: codec.file, seed: seed, clients: common.clients,
            perturbation: options.perturbation.kind.rawValue)
        let outcome = try CampaignRun(options: options, context: context, out: out).run()
        if json {
            print(try outcome.summary.json())
        } else {
            print(CampaignText(context, style: TerminalStyle(descriptor: 1)).summary(outcome.result))
        }
        throw CommandStatus.end(outcome.result.verdict, lost: outcome.lost, signal: outcome.result.interruptedBy)
    }
}

/// What `fuzz` and `gate` have in common.
struct RunOptions: ParsableArguments {
    @Option(
        name: .customLong("protocol"),
        help: "The wire protocol: \(WireProtocols.names), or a file that describes one (see 'crossfire protocol').")
    var protocolName: String

    @Option(help: "How many clients generated scenarios have.")
    var clients = 4

    @Option(help: "Requests of each client in a generated scenario; without it 2 to 8, drawn for each.")
    var operations: Int?

    @Option(help: "The seed of everything drawn; without it one is drawn, and printed.")
    var seed: UInt64?

    @Option(help: "A folder of .crossfire files to run besides generated scenarios.")
    var corpus: String?

    @Option(
        help: ArgumentHelp(
            "The levels of findings that fail: race,fault,policy. A race needs clients at the same time, a fault does not, a "
                + "policy is what the protocol lets a server do. What was not shown again often enough counts as a race.",
            valueName: "levels"), transform: Self.levels)
    var failOn: Set<FindingLevel> = [.race, .fault]

    @Flag(help: "What the protocol lets a server do is a finding, and fails.")
    var strict = false

    private static func levels(_ text: String) throws -> Set<FindingLevel> {
        Set(
            try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
                guard let level = FindingLevel(rawValue: String(name)), level.asked == level else {
                    throw ValidationError("unknown level '\(name)'; expected some of race,fault,policy")
                }
                return level
            })
    }

    /// The levels that fail.
    var wanted: Set<FindingLevel> { strict ? failOn.union([.policy]) : failOn }

    func validate() throws {
        guard (1...Scenario.maximumClients).contains(clients) else {
            throw ValidationError("--clients must be from 1 to \(Scenario.maximumClients)")
        }
        if let operations, !(1...1000).contains(operations) {
            throw ValidationError("--operations must be from 1 to 1000")
        }
    }

    /// The corpus' scenarios of this protocol, by file name.
    func scenarios(for codec: any WireCodec) throws -> [Scenario] {
        guard let corpus else { return [] }
        return try ScenarioFiles.known.preferring(codec).load(folder: corpus).map(\.scenario).filter {
            $0.protocolName == codec.name
        }
    }
}
