import Capture
import Testing

/// Goal: what makes a connection wait is named, with who waits for whom, and nothing else is. Method: conversations that
/// wait for a known reason, each beside one that waits as long for another.
@Suite("Who waits for whom")
struct WaitingTests {
    static func kinds(_ talk: Talk) -> [Anomaly.Kind] { talk.anomalies().map(\.kind) }

    // MARK: Nagle against delayed acknowledgements

    /// Requests whose replies are written in two pieces, the second so long after the first, and an acknowledgement of
    /// the first `acknowledged` milliseconds after it, or none.
    static func twoWrites(_ rounds: Int, acknowledged: Int64?, second: Int64) -> Talk {
        var talk = Talk()
        for round in 0..<UInt32(rounds) {
            let (up, down) = (1000 + round * 4, 5000 + round * 20)
            talk.send(from: 0, seq: up, ack: down, .psh, payload: "GET ", ms: 10)
            talk.send(from: 1, seq: down, ack: up + 4, .psh, payload: "head")
            if let acknowledged { talk.send(from: 0, seq: up + 4, ack: down + 4, ms: acknowledged) }
            talk.send(from: 1, seq: down + 4, ack: up + 4, .psh, payload: "the rest of it..", ms: second)
            talk.send(from: 0, seq: up + 4, ack: down + 20, ms: 0)
        }
        return talk
    }

    @Test("small data waits for a delayed acknowledgement", arguments: [40, 200] as [Int64])
    func nagle(_ delay: Int64) {
        let talk = Self.twoWrites(5, acknowledged: delay, second: 0)
        let found = talk.anomalies()
        #expect(found.map(\.kind) == Array(repeating: .nagleDelayedACK, count: 5))
        #expect(found.allSatisfy { $0.confidence == .likely && !$0.isToServer && $0.duration >= delay * 1_000_000 })
        #expect(found.map(\.related) == found.map { $0.packet.number - 1 })
        #expect(Self.twoWrites(2, acknowledged: delay, second: 0).anomalies().allSatisfy { $0.confidence == .possible })
    }

    @Test("a server that is slow with its second piece waits for nobody")
    func slowSecondPiece() {
        #expect(Self.kinds(Self.twoWrites(5, acknowledged: nil, second: 40)) == [])
        #expect(Self.kinds(Self.twoWrites(5, acknowledged: 0, second: 40)) == [])
        #expect(Self.kinds(Self.twoWrites(5, acknowledged: 40, second: 30)) == [])
    }

    @Test("on a long way an acknowledgement takes long, and is not delayed")
    func longWay() {
        var talk = Talk(handshake: false)
        talk.send(from: 0, seq: 999, .syn)
        talk.send(from: 1, seq: 4999, ack: 1000, .syn, ms: 80)
        talk.send(from: 0, seq: 1000, ack: 5000)
        for round in 0..<5 as Range<UInt32> {
            talk.send(from: 0, seq: 1000 + round * 4, ack: 5000, payload: "data")
            talk.send(from: 1, seq: 5000, ack: 1004 + round * 4, ms: 80)
        }
        #expect(Self.kinds(talk) == [])
    }

    @Test("a sender by the clock, whose data meets delayed acknowledgements, is no more than possible")
    func senderByTheClock() {
        var talk = Talk()
        for round in 0..<10 as Range<UInt32> {
            talk.send(from: 0, seq: 1000 + round * 4, ack: 5000, payload: "tick", ms: 1)
            talk.send(from: 1, seq: 5000, ack: 1004 + round * 4, ms: 40)
        }
        #expect(talk.anomalies().allSatisfy { $0.kind == .nagleDelayedACK && $0.confidence == .possible })
    }

    // MARK: Large segments

    /// A request, a small reply, and a large one that is repeated.
    static func large(repeats: Int, chatter: Bool) -> Talk {
        var talk = Talk()
        let body = String(repeating: "x", count: 1400)
        talk.exchange(1)
        talk.send(from: 0, seq: 1004, ack: 5004, payload: "PING")
        talk.send(from: 1, seq: 5004, ack: 1008, payload: body)
        for attempt in 0..<repeats {
            talk.send(from: 1, seq: 5004, ack: 1008, payload: body, ms: 250 << Int64(attempt))
            if chatter { talk.send(from: 0, seq: 1007, ack: 5004, ms: 50) }
        }
        return talk
    }

