import Foundation
import Fuzz
import Perturbation
import Report
import Testing
import Verification
import Wire

/// The server is tested from the outside: many clients at once, and a verdict from what crossed the wire. Neither root nor
/// Docker is needed: each campaign has a network of its own, and they run side by side.
@Suite("Tickets")
struct TicketServerTests {
    @Test("the server keeps its promises")
    func correct() async throws {
        let result = try await Campaign.run(.tickets(.seconds(3)))
        #expect(result.verdict == .held, "\(result.findings.map(\.violation.summary)) \(result.inconclusiveReasons)")
        #expect(result.status.exercised.overlaps > 0)
    }

    @Test("a number that is drawn twice is found, saved, replayed, and seen again in its capture")
    func racy() async throws {
        var options = CampaignOptions.tickets(.seconds(60), "racy")
        options.stopOnFirst = true
        let result = try await Campaign.run(options)
        let finding = try #require(result.findings.first)
        #expect(result.verdict == .violated && finding.violation.oracle == .linearizability)

        let folder = FileManager.default.temporaryDirectory.appending(path: "tickets-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = FindingStore(campaign: folder)
        let path = try store.save(finding, RunContext(options))
        #expect(try store.load().map(\.record.id) == [finding.id])

        let saved = try SavedScenario(path, ScenarioFiles(protocols: [TicketProtocol()]))
        var replayer = ScenarioReplayer(target: options.target, codec: saved.codec)
        replayer.perturbation = options.perturbation
        let replay = try await replayer.run(saved.scenario, expecting: saved.oracle)
        #expect(replay.reproduction.hits > 0)

        let judgement = try Judge().judge(captureAt: path + "/capture.pcapng", codec: TicketProtocol())
        #expect(judgement.violations.contains { $0.oracle == .linearizability })
    }

    @Test("two campaigns run side by side, and know nothing of each other")
    func parallel() async throws {
        async let correct = Campaign.run(.tickets(.seconds(2)))
        async let racy = Campaign.run(.tickets(.seconds(2), "racy"))
        let verdicts = try await (correct.verdict, racy.verdict)
        #expect(verdicts.0 == .held)
        #expect(verdicts.1 != .inconclusive)
    }

    @Test("a history of one's own is held against a model")
    func history() throws {
        var history = History()
        history.append(.increment, client: 0, result: 1, invoked: 0, completed: 10)
        history.append(.increment, client: 1, result: 1, invoked: 5, completed: 15)
        let result = Checker().check(history, model: .counter)
        #expect(result.verdict == .violated)
        #expect(result.violations.first?.operations == [0, 1])
    }
}

extension CampaignOptions {
    /// A campaign against the server of this package, which stands beside the tests.
    static func tickets(_ duration: Duration, _ words: String...) -> CampaignOptions {
        let server = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "ticket-server").path
        var options = CampaignOptions(target: .command([server, "{port}"] + words), codec: TicketProtocol())
        options.duration = duration
        options.perturbation = Perturbation.plan(mode: .auto, executable: server)
        return options
    }
}
