import Capture
import Protocols
import Testing
import Verification
import Wire

/// Goal: who subscribes keeps his replies and his messages apart, and a server is accused of what it did to messages and of
/// nothing else. Method: drawn clients of a server that is right, and of one that does one thing wrong; and by kind what makes
/// an innocent server look guilty.
@Suite("Messages to subscribers")
struct ChannelTests {
    // MARK: Drawn

    @Test("a server that is right is never accused, whatever clients do, and every request has its reply")
    func innocent() {
        for seed in 0..<UInt64(400) {
            var crowd = ChannelCrowd(seed: seed)
            crowd.run(steps: 60)
            let judgement = crowd.tape.judgement
            #expect(judgement.violations.isEmpty, "seed \(seed): \(judgement.violations.map(\.summary))")
            #expect(judgement.inconclusive.isEmpty, "seed \(seed): \(judgement.inconclusive)")
            let conversations = crowd.tape.evidence.conversations
            let isPaired = conversations.allSatisfy {
                $0.surplus.isEmpty && $0.exchanges.allSatisfy { $0.reply != nil }
            }
            #expect(isPaired, "seed \(seed)")
            let foreign = crowd.tape.foreignJudgement
            #expect(foreign.violations.isEmpty, "seed \(seed): \(foreign.violations.map(\.summary))")
            #expect(foreign.inconclusive.isEmpty, "seed \(seed): \(foreign.inconclusive)")
        }
    }

