import Fuzz
import Testing
import Verification
import System
import Wire

/// Goal: hard operations meet among as many clients as the judge decides, and the rest of a scenario among all. Method:
/// judgements as a campaign would count them; the keys of many drawn scenarios.
@Suite("What is drawn can be judged")
struct DifficultyTests {
    private func judgement(meeting: Int, undecided: [String] = []) -> Judgement {
        var judgement = Judgement()
        judgement.exercised.meeting = meeting
        judgement.undecided = undecided
        return judgement
    }

    @Test("an undecided execution makes the crowd smaller, many decided ones make it larger") func learning() {
        var difficulty = Difficulty()
        for _ in 0..<100 { difficulty.count(judgement(meeting: 8)) }
        #expect(difficulty.hardClients > Difficulty.firstHardClients)
        difficulty.count(judgement(meeting: 8, undecided: ["DEL"]))
        let fewer = difficulty.hardClients
        #expect(fewer < Difficulty.firstHardClients)
        #expect(difficulty.hardOperations < Difficulty.firstHardOperations)
        #expect(difficulty.undecided == 1)
        #expect(difficulty.culprit == "DEL")
        // At most one in a thousand may be undecided: what was too much once is not tried again soon.
        for _ in 0..<999 { difficulty.count(judgement(meeting: 8)) }
        #expect(difficulty.hardClients == fewer)
        difficulty.count(judgement(meeting: 8))
        #expect(difficulty.hardClients > fewer)
        for _ in 0..<100 { difficulty.count(judgement(meeting: 8, undecided: ["operations on several keys"])) }
        #expect(difficulty.hardClients >= 2)
        #expect(difficulty.culprit == "operations on several keys")
    }

    @Test("the longer a scenario, the rarer its deletes, and there are always some", arguments: [4, 100, 1000])
    func spacing(operations: Int) throws {
        let generator = try ScenarioGenerator.of("resp")
        var random = SeededGenerator(seed: 7)
        var options = GeneratorOptions()
        options.operations = operations
        options.hardOperations = 8
        var (deletes, most) = (0, 0)
        for _ in 0..<40 {
            var deletesOf: [String: Int] = [:]
            for step in generator.scenario(&random, options).blocks.flatMap(\.steps) {
                guard case .send(.requests(let requests)) = step.action else { continue }
                for request in requests where request.first?.pieces == [.bytes(Array("DEL".utf8))] {
                    for case .key(let name) in request[1].pieces { deletesOf[name, default: 0] += 1 }
                }
            }
            deletes += deletesOf.values.reduce(0, +)
            most = max(most, deletesOf.values.max() ?? 0)
        }
        #expect(deletes > 0)
        // Drawn, so that there may be some more; without spacing there are 130 of one key.
        #expect(most <= 4 * options.hardOperations)
    }

    @Test("the most and the median of clients that met on one object") func meetings() {
        var difficulty = Difficulty()
        #expect(difficulty.clientsOnOneObject == nil)
        for meeting in [0, 3, 5, 64] { difficulty.count(judgement(meeting: meeting)) }
        #expect(difficulty.clientsOnOneObject?.most == 64)
        #expect(difficulty.clientsOnOneObject?.median == 5)
    }

    @Test("deletes and writes of several keys stay among few clients, counters and registers among all")
    func groups() throws {
        let generator = try ScenarioGenerator.of("resp")
        var random = SeededGenerator(seed: 3)
        var options = GeneratorOptions()
        options.clients = 64
        options.hardClients = 8
        var mostOnEasy = 0
        for _ in 0..<300 {
            var clientsOf: [String: Set<Int>] = [:]
            var hard: Set<String> = []
            for step in generator.scenario(&random, options).blocks.flatMap(\.steps) {
                guard case .send(.requests(let requests)) = step.action else { continue }
                for request in requests {
                    guard case .bytes(let bytes)? = request.first?.pieces.first else { continue }
                    let command = String(decoding: bytes, as: UTF8.self)
                    for case .key(let name) in request.dropFirst().flatMap(\.pieces) {
                        clientsOf[name, default: []].insert(step.client)
                        if command == "DEL" || command == "MSET" { hard.insert(name) }
                    }
                }
            }
            for (name, clients) in clientsOf {
                if hard.contains(name) { #expect(clients.count <= 8, "\(name)") }
                mostOnEasy = max(mostOnEasy, clients.count)
            }
        }
        #expect(mostOnEasy == 64)
    }
}
