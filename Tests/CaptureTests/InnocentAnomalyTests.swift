import Capture
import Testing

/// Goal: a class of anomaly is named where it is, and "certain" only where no other cause is possible. Method: for each
/// class the innocent conversation that looks most like it; duplicates have a suite of their own.
@Suite("Innocent conversations that look odd")
struct InnocentAnomalyTests {
    // MARK: Repeats and losses

    @Test(
        "a counter of identifications that all flows of a host share says nothing of a loss", arguments: [1, 2, 7, 40])
    func sharedCounter(_ step: UInt16) {
        for hasStamps in [true, false] {
            var talk = Talk(hasStamps: hasStamps)
            for round in 0..<10 {
                // Others send between this one's requests, and after pauses of all lengths.
                talk.identifications[0] += step
                talk.exchange(1, from: round, pause: 100 + Int64(round) * 150)
            }
            talk.close(after: 10)
            #expect(talk.found() == [], "step \(step)")
        }
    }

    @Test("identifications by chance, none, and all alike say nothing of order", arguments: 0..<3)
    func numbering(_ index: Int) {
        for hasStamps in [true, false] {
            var talk = Talk([.random, .none, .constant(0)][index], hasStamps: hasStamps)
            talk.exchange(20, pause: 300)
            talk.close(after: 20)
            #expect(talk.found() == [])
        }
    }

    @Test("a packet that the capture wrote late is no retransmission, and the network did not reorder it")
    func writtenLate() {
        for hasStamps in [true, false] {
            var talk = Talk(.none, hasStamps: hasStamps)
            talk.exchange(1)
            talk.send(from: 0, seq: 1004, ack: 5004, payload: "one,")
            talk.send(from: 0, seq: 1008, ack: 5004, payload: "two,")
            talk.send(from: 0, seq: 1012, ack: 5004, payload: "three")
            talk.packets.batch.records.swapAt(5, 7)
            talk.renumber()
            #expect(Set(talk.anomalies().map(\.kind)) == [.captureReordered])
            #expect(talk.anomalies().allSatisfy { $0.confidence == .likely })
        }
    }

