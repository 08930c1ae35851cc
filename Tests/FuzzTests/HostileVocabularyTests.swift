import Fuzz
import Perturbation
import Protocols
import System
import Testing
import Verification
import Wire

/// Goal: whatever numbers, words and lists somebody states a vocabulary with, drawing from it ends, and what is drawn can be run,
/// written down and read again; nobody waits for the reply to a request of no words. Method: vocabularies whose every field is
/// drawn from what is empty, negative, or as large as it gets.
@Suite("Vocabularies of odd fields")
struct HostileVocabularyTests {
    private static let numbers = [Int.min, -1, 0, 1, 2, 1 << 40, Int.max]
    private static let texts = ["", "GET", " ", "|", "#", "{", "}", "\"", "\\", "a\r\nb", "é", "\0", "users:"]
    private static let ranges = [
        Int.min...Int.max, 0...Int.max, Int.min ... -1, -3...2, 0...0, 1...1, 1...3, Int.max...Int.max,
    ]

    private static func words(_ random: inout SeededGenerator, depth: Int = 0) -> [RequestTemplate.Word] {
        (0..<random.pick(0...3)).map { _ in
            switch random.pick(0...(depth < 3 ? 7 : 5)) {
            case 0: .text(random.pick(texts))
            case 1: .object
            case 2: .value
            case 3: .token
            case 4: .told
            case 5: .number(random.pick(ranges))
            case 6: .joined(words(&random, depth: depth + 1))
            default: .each(random.pick(ranges), words(&random, depth: depth + 1))
            }
        }
    }

    private static func request(_ random: inout SeededGenerator) -> RequestTemplate {
        var request = RequestTemplate(
            random.oneIn(2) ? 1 : random.pick(numbers), random.pick([.read, .write, .change, .remove]),
            isHard: random.oneIn(3))
        request.words = words(&random)
        return request
    }

    private static func requests(_ random: inout SeededGenerator) -> [RequestTemplate] {
        (0..<random.pick(0...4)).map { _ in request(&random) }
    }

    private static func vocabulary(_ random: inout SeededGenerator) -> Vocabulary {
        let topics = (0..<random.pick(0...4)).map { _ in
            Topic(
                random.pick(VocabularyTests.names), weight: random.pick(numbers), lasts: random.oneIn(3),
                prefix: random.pick(texts), requests(&random))
        }
        let transaction =
            random.oneIn(2)
            ? TransactionTemplate(oneIn: random.pick(numbers), begin: request(&random), ends: requests(&random)) : nil
        return Vocabulary(
            login: requests(&random), topics: topics, lastResort: random.oneIn(2) ? requests(&random) : [],
            transaction: transaction)
    }

    /// Lines of words, with a vocabulary.
    private struct Spoken: RequestReplyProtocol {
        var vocabulary: Vocabulary?
        var name: String { "odd" }
        var hasSharedState: Bool { false }
        func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing { Lines.frame(bytes) }
        func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { Lines.encode(words) }
    }

    @Test("it ends, what is drawn can be run, and is read again as it was written")
    func anything() throws {
        var random = SeededGenerator(seed: 13)
        var (spoken, silent) = (0, 0)
        for _ in 0..<3000 {
            var options = CampaignOptions(
                target: .command(["/nonexistent/server"], over: random.oneIn(5) ? .udp : .tcp),
                codec: Spoken(vocabulary: Self.vocabulary(&random)), noise: .off)
            options.generator.clients = random.pick(1...14)
            options.generator.operations = random.oneIn(2) ? random.pick(1...20) : nil
            options.hammers = random.oneIn(4)
            options.seed = random.next()
            guard var source = try? ScenarioSource(options) else {
                silent += 1
                continue
            }
            for round in 0..<4 {
                let scenario = source.next()
                spoken += 1
                VocabularyTests.expectRunnable(scenario)
                #expect(try Scenario(parsing: scenario.text) == scenario)
                // The target knows nothing of what was said.
                guard round == 1 else { continue }
                for command in Set(VocabularyTests.commands(scenario).map(\.command)) { _ = source.exclude(command) }
            }
        }
        #expect(spoken > 4000)
        #expect(silent > 100)
    }

    @Test("numbers of any range, and elements of any weight")
    func picks() {
        var random = SeededGenerator(seed: 14)
        for range in Self.ranges {
            for _ in 0..<100 { #expect(range.contains(random.pick(range))) }
        }
        for _ in 0..<2000 {
            let weights = (0..<random.pick(0...5)).map { _ in random.pick(Self.numbers) }
            let picked = random.pick(weights, byWeight: { $0 })
            #expect(picked.map { $0 > 0 } ?? weights.allSatisfy { $0 <= 0 })
        }
    }
}
