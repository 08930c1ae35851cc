import Capture
import Testing
import Verification
import Wire

/// Goal: no false alarm on a correct server and no trap on any bytes. Method: a simulated correct server under random
/// interleavings, the same with spoilt replies, and flows of random bytes; fixed seeds.
@Suite("Simulated servers")
struct SimulationTests {
    @Test("a correct server is never blamed", arguments: [false, true])
    func correct(keysStartAbsent: Bool) {
        for round in 0..<400 {
            var server = SimulatedServer(seed: UInt64(round))
            server.tape.keysStartAbsent = keysStartAbsent
            server.run(clients: 1 + round % 5, requests: 4 + round % 40)
            let judgement = server.tape.judge()
            #expect(judgement.verdict == .held, "seed \(round): \(judgement)")
            if judgement.verdict != .held { return }
        }
    }

    @Test("a missed or doubled reply among many is always seen")
    func spoilt() {
        var seen = 0
        var spoiltRuns = 0
        for round in 0..<400 {
            var server = SimulatedServer(seed: UInt64(10_000 + round))
            server.spoilsOneIn = 12
            server.run(clients: 3, requests: 20)
            guard server.spoilt > 0 else { continue }
            spoiltRuns += 1
            if server.tape.judge().verdict == .violated { seen += 1 }
        }
        // A reply lost at the very end of a connection that its client then closes is nobody's fault.
        #expect(Double(seen) > 0.8 * Double(spoiltRuns), "\(seen) of \(spoiltRuns)")
    }

    @Test("monitors on keys agree with the server, whether the first value is known or not", arguments: [false, true])
    func monitoredKeys(keysStartAbsent: Bool) {
        var violated = 0
        for round in 0..<60 {
            var server = SimulatedServer(seed: UInt64(500 + round))
            server.tape.keysStartAbsent = keysStartAbsent
            (server.onlyCounter, server.onlyRegister) = (round % 2 == 0, round % 2 == 1)
            server.losesOneIn = round < 30 ? 0 : 10
            if !keysStartAbsent, round % 4 < 2 {
                server.store["k"] = "17"
            } else if round % 2 == 0 {
                server.store["k"] = "0"
            }
            if keysStartAbsent { server.store = [:] }
            server.run(clients: round < 30 ? 6 : 2, requests: 150)
            let judgement = server.tape.judge()
            if round < 30 {
                #expect(judgement.verdict == .held, "seed \(round): \(judgement)")
            } else if judgement.verdict == .violated {
                violated += 1
                #expect(Set(judgement.oracles).isSubset(of: [.linearizability, .corruption]), "\(judgement)")
            }
        }
        #expect(violated > 15)
    }

    @Test("random bytes in both directions trap nothing", arguments: ["resp", "echo", "echo-length", "tagged"])
    func randomBytes(codec: String) {
        var seed = Seed(99)
        let pieces = [
            "$3\r\nabc\r\n", "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", "+OK\r\n", ":1\r\n", "GET k\r\n", "\0\0\0\u{2}ab",
            "-ERR\r\n",
        ]
        for _ in 0..<1500 {
            let tape = Tape(codec)
            let connections = tape.connect(1 + seed.below(3))
            for _ in 0..<seed.below(24) {
                let connection = connections[seed.below(connections.count)]
                var bytes = Array(pieces[seed.below(pieces.count)].utf8)
                if seed.oneIn(4) { bytes.removeLast(seed.below(bytes.count)) }
                if seed.oneIn(6) { bytes[seed.below(bytes.count)] = UInt8(truncatingIfNeeded: seed.next()) }
                switch seed.below(12) {
                case 0: tape.gap(toClient: connection, seed.below(5))
                case 1: tape.gap(toServer: connection, seed.below(5))
                case 2: tape.clientCloses(connection)
                case 3: tape.serverCloses(connection)
                case 4: tape.midStream(connection)
                case 5...8: tape.send(connection, raw: bytes)
                default: tape.reply(connection, raw: bytes)
                }
            }
            _ = tape.judge()
            _ = Judge(oracles: [OrderOracle(), HangOracle()]).judge(tape.evidence)
            for oracle in Judge.wireOracles { _ = oracle.violations(in: tape.evidence) }
        }
    }
}
