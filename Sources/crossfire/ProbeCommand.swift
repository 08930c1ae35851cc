import ArgumentParser
import Foundation
import Fuzz
import Perturbation
import Protocols
import Report
import System
import Verification
import Wire

/// `crossfire probe`: what a target takes, without a campaign.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Get to know a server: which requests it answers, how many clients it serves, what it takes.",
        discussion: """
            What each campaign does first, for a second or two: one client alone, then a few at a time. Nothing is \
            judged, and no limit is a fault. The exit status is 0 where the server answered anything, else 2.

            Example:
              crossfire probe --protocol resp -- redis-server --port {port} --save ""
            """)

    @OptionGroup var target: TargetOptions

    @OptionGroup(title: "What is known of the target") var known: KnowledgeOptions

    @Option(
        name: .customLong("protocol"),
        help: "The wire protocol: \(WireProtocols.names), or a file that describes one (see 'crossfire protocol').")
    var protocolName: String

    @Option(help: "How many clients are tried at once.")
    var clients = 4

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...Scenario.maximumClients).contains(clients) else {
            throw ValidationError("--clients must be from 1 to \(Scenario.maximumClients)")
        }
        _ = try target.description()
    }

    func run() throws {
        let codec = try WireProtocols.required(protocolName)
        let prepared = try PreparedTarget(target, codec)
        let spec = try prepared.description.resolved()
        let network = Sandbox.enter(for: prepared.description, refused: target.noSandbox)
        Interruption.watch()
        var options = CampaignOptions(target: spec, codec: codec, noise: .off)
        options.generator.clients = clients
        options.confirmations = 0
        options.network = network
        try self.known.apply(to: &options)
        options.duration = nil
        options.life = prepared.life
        options.credentials = prepared.credentials
        let known = try Campaign(options) { event in
            if case .warning(let warning) = event { Console.note(warning) }
        }.acquaint()
        if json {
            print(try AcquaintanceRecord(known).json())
        } else {
            print(AcquaintanceText(known, clients: clients).lines.joined(separator: "\n"))
        }
        let verdict = known.known.isEmpty ? Verdict.nothingTested : .held
        throw CommandStatus.end(verdict, lost: nil, signal: Interruption.signal)
    }
}
