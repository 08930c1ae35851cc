import Fuzz
import Perturbation
import Testing
import Wire

/// Goal: a campaign that cannot say anything says that, before it starts anything. Method: a protocol of somebody's own, for
/// which no scenarios are drawn, with and without a corpus, against a target that cannot be started.
@Suite("Campaigns")
struct CampaignTests {
    /// Lines, and nothing else is known of them.
    private struct Lines: WireCodec {
        var name: String { "lines" }
        var hasSharedState: Bool { false }
        func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
            for index in 0..<bytes.count where bytes[index] == 0x0A { return .message(length: index + 1) }
            return .incomplete
        }
        func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { Array(words.joined(separator: [0x20])) + [0x0A] }
    }

    private let target = TargetSpec.command(["/nonexistent/server", "{port}"])

    @Test("without scenarios and without a corpus there is nothing to say")
    func nothingToSay() {
        let options = CampaignOptions(target: target, codec: Lines(), noise: .off)
        #expect(throws: CampaignError.nothingToSay(protocolName: "lines")) { try Campaign(options) { _ in } }
    }

    @Test("a corpus that cannot be said over UDP is none")
    func nothingToSayInDatagrams() throws {
        var options = CampaignOptions(
            target: .command(["/nonexistent/server"], over: .udp), codec: Lines(), noise: .off)
        options.corpus = [try Scenario(parsing: "protocol lines\nc0 connect\nc0 send \"half\"\n")]
        #expect(throws: CampaignError.nothingToSay(protocolName: "lines")) { try Campaign(options) { _ in } }
    }

    @Test("with a corpus the target is what is missing")
    func corpus() throws {
        var options = CampaignOptions(target: target, codec: Lines(), noise: .off)
        options.corpus = [try Scenario(parsing: "protocol lines\nc0 connect\nc0 send a\nc0 expect\n")]
        do {
            _ = try Campaign(options) { _ in }
            Issue.record("a campaign without a target began")
        } catch let error as CampaignError {
            Issue.record(error)
        } catch {
            // No target, or no right to capture: not what is asked here.
        }
    }
}