    @Test("of one thing done wrong is told that thing, and mostly it is told", arguments: ChannelCrowd.Fault.allCases)
    func guilty(_ fault: ChannelCrowd.Fault) {
        var (wrong, told) = (0, 0)
        for seed in 0..<UInt64(200) {
            var crowd = ChannelCrowd(seed: seed, fault: fault)
            crowd.run(steps: 80)
            let violations = crowd.tape.judgement.violations
            #expect(
                violations.allSatisfy {
                    $0.oracle.rawValue == fault.rawValue || fault == .invented && $0.oracle == .loss
                },
                "seed \(seed): \(violations.map(\.summary))")
            guard crowd.didWrong else { continue }
            wrong += 1
            if violations.contains(where: { $0.oracle.rawValue == fault.rawValue }) { told += 1 }
        }
        // What is lost or swapped shows only by a later message of the same publisher.
        #expect(wrong > 50 && told * 5 > wrong * 2, "\(told) of \(wrong)")
    }

    // MARK: One by one

    @Test("a lost message shows by a later one of its publisher, if the subscription was confirmed before")
    func lost() {
        var tape = ChannelTape()
        let (subscriber, publisher) = (tape.connect(), tape.connect())
        tape.publish(publisher, "before", receivers: 0)
        tape.subscribe(subscriber)
        tape.publish(publisher, "first")
        tape.publish(publisher, "second")
        tape.deliver(subscriber, "second")
        #expect(tape.judgement.violations.map(\.signature) == ["loss:message-missing"])
        // Somebody unseen may have published the second one.
        #expect(tape.foreignJudgement.violations.isEmpty)
    }

    @Test("in a capture of anybody's, too, once the subscriber was there long enough and the payloads tell")
    func lostInCapture() {
        var tape = ChannelTape()
        let (subscriber, publisher) = (tape.connect(), tape.connect())
        tape.subscribe(subscriber, to: "news")
        for payload in ["first-of-all", "second-of-all"] { tape.publish(publisher, payload, on: "news") }
        tape.deliver(subscriber, "second-of-all", on: "news")
        #expect(tape.foreignJudgement.violations.isEmpty)
        tape.traffic.wait(2 * CapturedTraffic.second)
        tape.ask(subscriber, "PING")
        tape.answer(subscriber, "*2\r\n$4\r\npong\r\n$0\r\n\r\n")
        #expect(tape.foreignJudgement.violations.map(\.signature) == ["loss:message-missing"])
    }

    @Test("behind one address may be several servers: what one says to have sent to nobody is not lost by it")
    func severalServers() {
        var tape = ChannelTape()
        let (subscriber, publisher) = (tape.connect(), tape.connect())
        tape.subscribe(subscriber, to: "news")
        tape.publish(publisher, "first-of-all", on: "news", receivers: 0)
        tape.publish(publisher, "second-of-all", on: "news", receivers: 1)
        tape.deliver(subscriber, "second-of-all", on: "news")
        tape.traffic.wait(2 * CapturedTraffic.second)
        tape.ask(subscriber, "PING")
        tape.answer(subscriber, "*2\r\n$4\r\npong\r\n$0\r\n\r\n")
        #expect(tape.foreignJudgement.violations.isEmpty)
    }

    @Test("what is published while the subscription is under way may be missed, and what is refused is no message")
    func missedByRight() {
        var tape = ChannelTape()
        let (subscriber, publisher) = (tape.connect(), tape.connect())
        tape.ask(subscriber, "SUBSCRIBE", ChannelTape.news)
        tape.publish(publisher, "first", receivers: 0)
        tape.tell(subscriber, ["subscribe", ChannelTape.news, "1"])
        tape.ask(publisher, "PUBLISH", ChannelTape.news, "refused")
        tape.answer(publisher, "-NOPERM no\r\n")
        tape.ask(publisher, "MULTI")
        tape.answer(publisher, "+OK\r\n")
        tape.ask(publisher, "PUBLISH", ChannelTape.news, "discarded")
        tape.answer(publisher, "+QUEUED\r\n")
        tape.ask(publisher, "DISCARD")
        tape.answer(publisher, "+OK\r\n")
        tape.publish(publisher, "second")
        tape.deliver(subscriber, "second")
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
    }

    @Test("messages of two publishers, and of one on two channels, have no order")
    func unordered() {
        var tape = ChannelTape()
        let subscriber = tape.connect()
        let publishers = [tape.connect(), tape.connect()]
        tape.ask(subscriber, "SUBSCRIBE", ChannelTape.news, "krun.1.other")
        tape.tell(subscriber, ["subscribe", ChannelTape.news, "1"])
        tape.tell(subscriber, ["subscribe", "krun.1.other", "2"])
        tape.publish(publishers[0], "one")
        tape.publish(publishers[1], "two")
        tape.publish(publishers[1], "three", on: "krun.1.other")
        for (payload, channel) in [("three", "krun.1.other"), ("two", ChannelTape.news), ("one", ChannelTape.news)] {
            tape.deliver(subscriber, payload, on: channel)
        }
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
    }

    @Test("the same payload published twice may come twice, and one channel by its name and by a pattern")
    func twiceByRight() {
        var tape = ChannelTape()
        let (subscriber, publisher) = (tape.connect(), tape.connect())
        tape.subscribe(subscriber)
        tape.ask(subscriber, "PSUBSCRIBE", "krun.1.*")
        tape.tell(subscriber, ["psubscribe", "krun.1.*", "2"])
        for _ in 0..<2 {
            tape.publish(publisher, "same", receivers: 2)
            tape.deliver(subscriber, "same")
            tape.tell(subscriber, ["pmessage", "krun.1.*", ChannelTape.news, "same"])
        }
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
    }

    @Test("a script, or what is not known, may publish what nobody is seen to publish")
    func hidden() {
        for request in [
            ["EVAL", "return redis.call('publish', KEYS[1], 'x')", "1", ChannelTape.news], ["SHOUT", "x"],
        ] {
            var tape = ChannelTape()
            let (subscriber, publisher) = (tape.connect(), tape.connect())
            tape.subscribe(subscriber)
            tape.ask(publisher, request)
            tape.answer(publisher, ":1\r\n")
            for _ in 0..<2 { tape.deliver(subscriber, "x") }
            #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
        }
    }

    @Test("what others say on a channel that others may know is nobody's fault")
    func shared() {
        var tape = ChannelTape()
        let (subscriber, publisher) = (tape.connect(), tape.connect())
        tape.subscribe(subscriber, to: "__keyevent@0__:set")
        tape.deliver(subscriber, "key", on: "__keyevent@0__:set")
        tape.subscribe(subscriber, to: "krun.12.news")
        tape.publish(publisher, "once", on: "krun.12.news")
        for _ in 0..<2 { tape.deliver(subscriber, "once", on: "krun.12.news") }
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
    }

    @Test("after the end of a subscription comes what was published before, and nothing else")
    func ended() {
        var tape = ChannelTape()
        let (subscriber, publisher) = (tape.connect(), tape.connect())
        tape.subscribe(subscriber)
        tape.publish(publisher, "published-before")
        tape.ask(subscriber, "UNSUBSCRIBE", ChannelTape.news)
        tape.tell(subscriber, ["unsubscribe", ChannelTape.news, "0"])
        tape.deliver(subscriber, "published-before")
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
        tape.publish(publisher, "published-after", receivers: 0)
        tape.deliver(subscriber, "published-after")
        #expect(tape.judgement.violations.map(\.signature) == ["crosstalk:foreign-message"])
        #expect(tape.foreignJudgement.violations.map(\.signature) == ["crosstalk:foreign-message"])
        // Who asks again, gets again.
        tape.ask(subscriber, "SUBSCRIBE", ChannelTape.news)
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
    }

    @Test("who reads too slowly is let go, with what it waits for, and what was not read is not lost")
    func letGo() {
        var tape = ChannelTape()
        let (subscriber, publisher) = (tape.connect(), tape.connect())
        tape.subscribe(subscriber)
        for number in 0..<3 { tape.publish(publisher, "message-\(number)") }
        tape.deliver(subscriber, "message-0")
        tape.ask(subscriber, "PING")
        tape.traffic.close(subscriber, serverFirst: true)
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
        #expect(tape.foreignJudgement.violations.isEmpty, "\(tape.foreignJudgement.violations)")
    }

    @Test("that nobody else published is known to the campaign alone, which notes it in the capture")
    func noted() {
        var tape = ChannelTape()
        let (subscriber, publisher) = (tape.connect(), tape.connect())
        tape.subscribe(subscriber)
        tape.publish(publisher, "message-of-one")
        for _ in 0..<2 { tape.deliver(subscriber, "message-of-one") }
        let violations = tape.judgement.violations
        #expect(violations.map(\.oracle) == [.duplication])
        #expect(tape.foreignJudgement.violations.isEmpty)
        #expect(CampaignNote.violations(in: violations.compactMap { CampaignNote.comment(on: $0) }).count == 1)
    }

    // MARK: Replies among messages

    @Test("an array that looks like a message is a reply to who may get one")
    func looksLikeOne() {
        var tape = ChannelTape()
        let client = tape.connect()
        tape.ask(client, "RPUSH", "k", "message", "a", "b")
        tape.answer(client, ":3\r\n")
        tape.ask(client, "LRANGE", "k", "0", "-1")
        tape.tell(client, ["message", "a", "b"])
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
        #expect(tape.evidence.conversations[0].unsolicited.isEmpty)
    }

    @Test("a confirmation that is missing, or one of another channel, is told")
    func confirmations() {
        for (confirmed, signature) in [
            ("krun.1.b", "corruption:wrong-reply"), (ChannelTape.news, ""),
        ] {
            var tape = ChannelTape()
            let client = tape.connect()
            tape.ask(client, "SUBSCRIBE", ChannelTape.news)
            tape.tell(client, ["subscribe", confirmed, "1"])
            #expect(tape.judgement.violations.map(\.signature) == (signature.isEmpty ? [] : [signature]))
        }
    }

    @Test("what a shard moves away with, the server says unasked")
    func moved() {
        var tape = ChannelTape()
        let client = tape.connect()
        tape.ask(client, "SSUBSCRIBE", "krun.1.s")
        tape.tell(client, ["ssubscribe", "krun.1.s", "1"])
        tape.tell(client, ["sunsubscribe", "krun.1.s", "0"])
        tape.ask(client, "PING")
        tape.answer(client, "+PONG\r\n")
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
        #expect(tape.evidence.conversations[0].exchanges.allSatisfy { $0.reply != nil })
    }
}
