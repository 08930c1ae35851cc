import Foundation
import Fuzz
import Report
import Testing
import Verification

/// The server is tested from the outside: many clients at once, and a verdict from what crossed the wire. No rights are needed:
/// each campaign has a network of its own, and they run side by side.
@Suite("Tickets")
struct TicketServerTests {
    @Test("the server keeps its promises")
    func correct() async throws {
        var options = CampaignOptions(target: .command([ticketServer, "{port}"]), codec: TicketProtocol())
        options.duration = .seconds(3)
        let result = try await Campaign.run(options)
        #expect(result.verdict == .held, "\(result.findings.map(\.violation.summary)) \(result.inconclusiveReasons)")
    }

    @Test("a number that is drawn twice is found, saved, replayed, and seen again in its capture")
    func racy() async throws {
        var options = CampaignOptions(target: .command([ticketServer, "{port}", "racy"]), codec: TicketProtocol())
        options.stopOnFirst = true
        let result = try await Campaign.run(options)
        let finding = try #require(result.findings.first)
        #expect(finding.violation.oracle == .linearizability)

        let folder = FileManager.default.temporaryDirectory.appending(path: "tickets-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try FindingStore(campaign: folder).save(finding, RunContext(options))

        let saved = try SavedScenario(path, ScenarioFiles(protocols: [TicketProtocol()]))
        let replay = try await ScenarioReplayer(options).run(saved.scenario, expecting: saved.oracle)
        #expect(replay.reproduction.hits > 0)

        let judgement = try Judge().judge(captureAt: path + "/capture.pcapng", codec: TicketProtocol())
        #expect(judgement.violations.contains { $0.oracle == .linearizability })
    }

    @Test("two campaigns run side by side, and know nothing of each other")
    func parallel() async throws {
        var options = CampaignOptions(target: .command([ticketServer, "{port}"]), codec: TicketProtocol())
        options.duration = .seconds(2)
        var racy = options
        racy.target = .command([ticketServer, "{port}", "racy"])
        async let first = Campaign.run(options)
        async let second = Campaign.run(racy)
        #expect(try await first.verdict == .held)
        #expect([.violated, .held].contains(try await second.verdict))
    }

    @Test("a campaign without an end ends with its task")
    func cancelled() async throws {
        var options = CampaignOptions(target: .command([ticketServer, "{port}"]), codec: TicketProtocol())
        options.duration = nil
        let endless = options
        let task = Task { try await Campaign.run(endless) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("a history of one's own is held against a model")
    func history() {
        var history = History()
        history.append(.increment, client: 0, result: 1, invoked: 0, completed: 10)
        history.append(.increment, client: 1, result: 1, invoked: 5, completed: 15)
        let result = Checker().check(history, model: .counter)
        #expect(result.verdict == .violated)
        #expect(result.violations.first?.operations == [0, 1])
    }

    /// The server of this package, which the build puts beside the tests.
    private var ticketServer: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "ticket-server").path
    }
}
