import Fuzz
import Testing
import Wire
import Protocols
import System

/// Goal: candidates of the minimizer are smaller, can be read, and never wait for a reply that nothing asks for. Method: all
/// candidates of generated and of random scenarios, and hand-made ones whose candidates are listed.
@Suite("Smaller scenarios")
struct MinimizerTests {
    /// Steps, requests and awaited replies together: what a candidate has less of.
    static func size(_ scenario: Scenario) -> Int {
        scenario.blocks.flatMap(\.steps).reduce(0) { sum, step in
            switch step.action {
            case .send(.requests(let requests)): sum + 1 + requests.count
            case .expect(let count): sum + 1 + count
            default: sum + 1
            }
        }
    }

    /// Whether every awaited reply was asked for before.
    static func isAnswered(_ scenario: Scenario) -> Bool {
        var owed: [Int: Int] = [:]
        for step in scenario.blocks.flatMap(\.steps) {
            switch step.action {
            case .connect: owed[step.client] = 0
            case .send(.requests(let requests)): owed[step.client, default: 0] += requests.count
            case .send(.raw): owed[step.client, default: 0] += 1
            case .expect(let count): owed[step.client, default: 0] -= count
            default: break
            }
            if owed[step.client, default: 0] < 0 { return false }
        }
        return true
    }

    @Test("candidates of generated scenarios", arguments: WireProtocols.all.map(\.name))
    func generated(name: String) throws {
        let generator = try ScenarioGenerator.of(name)
        var random = SeededGenerator(seed: 41)
        for number in 0..<60 {
            var options = GeneratorOptions()
            options.clients = 1 + number % 4
            try check(generator.scenario(&random, options))
        }
    }

    @Test("candidates of random scenarios")
    func random() throws {
        var random = SeededGenerator(seed: 42)
        for _ in 0..<300 { try check(ScenarioPrinterTests.scenario(&random).balanced()) }
    }

    private func check(_ scenario: Scenario) throws {
        for candidate in Minimizer.smaller(scenario) {
            #expect(Self.size(candidate) < Self.size(scenario))
            #expect(Self.isAnswered(candidate), "\(candidate.text)")
            #expect(try Scenario(parsing: candidate.text) == candidate, "\(candidate.text)")
        }
    }

    @Test("the candidates of two clients that race, largest parts first")
    func candidates() throws {
        let scenario = try Scenario(
            parsing: """
                protocol resp
                c0 connect
                c1 connect
                c0 send A
                c0 expect
                together
                  c0 send B | C
                  c1 send D
                c0 expect 2
                c1 expect

                """)
        let texts = Minimizer.smaller(scenario).map {
            $0.text.split(separator: "\n").dropFirst().joined(separator: "/")
        }
        #expect(
            texts == [
                "c0 connect/c0 send A/c0 expect/together/  c0 send B | C/c0 expect 2",
                "c1 connect/together/  c1 send D/c1 expect",
                "c0 connect/c1 connect/c0 send A/c0 expect",
                "c0 connect/c1 connect/together/  c0 send B | C/  c1 send D/c0 expect 2/c1 expect",
                "c0 connect/c1 connect/c0 send A/c0 expect/together/  c0 send B/  c1 send D/c0 expect/c1 expect",
                "c0 connect/c1 connect/c0 send A/c0 expect/together/  c0 send C/  c1 send D/c0 expect/c1 expect",
            ])
    }

    @Test("balancing reaches into groups, and drops what a client does before it connects")
    func balancing() throws {
        let unbalanced = try Scenario(
            parsing: """
                protocol resp
                c0 connect
                c1 connect
                together
                  c0 send A | B
                  c0 expect 3
                  c1 expect
                together
                  c1 expect
                c0 connect
                c0 expect
                c1 pause 1ms

                """)
        let balanced = try Scenario(
            parsing: """
                protocol resp
                c0 connect
                c1 connect
                together
                  c0 send A | B
                  c0 expect 2
                c0 connect
                c1 pause 1ms

                """)
        #expect(unbalanced.balanced() == balanced)
        let early = Scenario(protocolName: "resp", blocks: [.step(.init(client: 0, .close))])
        #expect(early.balanced().blocks.isEmpty)
    }

    @Test("a group that connects and sends may go as a whole")
    func connectingGroup() throws {
        let scenario = try Scenario(
            parsing:
                "protocol resp\ntogether\n  c0 connect\n  c0 send A\nc0 expect\nc0 send B\nc0 expect\nc1 connect\nc1 send C\n"
        )
        try check(scenario)
    }

    @Test("a single request has nothing to lose")
    func smallest() throws {
        let scenario = try Scenario(parsing: "protocol resp\nc0 connect\nc0 send A\nc0 expect\n")
        #expect(Minimizer.smaller(scenario).isEmpty)
        #expect(scenario.balanced() == scenario)
    }
}
