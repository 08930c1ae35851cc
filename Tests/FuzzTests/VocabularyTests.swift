import Fuzz
import System
import Testing
import Wire

/// Goal: patterns know no protocol: whatever a vocabulary has, they draw scenarios that can be run, in its words only, in its
/// proportions, and who must log in does that first. Method: drawn vocabularies of all kinds of objects, and one of a job
/// server that nobody has written; their scenarios are looked through request by request.
@Suite("Scenarios of any vocabulary")
struct VocabularyTests {
    /// Locks, jobs and members, after a login: nothing of it is read and written as a register is.
    static let jobs = Vocabulary(
        login: [RequestTemplate(1, .change, "USER", .token), RequestTemplate(1, .change, "PASS", "secret")],
        topics: [
            Topic(
                .lock, weight: 1,
                [RequestTemplate(2, .change, "LOCK", .object), RequestTemplate(1, .change, "FREE", .object)]),
            Topic(
                .queue, weight: 1,
                [RequestTemplate(3, .change, "PUT", .object, .value), RequestTemplate(2, .change, "TAKE", .object)]),
            Topic(
                .set, weight: 1,
                [
                    RequestTemplate(2, .change, "JOIN", .object, .value), RequestTemplate(1, .read, "WHO", .object),
                    RequestTemplate(1, .remove, "DISBAND", .object, isHard: true),
                ]),
        ])

    static let names = [
        Topic.Object.marker, .own, .register, .counter, .set, .queue, .lock, .several,
    ]

    /// A vocabulary with some kinds of objects, with words that name kind and effect.
    static func drawn(_ random: inout SeededGenerator) -> Vocabulary {
        let effects: [RequestTemplate.Effect] = [.read, .write, .change, .remove]
        var topics: [Topic] = []
        for object in names where random.oneIn(2) {
            let requests = (0..<random.pick(1...5)).map { number in
                let effect = random.pick(effects)
                let words: [RequestTemplate.Word] =
                    object == .several && random.oneIn(2)
                    ? [.each(1...3, [.object, .value])] : [.object, .value, .joined(["n=", .number(0...9)])]
                return RequestTemplate(
                    random.pick(1...9), effect, .text("\(object).\(effect).\(number)"),
                    .joined(words.count == 1 ? ["x"] : ["x", .token]), words[0], words.last!, isHard: random.oneIn(4))
            }
            topics.append(Topic(object, weight: random.pick(0...9), lasts: random.oneIn(3), requests))
        }
        let login = random.oneIn(2) ? [RequestTemplate(1, .change, "login", .token)] : []
        return Vocabulary(login: login, topics: topics, lastResort: [RequestTemplate(1, .read, "anything")])
    }

    /// The first words of all requests in a scenario, in order, with their clients.
    static func commands(_ scenario: Scenario) -> [(client: Int, command: String)] {
        scenario.blocks.flatMap(\.steps).flatMap { step -> [(client: Int, command: String)] in
            guard case .send(.requests(let requests)) = step.action else { return [] }
            return requests.map { (step.client, $0.first?.word ?? "") }
        }
    }

    @Test("drawn vocabularies: every client connects, waits for no more than it asked, and says only what it knows")
    func anything() throws {
        var random = SeededGenerator(seed: 77)
        var (scenarios, seen) = (0, Set<String>())
        for _ in 0..<400 {
            let vocabulary = Self.drawn(&random)
            let known = Set(vocabulary.topics.flatMap(\.requests).compactMap(\.command) + ["login", "anything"])
            var options = GeneratorOptions()
            options.clients = random.pick(1...20)
            options.datagrams = random.oneIn(5)
            options.operations = random.oneIn(3) ? random.pick(1...12) : nil
            options.excludedCommands = Set(known.filter { _ in random.oneIn(4) }).subtracting(["login", "anything"])
            let generator = ScenarioGenerator(protocolName: "any", vocabulary: vocabulary)
            for _ in 0..<10 {
                let scenario =
                    random.oneIn(8) ? generator.hammer(&random, options) : generator.scenario(&random, options)
                let said = Set(Self.commands(scenario).map(\.command))
                scenarios += 1
                seen.formUnion(said)
                #expect(said.isSubset(of: known))
                #expect(said.isDisjoint(with: options.excludedCommands))
                #expect(scenario.clientCount == options.clients)
                #expect(try Scenario(parsing: scenario.text) == scenario)
                if options.datagrams { #expect(scenario.fitsDatagrams) }
                Self.expectRunnable(scenario)
            }
        }
        #expect(scenarios == 4000)
        #expect(seen.count > 100)
    }

    /// Each client is connected where it acts, and waits for no more replies than it has sent requests.
    static func expectRunnable(_ scenario: Scenario) {
        var outstanding: [Int: Int] = [:]
        for step in scenario.blocks.flatMap(\.steps) {
            switch step.action {
            case .connect: outstanding[step.client] = 0
            case .send(.requests(let requests)):
                #expect(requests.allSatisfy { !$0.isEmpty })
                #expect(outstanding[step.client] != nil, "c\(step.client) is not connected")
                outstanding[step.client, default: 0] += requests.count
            case .expect(let count):
                outstanding[step.client, default: 0] -= count
                #expect(outstanding[step.client, default: 0] >= 0, "c\(step.client) waits for what it did not ask")
            default: #expect(outstanding[step.client] != nil, "c\(step.client) is not connected")
            }
        }
    }

    @Test("who must log in does so first on each connection, and everything is said")
    func login() {
        let generator = ScenarioGenerator(protocolName: "jobs", vocabulary: Self.jobs)
        var random = SeededGenerator(seed: 5)
        var counts: [String: Int] = [:]
        for number in 0..<600 {
            let scenario =
                number % 3 == 0
                ? generator.hammer(&random, GeneratorOptions()) : generator.scenario(&random, GeneratorOptions())
            var fresh: [Int: Int] = [:]
            for step in scenario.blocks.flatMap(\.steps) {
                if case .connect = step.action { fresh[step.client] = 0 }
                guard case .send(.requests(let requests)) = step.action else { continue }
                for request in requests {
                    let place = fresh[step.client, default: 0]
                    fresh[step.client] = place + 1
                    let command = request.first?.word ?? ""
                    counts[command, default: 0] += 1
                    #expect((command == "USER") == (place == 0))
                    #expect((command == "PASS") == (place == 1))
                }
            }
        }
        #expect(Set(counts.keys) == ["USER", "PASS", "LOCK", "FREE", "PUT", "TAKE", "JOIN", "WHO", "DISBAND"])
        // By weight: two locks to one release, three jobs put to two taken.
        let ratio = { Double(counts[$0, default: 0]) / Double(counts[$1, default: 1]) }
        #expect((1.7...2.3).contains(ratio("LOCK", "FREE")))
        #expect((1.3...1.7).contains(ratio("PUT", "TAKE")))
    }

    @Test("what a client that leaves may have written is read by nobody where the target keeps it")
    func parting() {
        let kept = Vocabulary(topics: [
            Topic(
                .register, weight: 1, lasts: true,
                [RequestTemplate(1, .write, "PUT", .object, .value), RequestTemplate(1, .read, "GET", .object)])
        ])
        let generator = ScenarioGenerator(protocolName: "kept", vocabulary: kept)
        var random = SeededGenerator(seed: 6)
        for _ in 0..<500 {
            let scenario = generator.scenario(&random, GeneratorOptions())
            #expect(!scenario.hasDepartures)
        }
    }
}
