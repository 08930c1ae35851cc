import Capture
import Protocols
import System
import Testing
import Verification
import Wire

/// Goal: what a server says before it was asked answers nobody, and no reply is lost to it. Method: captures of servers that greet,
/// and the same captures with replies of others in the greeting's place.
@Suite("Greetings")
struct GreetingTests {
    private static func line(_ text: String) -> [UInt8] { Array("\(text)\n".utf8) }

    /// So many clients of a server of tagged lines, each greeted with these lines.
    private static func traffic(_ clients: Int, greeting: (Int) -> [String]) -> CapturedTraffic {
        var traffic = CapturedTraffic()
        for client in 0..<clients {
            let c = traffic.connect(to: 80)
            for text in greeting(client) { traffic.answer(c, "\(text)\n") }
            traffic.wait(CapturedTraffic.second / 10)
            for number in 0..<3 {
                traffic.ask(c, "REQ t\(client)-\(number) payload-\(client)-\(number)\n")
                traffic.answer(c, "RSP t\(client)-\(number) payload-\(client)-\(number)\n")
            }
            traffic.close(c)
        }
        return traffic
    }

    @Test("a server may greet, with any number of lines", arguments: 0...4, 1...4)
    func greeted(_ lines: Int, _ clients: Int) {
        let traffic = Self.traffic(clients) { client in
            (0..<lines).map { "220-\($0) welcome client 19\(client)" }
        }
        let judgement = traffic.judge("tagged")
        #expect(judgement.verdict == .held, "\(judgement)")
    }

    @Test("what only one of several clients is told first is no greeting")
    func stray() {
        let traffic = Self.traffic(3) { $0 == 1 ? ["RSP t0-1 payload-0-1"] : [] }
        let judgement = traffic.judge("tagged")
        #expect(judgement.verdict == .violated, "\(judgement)")
    }

    @Test("a reply that is missing behind a greeting is missing still")
    func loss() {
        var traffic = Self.traffic(2) { _ in ["220 welcome"] }
        let c = traffic.connect(to: 80)
        traffic.answer(c, "220 welcome\n")
        traffic.wait(CapturedTraffic.second / 10)
        traffic.ask(c, "REQ lost payload\n")
        traffic.finish(c, fromServer: true)
        let judgement = traffic.judge("tagged")
        #expect(judgement.violations.contains { $0.oracle == .loss }, "\(judgement)")
    }

    @Test("messages alike but for their digits are of one shape")
    func shapes() {
        let shape = { (text: String) in GreetedProtocol.shape(of: Array(text.utf8).span) }
        #expect(shape("* alive 17") == shape("* alive 4") && shape("* alive 17") != shape("* alive"))
        #expect(shape("1a22") == shape("333a4") && shape("") == [])
    }

    @Test(
        "unasked messages answer nobody wherever they come, and replies are paired as without them", arguments: 0..<200)
    func unasked(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let codec = GreetedProtocol(EchoLineCodec(), greeting: random.pick(0...2), unasked: [Self.line("* alive 1")])
        guard var pairing = codec.pairing() else {
            Issue.record("it pairs")
            return
        }
        var (places, expected): ([MessagePlace], [MessagePlace]) = ([], [])
        for number in 0..<random.pick(1...30) {
            let isGreeting = number < codec.greeting
            let isUnasked = random.oneIn(3)
            let message = Self.line(isUnasked ? "* alive \(number)" : "reply \(number)")
            expected.append(isGreeting || isUnasked ? .unsolicited : .reply(more: 0))
            places.append(pairing.place(of: message.span, after: Self.line("request").span))
        }
        #expect(places == expected)
    }
}
