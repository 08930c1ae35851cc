import Testing
import Verification

/// Goal: replies of beanstalkd are held against what was asked. Method: hand-made captures of right replies, of swapped,
/// foreign and lost ones.
@Suite("Conversations with beanstalkd")
struct BeanstalkTests {
    private func judge(_ exchange: (Tape, [Int]) -> Void) -> Judgement {
        let tape = Tape("beanstalk")
        let c = tape.connect(2)
        exchange(tape, c)
        c.forEach(tape.close)
        return tape.judge()
    }

    @Test("right replies, refusals, and a client that waits for a job hold") func right() {
        let judgement = judge { tape, c in
            tape.exchange(c[0], "use tube-of-client-0", "USING tube-of-client-0\r\n")
            tape.exchange(c[0], "put 0 0 60 hello", "INSERTED 1\r\n")
            tape.send(c[1], "reserve", "list-tube-used")
            tape.reply(c[1], "RESERVED 1 5\r\nhello\r\nUSING default\r\n")
            tape.exchange(c[0], "bogus 1", "UNKNOWN_COMMAND\r\n")
            tape.exchange(c[0], "delete 1", "NOT_FOUND\r\n")
        }
        #expect(judgement.verdict == .held, "\(judgement)")
        #expect(judgement.unsupportedCommands == ["bogus"])
    }

    @Test("a reply in the form of another request's, another client's tube, a reply that is missing") func wrong() {
        let swapped = judge { tape, c in
            tape.send(c[0], "peek 1", "delete 1")
            tape.reply(c[0], "DELETED\r\nFOUND 1 5\r\nhello\r\n")
        }
        #expect(swapped.verdict == .violated, "\(swapped)")
        let crossed = judge { tape, c in
            tape.send(c[0], "use tube-of-client-0")
            tape.send(c[1], "use tube-of-client-1")
            tape.reply(c[0], "USING tube-of-client-1\r\n")
            tape.reply(c[1], "USING tube-of-client-0\r\n")
        }
        #expect(crossed.violations.first?.oracle == .crosstalk, "\(crossed)")
        let lost = judge { tape, c in
            tape.send(c[0], "use a-first-tube", "use a-second-tube", "use a-third-tube")
            tape.reply(c[0], "USING a-first-tube\r\nUSING a-third-tube\r\n")
        }
        #expect(lost.violations.contains { $0.oracle == .loss }, "\(lost)")
    }

    @Test("who waits for a job waits as long as he likes, who does not is answered") func waiting() {
        for (request, verdict) in [("reserve", Verdict.held), ("reserve-with-timeout 0", .violated)] {
            let tape = Tape("beanstalk")
            let c = tape.connect(1)
            tape.exchange(c[0], "use tube-of-client-0", "USING tube-of-client-0\r\n")
            tape.send(c[0], request)
            tape.wait(nanoseconds: 20_000_000_000)
            tape.clientCloses(c[0])
            let judgement = tape.judge()
            #expect((judgement.verdict == .violated) == (verdict == .violated), "\(request): \(judgement)")
        }
    }

    @Test("what a model of somebody's own is told") func named() {
        let tape = Tape("beanstalk")
        let c = tape.connect(1)
        tape.exchange(c[0], "put 0 0 60 hello", "INSERTED 4\r\n")
        tape.exchange(c[0], "peek 4", "FOUND 4 5\r\nhello\r\n")
        let history = CapturedHistory(tape.evidence, .names(["put", "peek"])).history
        #expect(
            history.words(history.results[0]) == "\"INSERTED 4\"" || history.words(history.results[0]) == "INSERTED 4")
        #expect(history.words(history.results[1]).contains("hello"))
    }
}
