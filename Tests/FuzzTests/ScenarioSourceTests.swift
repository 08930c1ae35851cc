import Fuzz
import Perturbation
import Protocols
import Testing
import Verification
import Wire

/// Goal: a campaign runs its whole corpus first, goes on with what is drawn, and takes in what it learns of target and judge.
/// Method: a source with and without a corpus and a vocabulary, asked many times.
@Suite("Where scenarios come from")
struct ScenarioSourceTests {
    /// Lines, and nothing else is known of them.
    private struct Lines: WireCodec {
        var name: String { "lines" }
        var hasSharedState: Bool { false }
        func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing { .incomplete }
        func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { [] }
    }

    private static func options(
        _ codec: any WireCodec, corpus: [String] = [], over transport: TargetTransport = .tcp
    ) throws -> CampaignOptions {
        var options = CampaignOptions(
            target: .command(["/nonexistent/server"], over: transport), codec: codec, noise: .off)
        options.corpus = try corpus.map { try Scenario(parsing: "protocol \(codec.name)\nc0 connect\n\($0)") }
        return options
    }

    @Test("every scenario of the corpus once, in order, then one of them in four")
    func corpus() throws {
        let options = try Self.options(RESPCodec(), corpus: ["c0 send A\n", "c0 send B\n", "c0 send C\n"])
        var source = try ScenarioSource(options)
        #expect((0..<3).map { _ in source.next() } == options.corpus)
        let again = (0..<2_000).count { _ in options.corpus.contains(source.next()) }
        #expect((400...600).contains(again))
    }

    @Test("without a vocabulary only the corpus is said, and without both nothing")
    func wordless() throws {
        let options = try Self.options(Lines(), corpus: ["c0 send A\n", "c0 send B\n"])
        var source = try ScenarioSource(options)
        for _ in 0..<50 { #expect(options.corpus.contains(source.next())) }
        #expect(source.comparable() == nil)
        let nothing = try Self.options(Lines())
        #expect(throws: CampaignError.nothingToSay(protocolName: "lines")) { try ScenarioSource(nothing) }
    }

    @Test("what needs a connection is left out over UDP")
    func datagrams() throws {
        var source = try ScenarioSource(Self.options(RESPCodec(), corpus: ["c0 send \"x\"\n"], over: .udp))
        #expect(source.leftOut == 1)
        for _ in 0..<100 { #expect(source.next().fitsDatagrams) }
    }

    @Test("a command that the target does not know is said no more, and is told once")
    func excluded() throws {
        var source = try ScenarioSource(Self.options(RESPCodec()))
        let says = { (scenario: Scenario) in scenario.text.contains("MSET") }
        let before = (0..<100).contains { _ in says(source.next()) }
        #expect(before)
        let isNew = source.exclude("MSET")
        let isNewAgain = source.exclude("MSET")
        #expect(isNew && !isNewAgain)
        for _ in 0..<100 { #expect(!says(source.next())) }
    }

    @Test("it is as hard as the judge can decide")
    func adapts() throws {
        var source = try ScenarioSource(Self.options(RESPCodec()))
        var difficulty = Difficulty()
        var undecided = Judgement()
        undecided.undecided = ["DEL"]
        difficulty.count(undecided)
        source.adapt(to: difficulty)
        #expect(source.options.hardClients == difficulty.hardClients)
        #expect(source.options.hardOperations == difficulty.hardOperations)
        #expect(source.options.hardClients < GeneratorOptions().hardClients)
    }

    @Test("what is compared with each client alone shares nothing and has nobody that leaves")
    func comparable() throws {
        var source = try ScenarioSource(Self.options(EchoLineCodec()))
        for _ in 0..<20 {
            let drawn = source.comparable()
            let scenario = try #require(drawn)
            #expect(SerialComparison.isComparable(scenario, EchoLineCodec()))
        }
    }
}