    @Test("large segments never arrive where small ones do")
    func blackHole() {
        let alive = Self.large(repeats: 4, chatter: true).anomalies().filter { $0.kind == .largeSegmentsLost }
        #expect(alive.map(\.confidence) == [.likely])
        #expect(alive.map(\.packet.number) == [7])
        // The other side may as well be gone.
        let silent = Self.large(repeats: 4, chatter: false).anomalies().filter { $0.kind == .largeSegmentsLost }
        #expect(silent.map(\.confidence) == [.possible])
    }

    @Test("cut smaller, they arrive")
    func cutSmaller() {
        var talk = Self.large(repeats: 3, chatter: false)
        talk.send(from: 1, seq: 5004, ack: 1008, payload: String(repeating: "x", count: 500), ms: 4000)
        talk.send(from: 0, seq: 1008, ack: 5504)
        let found = talk.anomalies().filter { $0.kind == .largeSegmentsLost }
        #expect(found.map(\.reason) == [.smallerCopyArrived])
    }

    @Test("a large segment that was lost now and then is lost by chance")
    func lostByChance() {
        var talk = Self.large(repeats: 3, chatter: false)
        talk.send(from: 0, seq: 1008, ack: 6404)
        #expect(!Self.kinds(talk).contains(.largeSegmentsLost))
        var before = Talk()
        let body = String(repeating: "x", count: 1400)
        before.send(from: 1, seq: 5000, ack: 1000, payload: body)
        before.send(from: 0, seq: 1000, ack: 6400)
        before.send(from: 1, seq: 6400, ack: 1000, payload: body)
        for _ in 0..<5 { before.send(from: 1, seq: 6400, ack: 1000, payload: body, ms: 500) }
        #expect(!Self.kinds(before).contains(.largeSegmentsLost))
    }

    // MARK: Who never closes

    /// A conversation whose server closes, on a capture that goes on so many seconds with another connection.
    static func halfClosed(seconds: Int64, _ rest: (inout Talk) -> Void = { _ in }) -> Talk {
        var talk = Talk()
        talk.exchange(1)
        talk.send(from: 1, seq: 5004, ack: 1004, .fin)
        talk.send(from: 0, seq: 1004, ack: 5005)
        rest(&talk)
        talk.packets.time += seconds * 1_000_000_000
        talk.packets.tcp(PacketBuilder.Side(port: 41_000), PacketBuilder.server, seq: 1, .syn)
        return talk
    }

    @Test("a client that does not close after its server did")
    func neverCloses() {
        let found = Self.halfClosed(seconds: 90).anomalies()
        #expect(found.map(\.kind) == [.neverCloses])
        #expect(found[0].isToServer && found[0].packet.number == 6 && found[0].confidence == .likely)
        #expect(found[0].duration >= 90_000_000_000)
    }

    @Test("one that still sends, that closes or resets, or of which not enough was captured")
    func closes() {
        #expect(Self.kinds(Self.halfClosed(seconds: 30)) == [])
        #expect(Self.kinds(Self.halfClosed(seconds: 90) { $0.send(from: 0, seq: 1004, ack: 5005, .fin) }) == [])
        #expect(Self.kinds(Self.halfClosed(seconds: 90) { $0.send(from: 0, seq: 1004, ack: 5005, .rst) }) == [])
        let sends = Self.halfClosed(seconds: 30) {
            $0.send(from: 0, seq: 1004, ack: 5005, payload: "more", ms: 50_000)
            $0.send(from: 1, seq: 5005, ack: 1008)
        }
        #expect(Self.kinds(sends) == [])
    }

    // MARK: Clocks

    @Test("a clock that leaps, told by the sender's own; not a pause, and not a sender whose clock stands")
    func clockLeap() {
        var talk = Talk()
        talk.exchange(400, pause: 3)
        talk.packets.time += 3600 * 1_000_000_000
        talk.exchange(1, from: 400)
        let found = talk.anomalies()
        #expect(found.map(\.kind) == [.clockStep])
        #expect(found[0].confidence == .likely && found[0].duration > 3_500_000_000_000)

        var pause = Talk()
        pause.exchange(400, pause: 3)
        pause.exchange(5, from: 400, pause: 3_600_000)
        #expect(pause.found() == [])

        var standing = Talk()
        for round in 0..<400 as Range<UInt32> {
            standing.send(from: 0, seq: 1000 + round * 4, ack: 5000, payload: "data", stamp: 5000, ms: 3)
        }
        standing.packets.time += 3600 * 1_000_000_000
        standing.send(from: 0, seq: 2600, ack: 5000, payload: "data", stamp: 5000)
        #expect(!Self.kinds(standing).contains(.clockStep))
    }
}
