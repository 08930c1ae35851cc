import ArgumentParser
import Foundation
import Fuzz
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
            this user's crossfire has not written, it says what it will run and asks, or wants --yes. A try runs the scenario \
            up to 100 times on one fresh target. Exit status 1: seen again; 0: not seen.
            """)

    @Argument(help: "A finding's folder, or a .crossfire file.")
    var subject: String

    @OptionGroup var target: TargetOptions

    @Option(help: "How many fresh targets.")
    var times = 20

    @Flag(help: "Run what somebody else's finding names, unasked.")
    var yes = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...100_000).contains(times) else { throw ValidationError("--times must be from 1 to 100000") }
    }

    func run() throws {
        let subject = try ReplaySubject(self.subject, target, isTrusted: yes)
        Sandbox.enter(for: subject.target, refused: target.noSandbox)
        Interruption.watch()
        let spec = try subject.target.resolved()
        var replayer = ScenarioReplayer(target: spec, codec: subject.codec)
        replayer.perturbation = target.perturb.plan(for: spec)
        replayer.seed = subject.seed
        replayer.times = times
        let result = try replayer.run(subject.scenario, expecting: subject.oracle)
        let text = ReplayText(result, target: subject.target)
        print(json ? try text.json() : text.text(style: TerminalStyle(descriptor: 1)))
        if let signal = Interruption.signal { throw ExitCode(128 + signal) }
        throw Status(result.verdict).exitCode
    }
}

/// What is to be replayed: a scenario, where, and what to look for.
struct ReplaySubject {
    let scenario: Scenario
    let codec: any WireCodec
    let target: TargetDescription
    /// The seed of the campaign that found it; 0 without one.
    let seed: UInt64
    /// Nil: any violation.
    let oracle: OracleID?

    /// - Parameter isTrusted: whether to run what the finding names, whoever wrote it.
    init(_ path: String, _ options: TargetOptions, isTrusted: Bool) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Failure(.badInput, "there is no finding or scenario at \(path)")
        }
        let folder = isFolder.boolValue ? path : URL(fileURLWithPath: path).deletingLastPathComponent().path
        scenario = try ScenarioFiles.load(file: isFolder.boolValue ? path + "/scenario.crossfire" : path)
        codec = try WireProtocols.required(scenario.protocolName)
        let hasRecord = FileManager.default.fileExists(atPath: folder + "/finding.json")
        let record = isFolder.boolValue || hasRecord ? try FindingStore.record(at: folder) : nil
        seed = record?.seed ?? 0
        oracle = record.flatMap { OracleID(rawValue: $0.oracle) }
        if options.isGiven {
            target = try options.description()
        } else if let record {
            target = record.target
            if !isTrusted { try ForeignFinding.confirm(folder, target) }
        } else {
            throw Failure(.usage, "\(path) belongs to no finding: give a target")
        }
    }
}