    @Test("reordered is certain only with an older time stamp; in time, and with equal stamps, it is likely")
    func reordered() {
        var talk = Talk()
        talk.send(from: 0, seq: 1004, ack: 5000, payload: "late", identification: 105)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "soon", identification: 104, stamp: talk.stamps - 1)
        talk.send(from: 0, seq: 1012, ack: 5000, payload: "late", identification: 107)
        talk.send(from: 0, seq: 1008, ack: 5000, payload: "soon", identification: 106, stamp: talk.stamps)
        #expect(talk.believed() == ["5 reordered certain", "7 reordered likely"])
    }

    @Test("that a segment was sent again may be certain; what made the sender do it is not")
    func kindsOfRepeats() {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data")
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data", ms: 20)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data", ms: 210)
        #expect(talk.anomalies().allSatisfy { $0.confidence < .certain })
        talk.send(from: 1, seq: 5000, ack: 1004)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data")
        #expect(talk.believed().last == "8 spurious-retransmission certain")
    }

    @Test("data of a SYN that the other side did not take is sent again because it must be")
    func fastOpenRefused() {
        var talk = Talk(handshake: false)
        talk.send(from: 0, seq: 999, .syn, payload: "early")
        talk.send(from: 1, seq: 4999, ack: 1000, .syn)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "early")
        talk.send(from: 1, seq: 5000, ack: 1005)
        #expect(talk.found() == [])
        #expect(String(decoding: talk.flows()[0].toServer.bytes, as: UTF8.self) == "early")
    }

    @Test("what a reset says is no part of the stream")
    func resetWithWords() {
        var talk = Talk()
        talk.exchange(1)
        talk.send(from: 1, seq: 5004, ack: 1004, .rst, payload: "No such service.")
        #expect(talk.found() == [])
        #expect(talk.flows()[0].toClient.bytes.count == 4)
    }

    // MARK: Handshakes

    @Test("both sides open at once")
    func simultaneousOpen() {
        var talk = Talk(handshake: false)
        talk.send(from: 0, seq: 999, .syn)
        talk.send(from: 1, seq: 4999, .syn)
        talk.send(from: 0, seq: 999, ack: 5000, .syn)
        talk.send(from: 1, seq: 4999, ack: 1000, .syn)
        talk.exchange(2)
        #expect(talk.found() == [])
    }

    @Test(
        "a SYN that is answered by the connection before it: nothing is missing, and nothing was lost",
        arguments: [true, false])
    func oldConnection(_ isLower: Bool) throws {
        var talk = Talk()
        talk.exchange(2)
        talk.close(after: 2)
        let isn: UInt32 = isLower ? 100_000 : 4_000_000_000
        talk.send(from: 0, seq: isn, .syn, ms: 10)
        talk.send(from: 1, seq: 5009, ack: 1009)
        talk.send(from: 0, seq: 1009, .rst)
        talk.send(from: 0, seq: isn, .syn, ms: 1000)
        talk.send(from: 1, seq: 90_000, ack: isn + 1, .syn)
        talk.send(from: 0, seq: isn + 1, ack: 90_001)
        talk.send(from: 0, seq: isn + 1, ack: 90_001, payload: "PING")
        talk.send(from: 1, seq: 90_001, ack: isn + 5, payload: "PONG")
        let flows = talk.flows()
        #expect(flows.count == 2)
        let anomalies = flows.flatMap(\.anomalies)
        #expect(anomalies.map(\.kind) == [.oldConnectionAnswered])
        #expect(anomalies.allSatisfy { $0.confidence == .likely })
        #expect(flows[1].toServer.gaps.isEmpty && flows[1].toClient.gaps.isEmpty)
        #expect(flows[1].toServer.bytes.count == 4 && flows[1].toClient.bytes.count == 4)
        #expect(flows[1].handshake == .complete && flows[1].teardown == .open)
    }

    @Test("the old connection's FIN, sent again, is none of the new one's")
    func oldFIN() {
        var talk = Talk(handshake: false)
        talk.send(from: 0, seq: 100_000, .syn)
        talk.send(from: 1, seq: 5009, ack: 1009, .fin, payload: "rest")
        talk.send(from: 0, seq: 1009, .rst)
        talk.send(from: 0, seq: 100_000, .syn, ms: 1000)
        talk.send(from: 1, seq: 90_000, ack: 100_001, .syn)
        talk.send(from: 0, seq: 100_001, ack: 90_001)
        #expect(talk.anomalies().map(\.kind) == [.oldConnectionAnswered])
        let flow = talk.flows()[0]
        #expect(flow.toClient.bytes.isEmpty && flow.toClient.gaps.isEmpty && flow.handshake == .complete)
    }

    @Test("two processors that count each for itself, in order by the sequence numbers")
    func twoCounters() {
        for hasStamps in [true, false] {
            var talk = Talk(hasStamps: hasStamps)
            for round in 0..<30 as Range<UInt32> {
                let number = UInt16(round % 3 == 0 ? 50 + round : 200 + round)
                talk.send(from: 0, seq: 1000 + round * 4, ack: 5000, payload: "data", identification: number)
            }
            #expect(talk.found() == [])
        }
    }

    @Test("where only the handshake's rest is missing, no old connection answered")
    func handshakeNotCaptured() {
        var talk = Talk(handshake: false)
        talk.send(from: 0, seq: 999, .syn)
        talk.send(from: 0, seq: 1000, ack: 5000)
        talk.exchange(3)
        #expect(!talk.anomalies().contains { $0.kind == .oldConnectionAnswered })
    }

    @Test("a SYN is not lost where a reset answered it")
    func refused() {
        var talk = Talk(handshake: false)
        for _ in 0..<3 {
            talk.send(from: 0, seq: 999, .syn, ms: 500)
            talk.send(from: 1, seq: 0, ack: 1000, .rst)
        }
        #expect(Set(talk.anomalies().map(\.reason)).isSubset(of: [.refusedBefore]))
    }

    @Test("a port that is used again with the same number is another connection once both sides have closed")
    func sameNumberAgain() {
        var talk = Talk()
        talk.exchange(1)
        talk.close(after: 1)
        let first = talk.packets
        talk.send(from: 0, seq: 999, .syn, ms: 5000)
        talk.send(from: 1, seq: 4999, ack: 1000, .syn)
        talk.send(from: 0, seq: 1000, ack: 5000)
        talk.exchange(1)
        #expect(talk.found() == [])
        #expect(talk.flows().count == 2)
        #expect(first.batch.records.count == 8)
    }

    // MARK: Windows and keep-alives

    @Test("an old acknowledgement behind one byte of data looks like a keep-alive, but is not certainly one")
    func keepAlives() {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "a")
        talk.send(from: 0, seq: 1000, ack: 5000, stamp: talk.stamps, ms: 0)
        #expect(talk.believed() == ["5 keep-alive likely"])
        talk.send(from: 1, seq: 5000, ack: 1001)
        talk.send(from: 0, seq: 1000, ack: 5000, ms: 75_000)
        #expect(talk.believed().last == "7 keep-alive certain")
    }

    @Test("a keep-alive to a closed window is no certain probe")
    func probe() {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data")
        talk.send(from: 1, seq: 5000, ack: 1004, window: 0)
        talk.send(from: 0, seq: 1003, ack: 5000, ms: 60_000)
        #expect(talk.believed() == ["5 zero-window certain", "6 zero-window-probe likely"])
    }

    @Test("a reset with window 0 closes no window; without a handshake no window is full")
    func windows() {
        var talk = Talk(handshake: false)
        talk.send(from: 1, seq: 5000, ack: 1000, window: 4)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "full")
        talk.send(from: 1, seq: 5000, ack: 1004, .rst, window: 0)
        #expect(talk.found() == [])
    }

    @Test("a window update is no duplicate acknowledgement")
    func windowUpdate() {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data")
        talk.send(from: 1, seq: 5000, ack: 1000, window: 600)
        #expect(talk.found() == [])
    }

    @Test("sequence numbers that wrap")
    func wrap() {
        var talk = Talk(handshake: false)
        talk.send(from: 0, seq: .max - 5, .syn)
        talk.send(from: 1, seq: .max - 1, ack: .max - 4, .syn)
        talk.send(from: 0, seq: .max - 4, ack: .max)
        for round in 0..<8 as Range<UInt32> {
            talk.send(from: 0, seq: .max - 4 &+ round * 4, ack: .max &+ round * 4, payload: "PING")
            talk.send(from: 1, seq: .max &+ round * 4, ack: .max &+ round * 4, payload: "PONG")
        }
        #expect(talk.found() == [])
    }

    @Test("urgent data, and segments far larger than any network's, are nothing odd")
    func plain() {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, .urg, payload: "!")
        talk.send(from: 0, seq: 1001, ack: 5000, window: 500, payload: String(repeating: "x", count: 40_000))
        talk.send(from: 1, seq: 5000, ack: 41_001, window: 60_000)
        #expect(talk.found() == [])
    }
}
