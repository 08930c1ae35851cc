import Capture
import Testing

/// Goal: each class of anomaly is found where it is, and nothing in a clean conversation. Method: short conversations
/// with one oddity each, every packet numbered and stamped as Linux does; whole captures with ground truth are judged
/// elsewhere.
@Suite("Classes of anomalies")
struct AnomalyTests {
    @Test("a clean conversation has none")
    func clean() {
        var talk = Talk()
        for round in 0..<5 as Range<UInt32> {
            talk.send(from: 0, seq: 1000 + round * 4, ack: 5000 + round * 4, .psh, payload: "PING")
            talk.send(from: 1, seq: 5000 + round * 4, ack: 1004 + round * 4, .psh, payload: "PONG", ms: 300)
        }
        talk.send(from: 0, seq: 1020, ack: 5020, .fin)
        talk.send(from: 1, seq: 5020, ack: 1021, .fin)
        talk.send(from: 0, seq: 1021, ack: 5021)
        #expect(talk.found() == [])
    }

    @Test("an overtaken segment is reordered, not repeated")
    func reordered() {
        var talk = Talk()
        talk.send(from: 0, seq: 1004, ack: 5000, payload: "late", identification: 105)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "soon", identification: 104, stamp: talk.stamps - 1, ms: 8)
        #expect(talk.found() == ["5 reordered"])
    }

    @Test("the same packet twice is a duplicate of the network, or of the capture")
    func duplicates() {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "once")
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "once", identification: 103, stamp: talk.stamps, ms: 5)
        #expect(talk.found() == ["5 network-duplicate"])
        talk.packets.batch.records[4].interface = 1
        talk.packets.batch.linkTypes.append(.ethernet)
        #expect(talk.found() == ["5 capture-duplicate"])
    }

    @Test("repeats are told apart by what made the sender repeat")
    func repeats() {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data")
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data", ms: 20)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data", ms: 210)
        talk.send(from: 1, seq: 5000, ack: 1004, ms: 1)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data", ms: 1)
        #expect(
            talk.found() == [
                "5 tail-loss-probe", "6 timeout-retransmission", "8 spurious-retransmission",
            ])
    }

    @Test("a hole, selective acknowledgements and a fast repeat: the loss was before the capture")
    func fast() {
        var talk = Talk()
        talk.send(from: 0, seq: 1004, ack: 5000, payload: "hole")
        talk.send(from: 1, seq: 5000, ack: 1000, sack: (1004, 1008))
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "fill", ms: 5)
        #expect(talk.found().sorted() == ["5 duplicate-ack", "6 fast-retransmission", "6 loss-before-capture"])
    }

    @Test("a duplicate report makes a repeat spurious")
    func duplicateReport() {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data")
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data", ms: 210)
        talk.send(from: 1, seq: 5000, ack: 1004, sack: (1000, 1004))
        #expect(talk.found() == ["5 spurious-retransmission"])
    }

    @Test("bytes acknowledged and never seen were missed by the capture")
    func missed() {
        var talk = Talk()
        talk.identifications[0] += 1
        talk.send(from: 0, seq: 1004, ack: 5000, payload: "next")
        talk.send(from: 1, seq: 5000, ack: 1008)
        #expect(talk.found() == ["4 missed-by-capture"])
    }

    @Test("windows: closed, probed, filled; and keep-alives")
    func windows() {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data")
        talk.send(from: 1, seq: 5000, ack: 1004, window: 4)
        talk.send(from: 0, seq: 1004, ack: 5000, payload: "full")
        talk.send(from: 1, seq: 5000, ack: 1008, window: 0)
        talk.send(from: 0, seq: 1007, ack: 5000, ms: 300)
        talk.send(from: 1, seq: 5000, ack: 1008, window: 500)
        talk.send(from: 0, seq: 1007, ack: 5000, ms: 300)
        #expect(
            talk.found() == [
                "6 window-full", "7 zero-window", "8 zero-window-probe", "10 keep-alive",
            ])
    }

    @Test("a SYN again, and a reset that loses data")
    func handshakeAndReset() {
        var talk = Talk()
        talk.packets = PacketBuilder()
        talk.send(from: 0, seq: 999, .syn)
        talk.send(from: 0, seq: 999, .syn, ms: 1000)
        talk.send(from: 1, seq: 4999, ack: 1000, .syn)
        talk.send(from: 0, seq: 1000, ack: 5000)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "lost")
        talk.send(from: 1, seq: 5000, ack: 1000, .rst)
        #expect(talk.found() == ["2 handshake-retransmission", "6 reset-with-data-unread"])
    }

    @Test("a reset leaves data unread only where data was not acknowledged, not even by itself; a FIN is none")
    func resetWithoutData() {
        var abort = Talk()
        abort.send(from: 0, seq: 1000, ack: 5000, payload: "read")
        abort.send(from: 1, seq: 5000, ack: 1004, .rst)
        #expect(abort.found() == [])
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "read")
        talk.send(from: 1, seq: 5000, ack: 1004, payload: "answer")
        talk.send(from: 0, seq: 1004, ack: 5006, .fin)
        talk.send(from: 1, seq: 5006, ack: 1004, .rst)
        #expect(talk.found() == [])
    }

    @Test("a direction of which every packet comes twice is the capture's fault")
    func mirrored() {
        var talk = Talk()
        for round in 0..<10 as Range<UInt32> {
            talk.send(from: 0, seq: 1000 + round * 4, ack: 5000, payload: "PING")
            talk.send(
                from: 0, seq: 1000 + round * 4, ack: 5000, payload: "PING", identification: talk.identifications[0],
                stamp: talk.stamps, ms: 0)
        }
        #expect(Set(talk.found().map { $0.split(separator: " ")[1] }) == ["capture-duplicate"])
        #expect(talk.found().count == 10)
    }
}
