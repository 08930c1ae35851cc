import Capture
import Protocols
import System
import Testing
import Verification
import Wire

/// Goal: where replies name their requests, any order of them is right, and what is lost, doubled, or goes to another client is
/// found all the same. Method: a described protocol of lines with a number in front; random orders, and one fault each.
@Suite("Replies in any order")
struct AnsweredByTagTests {
    private static func codec() throws -> DescribedProtocol {
        try DescribedProtocol(
            """
            crossfire-protocol: 1
            framing: {line: "\\n"}
            match: {tag: id}
            requests:
              SET: {send: "{id} SET {key} {value}", does: write, replies: [{is: "{id} OK"}]}
              GET: {send: "{id} GET {key}", does: read, replies: [{is: "{id} IS {result}"}, {is: "{id} NONE", result: nothing}]}
            any-reply: [{is: "{id} ERR {*}", no-effect: true}]
            values: {id: tokens}
            """, name: "tagged.yaml")
    }

    private struct Asked {
        var client: Int
        var request: String
        var reply: String
    }

    /// Two clients who write and read objects of their own, several requests at once.
    private static func crowd(_ random: inout SeededGenerator) -> [Asked] {
        (0..<2).flatMap { client in
            (0..<6).map { number in
                let id = "t\(client)x\(number)"
                return number % 2 == 0
                    ? Asked(client: client, request: "\(id) SET k\(client)\(number) v\(number)", reply: "\(id) OK")
                    : Asked(client: client, request: "\(id) GET k\(client)none", reply: "\(id) NONE")
            }
        }
    }

    private static func judge(_ asked: [Asked], answered: [(client: Int, line: String)]) throws -> Judgement {
        var traffic = CapturedTraffic()
        let clients = [traffic.connect(to: 7000), traffic.connect(to: 7000)]
        for one in asked { traffic.ask(clients[one.client], one.request + "\n") }
        for one in answered { traffic.answer(clients[one.client], one.line + "\n") }
        traffic.wait(30 * CapturedTraffic.second)
        for client in clients { traffic.close(client) }
        var evidence = traffic.evidence(try codec())
        evidence.keysStartAbsent = true
        return Judge().judge(evidence)
    }

    @Test("any order is right", arguments: 0..<40)
    func orders(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let asked = Self.crowd(&random)
        let judgement = try Self.judge(asked, answered: asked.shuffled(using: &random).map { ($0.client, $0.reply) })
        #expect(judgement.violations.isEmpty, "\(judgement.violations.map(\.summary))")
        #expect(judgement.verdict == .held && judgement.exercised.answered == asked.count)
    }

    @Test("what is lost, doubled, wrong or another's is told", arguments: 0..<40)
    func faults(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let asked = Self.crowd(&random)
        var answered = asked.shuffled(using: &random).map { (client: $0.client, line: $0.reply) }
        let victim = random.pick(0...answered.count - 1)
        let wanted: Set<OracleID>
        switch seed % 4 {
        case 0:
            answered.remove(at: victim)
            wanted = [.hang, .loss]
        case 1:
            answered.append(answered[victim])
            wanted = [.duplication]
        case 2:
            answered[victim].client = 1 - answered[victim].client
            wanted = [.crosstalk]
        default:
            answered[victim].line = answered[victim].line.prefix { $0 != " " } + " WHAT"
            wanted = [.corruption]
        }
        let judgement = try Self.judge(asked, answered: answered)
        #expect(!wanted.isDisjoint(with: judgement.violations.map(\.oracle)), "\(judgement.violations.map(\.summary))")
    }

    @Test("a write is seen by who asked after its reply, and not where both were under way")
    func values() throws {
        let stale = [
            Asked(client: 0, request: "a SET k v", reply: "a OK"),
            Asked(client: 0, request: "b GET k", reply: "b NONE"),
        ]
        // Both at once: the server may have taken the second first.
        #expect(try Self.judge(stale, answered: stale.map { ($0.client, $0.reply) }).violations.isEmpty)
        var traffic = CapturedTraffic()
        let client = traffic.connect(to: 7000)
        for one in stale {
            traffic.ask(client, one.request + "\n")
            traffic.answer(client, one.reply + "\n")
        }
        traffic.close(client)
        var evidence = traffic.evidence(try Self.codec())
        evidence.keysStartAbsent = true
        #expect(Judge().judge(evidence).violations.map(\.oracle) == [.linearizability])
    }
}
