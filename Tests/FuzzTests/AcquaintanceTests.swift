import Fuzz
import Perturbation
import Protocols
import System
import Testing
import Verification
import Wire

/// Goal: what a target is known not to serve is not said, and all that is said still is a scenario. Method: drawn scenarios of all
/// vocabularies, kept within drawn limits; the properties that hold of any.
@Suite("Acquaintance")
struct AcquaintanceTests {
    private static let codecs: [any WireCodec] = [RESPCodec(), HTTPCodec(), MemcachedCodec(), EchoLineCodec()]

    private static func source(
        _ codec: any WireCodec, _ change: (inout CampaignOptions) -> Void = { _ in }
    ) throws -> ScenarioSource {
        var options = CampaignOptions(target: .command(["/nonexistent/server"]), codec: codec, noise: .off)
        change(&options)
        return try ScenarioSource(options)
    }

    /// The requests that each connection of a scenario makes, and the most that are outstanding on one.
    private static func shares(_ scenario: Scenario, _ codec: any WireCodec) -> (most: Int, outstanding: Int, owed: Int)
    {
        var (most, outstanding, least) = (0, 0, 0)
        var said: [Int: Int] = [:]
        var owed: [Int: Int] = [:]
        for step in scenario.blocks.flatMap(\.steps) {
            switch step.action {
            case .connect: (said[step.client], owed[step.client]) = (0, 0)
            case .send(.requests(let requests)):
                said[step.client, default: 0] += requests.count
                owed[step.client, default: 0] += requests.count
            case .expect(let count): owed[step.client, default: 0] -= count
            default: break
            }
            most = max(most, said[step.client] ?? 0)
            outstanding = max(outstanding, owed[step.client] ?? 0)
            least = min(least, owed[step.client] ?? 0)
        }
        return (most, outstanding, least)
    }

    @Test("no connection makes more requests than its server answers, or has more outstanding", arguments: 0..<4)
    func within(_ number: Int) throws {
        let codec = Self.codecs[number]
        var source = try Self.source(codec)
        var random = SeededGenerator(seed: UInt64(number))
        for _ in 0..<400 {
            let drawn = source.next()
            let (perConnection, outstanding) = (random.pick(1...6), random.pick(1...4))
            let kept = drawn.within(perConnection: perConnection, outstanding: outstanding, codec)
            let shares = Self.shares(kept, codec)
            #expect(shares.most <= perConnection, "\(drawn.text)\n\(kept.text)")
            // To some requests of memcached nobody waits for a reply.
            if !(codec is MemcachedCodec) {
                #expect(shares.outstanding <= outstanding && shares.owed == 0, "\(drawn.text)\n\(kept.text)")
            }
            #expect(try Scenario(parsing: kept.text) == kept)
            #expect(drawn.within(perConnection: nil, outstanding: nil, codec) == drawn)
        }
    }

    @Test("what is avoided is in nothing that is drawn, whatever it is")
    func avoided() throws {
        let habits: [Habit] = [
            .clients(over: 2), .requestsPerConnection(over: 3), .longRequests(over: 512), .pipelining, .halfClose,
            .request("DEL"),
        ]
        for habit in habits {
            var source = try Self.source(RESPCodec())
            let before = (0..<500).count { _ in habit.isIn(source.next()) }
            #expect(before > 0, "\(habit) is never drawn")
            let (first, second) = (source.avoid(habit), source.avoid(habit))
            #expect(first && !second)
            for _ in 0..<500 {
                let scenario = source.next()
                #expect(!habit.isIn(scenario), "\(habit): \(scenario.text)")
            }
        }
    }

    @Test("the user's own scenarios that say too much are left out")
    func corpus() throws {
        let asking = { (clients: Int) in
            (0..<clients).map { "c\($0) connect\nc\($0) send PING\nc\($0) expect\n" }.joined()
        }
        var source = try Self.source(RESPCodec()) { options in
            options.corpus = (1...4).map { try! Scenario(parsing: "protocol resp\n" + asking($0)) }
        }
        _ = source.avoid(.clients(over: 2))
        let next = (0..<50).map { _ in source.next() }
        #expect(next[0].clientCount == 1 && next[1].clientCount == 2)
        #expect(next.allSatisfy { $0.clientCount <= 2 })
    }

    @Test("what a user has said is not to be done is left out of his corpus, too")
    func statedCorpus() throws {
        let source = try Self.source(RESPCodec()) { options in
            options.generator.avoidsPipelining = true
            options.generator.avoidsHalfClose = true
            options.corpus = ["c0 send PING | PING\nc0 expect 2\n", "c0 send PING\nc0 shutdown\nc0 expect\n"].map {
                try! Scenario(parsing: "protocol resp\nc0 connect\n" + $0)
            }
        }
        var drawn = source
        for _ in 0..<200 {
            let scenario = drawn.next()
            #expect(!Habit.pipelining.isIn(scenario) && !Habit.halfClose.isIn(scenario), "\(scenario.text)")
        }
    }

    @Test("objects that are there are read, and nothing else is said")
    func objects() throws {
        var source = try Self.source(HTTPCodec()) { $0.generator.objects = ["/index.html", "/a.css"] }
        var seen: Set<String> = []
        for _ in 0..<200 {
            for step in source.next().blocks.flatMap(\.steps) {
                guard case .send(.requests(let requests)) = step.action else { continue }
                for request in requests { seen.formUnion(request.compactMap { Self.text($0) }) }
            }
        }
        #expect(seen.contains("/index.html") && seen.contains("/a.css") && seen.contains("GET"))
        #expect(seen.isDisjoint(with: ["PUT", "DELETE"]), "\(seen)")
    }

    @Test("commands are said alone that the user names")
    func onlyCommands() throws {
        var source = try Self.source(RESPCodec()) { $0.generator.onlyCommands = ["GET", "SET"] }
        for _ in 0..<300 {
            for step in source.next().blocks.flatMap(\.steps) {
                guard case .send(.requests(let requests)) = step.action else { continue }
                for request in requests {
                    let name = request.first.flatMap { Self.text($0) }
                    #expect(name == "GET" || name == "SET", "\(String(describing: name))")
                }
            }
        }
    }

    private static func text(_ template: Template) -> String? {
        guard case .bytes(let bytes)? = template.pieces.first, template.pieces.count == 1 else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
