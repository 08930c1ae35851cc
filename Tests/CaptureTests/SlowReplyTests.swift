import Capture
import Testing

/// Goal: the slowest replies are the right ones, and what they waited for is the right one of the causes. Method:
/// conversations with one slow reply each.
@Suite("Slowest replies")
struct SlowReplyTests {
    static func slowest(_ talk: Talk) throws -> SlowReply {
        try #require(talk.flows().flatMap(\.slowReplies).max { $0.total < $1.total })
    }

    static func milliseconds(_ nanoseconds: Int64) -> Int64 { (nanoseconds + 500_000) / 1_000_000 }

    @Test("a server that thinks")
    func server() throws {
        var talk = Talk()
        talk.exchange(3, pause: 5000)
        talk.send(from: 0, seq: 1012, ack: 5012, payload: "PING", ms: 3000)
        talk.send(from: 1, seq: 5012, ack: 1016, payload: "PO", ms: 700)
        talk.send(from: 1, seq: 5014, ack: 1016, payload: "NG", ms: 10)
        talk.exchange(1, from: 4, pause: 9000)
        let slow = try Self.slowest(talk)
        #expect(slow.cause == .server)
        #expect([slow.request.number, slow.reply.number, slow.end.number] == [10, 11, 12])
        #expect(Self.milliseconds(slow.total) == 710 && Self.milliseconds(slow.untilFirst) == 700)
        // A client that thinks is no slow reply.
        let all = talk.flows()[0].slowReplies
        #expect(all.count == 6 && all.map(\.total) == all.map(\.total).sorted(by: >))
        #expect(all.filter { $0.total > 100_000_000 }.count == 1)
    }

    @Test("the same with nothing of the handshake captured, and the reply under way at the end")
    func middle() throws {
        var talk = Talk(handshake: false)
        talk.send(from: 1, seq: 5000, ack: 1000, payload: "PONG")
        talk.send(from: 0, seq: 1000, ack: 5004, payload: "PING", ms: 4000)
        talk.send(from: 1, seq: 5004, ack: 1004, payload: "PONG", ms: 700)
        let slow = try Self.slowest(talk)
        #expect(slow.cause == .server && Self.milliseconds(slow.total) == 700)
        #expect(slow.request.number == 2)
    }

    @Test("segments that were lost")
    func loss() throws {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "PING")
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "PING", ms: 210)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "PING", ms: 420)
        talk.send(from: 1, seq: 5000, ack: 1004, payload: "PONG", ms: 2)
        let slow = try Self.slowest(talk)
        #expect(slow.cause == .loss)
    }

    @Test("a client that does not read")
    func closedWindow() throws {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "PING")
        talk.send(from: 1, seq: 5000, ack: 1004, payload: "begin")
        talk.send(from: 0, seq: 1004, ack: 5005, window: 0)
        talk.send(from: 0, seq: 1004, ack: 5005, window: 500, ms: 2000)
        talk.send(from: 1, seq: 5005, ack: 1004, payload: "end")
        let slow = try Self.slowest(talk)
        #expect(slow.cause == .clientNotReading && Self.milliseconds(slow.closed) == 2000)
    }

    @Test("Nagle's algorithm")
    func heldBack() throws {
        let talk = WaitingTests.twoWrites(3, acknowledged: 40, second: 0)
        let slow = try Self.slowest(talk)
        #expect(slow.cause == .delayedACK && Self.milliseconds(slow.held) == 40)
    }

    @Test("a connection that was slow to come about")
    func setUp() throws {
        var talk = Talk(handshake: false)
        talk.send(from: 0, seq: 999, .syn)
        talk.send(from: 0, seq: 999, .syn, ms: 1000)
        talk.send(from: 1, seq: 4999, ack: 1000, .syn)
        talk.send(from: 0, seq: 1000, ack: 5000)
        talk.exchange(2)
        let slow = try Self.slowest(talk)
        #expect(slow.cause == .connectionSetUp && Self.milliseconds(slow.repeats) == 1000)
        #expect(slow.request.number == 1 && slow.reply.number == 4)
    }

    @Test("of many, the ten slowest of the capture are kept")
    func bounded() {
        var talk = Talk()
        for round in 0..<50 {
            let sent = UInt32(round) * 4
            talk.send(from: 0, seq: 1000 + sent, ack: 5000 + sent, payload: "PING")
            talk.send(from: 1, seq: 5000 + sent, ack: 1004 + sent, payload: "PONG", ms: Int64(2 + round * 7 % 50))
        }
        let slow = talk.flows()[0].slowReplies
        #expect(slow.map { Self.milliseconds($0.total) } == [51, 50, 49, 48, 47, 46, 45, 44, 43, 42])
    }
}
