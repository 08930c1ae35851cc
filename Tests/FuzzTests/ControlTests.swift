import Fuzz
import Protocols
import System
import Testing
import Verification
import Wire

/// Goal: a finding is called a race only where the same requests without their concurrency do not show it. Method: published
/// values of the statistics, drawn scenarios against what their control runs must keep, and a table of counts.
@Suite("Control runs")
struct ControlTests {
    @Test("Fisher's exact test has the values of its definition")
    func fisher() {
        let table: [((Int, Int), (Int, Int), Double)] = [
            ((20, 20), (0, 20), 7.254444551924844e-12), ((5, 5), (0, 5), 0.003968253968253968),
            ((4, 4), (0, 4), 0.014285714285714285), ((3, 20), (0, 20), 0.11538461538461539),
            ((6, 20), (0, 20), 0.010098010098010098), ((7, 20), (0, 20), 0.004158004158004158),
            ((10, 20), (5, 20), 0.09539628616380563), ((0, 20), (0, 20), 1), ((1, 4), (3, 4), 0.9857142857142858),
            ((20, 20), (20, 20), 1), ((0, 0), (0, 0), 1), ((3, 3), (0, 0), 1),
        ]
        for (first, second, p) in table {
            let test = FisherExact(first, against: second)
            #expect(abs(test.p - p) < 1e-9 * max(p, 1e-3), "\(first), \(second): \(test.p)")
            #expect(test.isSignificant == (p < 0.01))
        }
        // Factorials of thousands do not overflow.
        #expect(FisherExact((1000, 1000), against: (900, 1000)).p < 1e-30)
    }

    @Test("the difference of two shares has Newcombe's published intervals")
    func newcombe() {
        let table: [((Int, Int), (Int, Int), Double, Double)] = [
            ((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 20), 0.6791, 1),
            ((10, 10), (0, 10), 0.6075, 1),
        ]
        for (first, second, low, high) in table {
            let difference = ShareDifference(first, second)
            #expect(abs(difference.low - low) < 1e-4 && abs(difference.high - high) < 1e-4, "\(difference)")
        }
    }

    private static func control(_ together: (Int, Int), _ apart: (Int, Int), _ alone: (Int, Int)) -> FindingControl {
        FindingControl(
            together: .init(hits: together.0, tries: together.1),
            oneAfterTheOther: .init(hits: apart.0, tries: apart.1), alone: .init(hits: alone.0, tries: alone.1),
            executionsPerTry: 3)
    }

    @Test(
        "what needs the overlap is a race, what does not a fault, what the protocol permits a policy, the rest unproved"
    )
    func levels() {
        let table: [(FindingControl, FindingLevel, FindingLevel)] = [
            (Self.control((20, 20), (0, 20), (0, 20)), .race, .race),
            (Self.control((7, 20), (0, 20), (0, 20)), .race, .race),
            (Self.control((6, 20), (0, 20), (0, 20)), .unproved, .policy),
            (Self.control((20, 20), (20, 20), (20, 20)), .fault, .policy),
            (Self.control((20, 20), (1, 20), (0, 20)), .fault, .policy),
            (Self.control((20, 20), (0, 20), (1, 20)), .fault, .policy),
            // Time for one arm is time for none.
            (Self.control((20, 20), (0, 20), (0, 0)), .unproved, .policy),
            (Self.control((20, 20), (0, 0), (0, 0)), .unproved, .policy),
            (Self.control((3, 3), (0, 3), (0, 3)), .unproved, .policy),
        ]
        for (control, level, permitted) in table {
            #expect(control.level(mayBePolicy: false) == level, "\(control)")
            #expect(control.level(mayBePolicy: true) == permitted, "\(control)")
        }
        #expect(Self.control((20, 20), (0, 0), (0, 0)).difference == nil)
        #expect(FindingLevel.unproved.asked == .race && FindingLevel.fault.asked == .fault)
    }

    /// The requests that a client sends, in order, on each of its connections.
    private static func sent(_ scenario: Scenario, _ client: Int) -> [[[Template]]] {
        var connections: [[[Template]]] = []
        for step in scenario.blocks.flatMap(\.steps) where step.client == client {
            switch step.action {
            case .connect: connections.append([])
            case .send(.requests(let requests)): connections[connections.count - 1] += requests
            default: break
            }
        }
        return connections
    }

    @Test(
        "control runs say the same, nobody beside anybody, and await all that is owed",
        arguments: WireProtocols.all.map(\.name))
    func scenarios(_ name: String) throws {
        let codec = try #require(WireProtocols.named(name))
        guard let vocabulary = codec.spoken.vocabulary else { return }
        let generator = ScenarioGenerator(protocolName: name, vocabulary: vocabulary)
        for seed in 0..<200 as Range<UInt64> {
            var random = SeededGenerator(seed: seed)
            var options = GeneratorOptions()
            options.clients = 1 + Int(seed % 6)
            let scenario = generator.scenario(&random, options)
            let clients = Set(scenario.blocks.flatMap(\.steps).map(\.client))
            let apart = scenario.oneAfterTheOther(codec)
            for client in clients { #expect(Self.sent(apart, client) == Self.sent(scenario, client)) }
            // Each client's steps stand together, and nothing is released together.
            let order = apart.blocks.flatMap(\.steps).map(\.client)
            let turns = zip(order, order.dropFirst()).count { $0 != $1 } + 1
            #expect(turns == clients.count)
            #expect(apart.blocks.allSatisfy { if case .step = $0 { true } else { false } })
            let alone = scenario.eachAlone(codec)
            #expect(alone.count == clients.count)
            for part in alone { #expect(Set(part.blocks.flatMap(\.steps).map(\.client)).count == 1) }
            for part in alone { #expect(Self.unawaited(part, codec) <= 0, "\(part.text)") }
        }
    }

    /// Replies that nobody has waited for on a connection that stays.
    private static func unawaited(_ scenario: Scenario, _ codec: any WireCodec) -> Int {
        var owed = 0
        for step in scenario.blocks.flatMap(\.steps) {
            switch step.action {
            case .connect, .close, .reset: owed = 0
            case .send(.requests(let requests)):
                var binding = Binding(campaign: "c", execution: 1)
                owed += requests.count { request in
                    let words = request.map { $0.bytes(&binding, client: step.client) }
                    return codec.isAnswered(codec.encodeRequest(words).span)
                }
            case .expect(let count): owed -= count
            default: break
            }
        }
        return owed
    }
}
