import ArgumentParser
import Foundation
import Fuzz
import Perturbation
import Report
import Verification
import Wire
import Protocols
import System

/// `crossfire replay`: a finding or a scenario again, on fresh targets.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Run a finding or a scenario again on fresh targets, and count how often it shows.",
        discussion: """
            Without TARGET the one of the finding is used. Whose folder it is decides which command runs: for one that \
            this user's crossfire has not written, it says what it will run, also around the target, and asks, or wants --yes. A try runs the scenario \
            up to 100 times on one fresh target. Exit status 1: seen again; 0: not seen.
            """)

    @Argument(help: "A finding's folder, or a .crossfire file.")
    var subject: String

    @OptionGroup var target: TargetOptions

    @Option(help: "How many fresh targets.")
    var times = 20

    @Flag(help: "Run what somebody else's finding names, unasked.")
    var yes = false

    @Flag(help: "What the protocol lets a server do counts, too.")
    var strict = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(times) else { throw ValidationError("--times must be from 1 to 100000") }
    }

    func run() throws {
        let subject = try ReplaySubject(self.subject, target, isTrusted: yes)
        let network = Sandbox.enter(for: subject.prepared.description, refused: target.noSandbox)
        Interruption.watch()
        let spec = try subject.prepared.description.resolved()
        var replayer = ScenarioReplayer(target: spec, codec: subject.codec, noise: .off)
        replayer.life = subject.prepared.life
        replayer.credentials = subject.prepared.credentials
        replayer.network = network
        replayer.perturbation = target.perturb.plan(for: spec)
        replayer.seed = subject.seed
        replayer.times = times
        replayer.isStrict = strict
        let result = try replayer.run(subject.scenario, expecting: subject.oracle)
        let text = ReplayText(result, target: subject.prepared.description)
        print(json ? try text.json() : text.text(style: TerminalStyle(descriptor: 1)))
        throw CommandStatus.end(result.verdict)
    }
}

/// What is to be replayed: a scenario, where, and what to look for.
struct ReplaySubject {
    let scenario: Scenario
    let codec: any WireCodec
    let prepared: PreparedTarget
    /// The seed of the campaign that found it; 0 without one.
    let seed: UInt64
    /// Nil: any violation.
    let oracle: OracleID?

    /// - Parameter isTrusted: whether to run what the finding names, whoever wrote it.
    init(_ path: String, _ options: TargetOptions, isTrusted: Bool) throws {
        let saved = try SavedScenario(path, .known)
        scenario = saved.scenario
        codec = saved.codec
        seed = saved.record?.seed ?? 0
        oracle = saved.oracle
        if options.isGiven {
            prepared = try PreparedTarget(options, codec)
        } else if let record = saved.record {
            if !isTrusted, !FindingMarks.own.contains(saved.folder) { try Self.ask(saved.folder, record) }
            prepared = try PreparedTarget(
                record.target, options.life.life(record.life ?? TargetLife()),
                options.login.login(record.login ?? Login()), codec)
        } else {
            throw Failure(.usage, "\(path) belongs to no finding: give a target")
        }
    }

    /// A finding's folder says which command to run: one that this user has not written is run only when he has seen it.
    private static func ask(_ folder: String, _ record: FindingRecord) throws {
        let around = (record.life?.actions ?? []) + (record.login?.actions ?? [])
        let actions = ([record.target.action] + around).joined(separator: "; ")
        let what = "\(folder) was not written by your crossfire; it \(actions)"
        guard isatty(0) == 1, isatty(2) == 1 else {
            throw Failure(.usage, "\(what); give --yes to allow that, or a target of your own")
        }
        Console.note("\(what)\nGo on? [y/N]")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw Failure(.usage, "nothing was run")
        }
    }
}
