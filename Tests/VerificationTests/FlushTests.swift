import Capture
import Protocols
import Testing
import Verification
import Wire

/// Goal: what FLUSHALL may have done excuses what it explains and nothing else. Method: counters, lists and hashes of a server
/// that is right beside flushes, drawn; and what no flush explains.
@Suite("Keys that are all removed")
struct FlushTests {
    @Test("drawn commands of a server that is right, flushed now and then, are never a violation")
    func innocent() {
        for seed in 0..<UInt64(300) {
            var seed = Seed(seed)
            var tape = ChannelTape()
            let clients = (0..<3).map { _ in tape.connect() }
            var (counters, lists, fields): ([String: Int], [String: [String]], [String: Int]) = ([:], [:], [:])
            for step in 0..<40 {
                let (client, key) = (clients[seed.below(3)], "\(seed.below(2))")
                switch seed.below(8) {
                case 0:
                    tape.ask(client, seed.oneIn(2) ? "FLUSHALL" : "FLUSHDB")
                    tape.answer(client, "+OK\r\n")
                    (counters, lists, fields) = ([:], [:], [:])
                case 1, 2:
                    counters["c" + key, default: 0] += 1
                    tape.ask(client, "INCR", "c" + key)
                    tape.answer(client, ":\(counters["c" + key] ?? 0)\r\n")
                case 3:
                    tape.ask(client, "GET", "c" + key)
                    tape.answer(client, counters["c" + key].map { "$\("\($0)".utf8.count)\r\n\($0)\r\n" } ?? "$-1\r\n")
                case 4:
                    lists["l" + key, default: []].append("v\(step)")
                    tape.ask(client, "RPUSH", "l" + key, "v\(step)")
                    tape.answer(client, ":\(lists["l" + key]?.count ?? 0)\r\n")
                case 5:
                    tape.ask(client, "LPOP", "l" + key)
                    let first = lists["l" + key]?.first
                    if first != nil { lists["l" + key]?.removeFirst() }
                    tape.answer(client, first.map { "$\($0.utf8.count)\r\n\($0)\r\n" } ?? "$-1\r\n")
                case 6:
                    fields["h" + key, default: 0] += 1
                    tape.ask(client, "HINCRBY", "h" + key, "f", "1")
                    tape.answer(client, ":\(fields["h" + key] ?? 0)\r\n")
                default:
                    tape.ask(client, "HGETALL", "h" + key)
                    let value = fields["h" + key].map { "\($0)" }
                    tape.answer(
                        client, value.map { "*2\r\n$1\r\nf\r\n$\($0.utf8.count)\r\n\($0)\r\n" } ?? "*0\r\n")
                }
            }
            let judgement = tape.judgement
            #expect(judgement.violations.isEmpty, "\(judgement.violations.map(\.summary))")
            #expect(judgement.inconclusive.isEmpty && judgement.notes.isEmpty, "\(judgement.notes)")
        }
    }

    @Test("what no flush explains is a violation still: one increment told twice, a value that nobody wrote")
    func guilty() {
        for (before, after, isRight) in [
            (["1", "2"], ["1"], true), (["1"], ["3"], false), (["1", "2"], ["1", "1"], false),
        ] {
            var tape = ChannelTape()
            let client = tape.connect()
            func count(_ numbers: [String]) {
                for number in numbers {
                    tape.ask(client, "INCR", "k")
                    tape.answer(client, ":\(number)\r\n")
                }
            }
            count(before)
            tape.ask(client, "FLUSHALL")
            tape.answer(client, "+OK\r\n")
            count(after)
            var evidence = tape.evidence
            evidence.keysStartAbsent = true
            #expect(Judge().judge(evidence).violations.isEmpty == isRight, "\(before), \(after)")
        }
    }
}
