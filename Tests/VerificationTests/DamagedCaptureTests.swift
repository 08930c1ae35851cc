import Capture
import Foundation
import Testing
import Verification
import Wire

/// Goal: whatever a capture misses, doubles, cuts or mixes in, a correct server is never accused; and a fault in a whole
/// capture is always told. Method: drawn captures of a correct server of each protocol, damaged in one to three ways, from
/// fixed seeds: 500 of them, or as many as `CROSSFIRE_LONG_CAPTURES` says; and the same captures, whole, with a fault.
@Suite("Damaged captures")
struct DamagedCaptureTests {
    private static let count = ProcessInfo.processInfo.environment["CROSSFIRE_LONG_CAPTURES"].flatMap { Int($0) } ?? 500

    @Test("a correct server is never accused", arguments: TrafficSimulation.protocols)
    func correct(protocolName: String) {
        for round in 0..<Self.count / TrafficSimulation.protocols.count {
            var simulation = TrafficSimulation(protocolName, seed: UInt64(round))
            simulation.run(clients: 5)
            var damage = TrafficDamage(seed: Seed(UInt64(round) &* 77 &+ 5))
            var kinds: [TrafficDamage.Kind] = []
            for _ in 0..<damage.seed.below(4) {
                kinds.append(TrafficDamage.Kind.allCases[damage.seed.below(TrafficDamage.Kind.allCases.count)])
            }
            for kind in kinds { damage.apply(kind, to: &simulation.traffic) }
            let judgement = simulation.traffic.judge(protocolName)
            #expect(judgement.violations.isEmpty, "\(protocolName), seed \(round), \(kinds): \(judgement.violations)")
            if kinds.isEmpty {
                #expect(
                    [.held, .nothingTested].contains(judgement.verdict), "seed \(round): \(judgement.inconclusive)")
            }
        }
    }

    /// What a server does wrong on one connection, at the end of a capture.
    enum Fault: CaseIterable {
        case silent, closes, cuts, garbage, doubles, swaps, foreign
    }

    @Test("a fault in a whole capture is always told", arguments: Fault.allCases, TrafficSimulation.protocols)
    func fault(fault: Fault, protocolName: String) {
        for round in 0..<Self.count / (TrafficSimulation.protocols.count * Fault.allCases.count) {
            var simulation = TrafficSimulation(protocolName, seed: UInt64(round))
            simulation.run(clients: 4, isMixed: false)
            plant(fault, protocolName, &simulation.traffic)
            let judgement = simulation.traffic.judge(protocolName)
            #expect(judgement.verdict == .violated, "\(fault), \(protocolName), seed \(round): \(judgement)")
        }
    }

    /// Two requests and their replies that nobody else has, and one with which the server shows what it speaks.
    private func exchanges(_ protocolName: String) -> [(request: String, reply: String)] {
        func echo(_ word: String) -> String { "*2\r\n$4\r\nECHO\r\n$\(word.count)\r\n\(word)\r\n" }
        switch protocolName {
        case "echo": return ["planted-1\n", "planted-2\n", "plain\n"].map { ($0, $0) }
        case "tagged": return ["p-1", "p-2", "p-3"].map { ("GET \($0) a\n", "OK \($0) a\n") }
        case "resp": return ["planted-1", "planted-2", "planted-3"].map { (echo($0), "$9\r\n\($0)\r\n") }
        default:
            return ["planted-1", "planted-2", "planted-3"].map {
                (
                    "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\($0)"
                )
            }
        }
    }

    private func plant(_ fault: Fault, _ protocolName: String, _ traffic: inout CapturedTraffic) {
        let pairs = exchanges(protocolName)
        traffic.now = (traffic.packets.last?.time ?? traffic.now) + CapturedTraffic.second
        let a = traffic.connect(to: TrafficSimulation.port, from: 39_001)
        let b = traffic.connect(to: TrafficSimulation.port, from: 39_002)
        if protocolName == "http" { write(pairs.map(\.reply), b, &traffic) }
        traffic.ask(b, pairs[2].request)
        traffic.answer(b, pairs[2].reply)
        traffic.ask(a, pairs[0].request)
        traffic.answer(a, pairs[0].reply)
        switch fault {
        case .silent:
            traffic.ask(a, pairs[1].request)
            traffic.wait(60 * CapturedTraffic.second)
        case .closes:
            traffic.ask(a, pairs[1].request)
            traffic.finish(a, fromServer: true)
        case .cuts:
            traffic.ask(a, pairs[1].request)
            traffic.answer(a, String(pairs[1].reply.dropLast(3)))
            traffic.finish(a, fromServer: true)
        case .garbage:
            traffic.ask(a, pairs[1].request)
            traffic.answer(a, "\u{1}\u{2} garbage\r\n")
        case .doubles: traffic.answer(a, pairs[0].reply)
        case .swaps:
            traffic.ask(a, pairs[0].request + pairs[1].request)
            traffic.answer(a, pairs[1].reply + pairs[0].reply)
        case .foreign:
            traffic.ask(b, pairs[1].request)
            traffic.ask(a, pairs[0].request)
            traffic.answer(a, pairs[1].reply)
            traffic.answer(b, pairs[1].reply)
        }
        if fault == .closes || fault == .cuts { traffic.finish(a, fromServer: false) } else { traffic.close(a) }
        traffic.close(b)
        traffic.packets.sort { $0.time < $1.time }
    }

    /// Both bodies are PUT, and one is read back, so that the paths are known to hold what is PUT to them.
    private func write(_ replies: [String], _ connection: Int, _ traffic: inout CapturedTraffic) {
        for name in ["planted-1", "planted-2"] {
            traffic.ask(
                connection, "PUT /\(name) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n\(name)")
            traffic.answer(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        }
        traffic.ask(connection, "GET /planted-1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        traffic.answer(connection, replies[0])
    }
}
