import Capture
import Testing

/// Goal: each class of anomaly is found where it is, and nothing in a clean conversation. Method: short conversations
/// with one oddity each, every packet numbered and stamped as Linux does; whole captures with ground truth are judged
/// elsewhere.
@Suite("Classes of anomalies")
struct AnomalyTests {
    static let client = PacketBuilder.client
    static let server = PacketBuilder.server

    /// A conversation in which every packet takes the next IP identification and the clock's time stamp.
    struct Conversation {
        var packets = PacketBuilder()
        var identifications: [UInt16] = [100, 700]
        var stamps: UInt32 = 5000

        init() {
            send(from: 0, seq: 999, .syn, scale: true)
            send(from: 1, seq: 4999, ack: 1000, .syn, scale: true)
            send(from: 0, seq: 1000, ack: 5000)
        }

        /// Sends a packet; `identification` and `stamp` make it one that was sent at another time.
        mutating func send(
            from side: Int, seq: UInt32, ack: UInt32? = nil, _ flags: TCPFlags = [], window: UInt16 = 500,
            payload: String = "", identification: UInt16? = nil, stamp: UInt32? = nil, scale: Bool = false,
            sack: (UInt32, UInt32)? = nil, ms: Int64 = 1
        ) {
            packets.time += ms * 1_000_000
            stamps += UInt32(ms)
            if identification == nil { identifications[side] += 1 }
            var options: [UInt8] = [1, 1, 8, 10] + PacketBuilder.be(stamp ?? stamps) + PacketBuilder.be(UInt32(1))
            if scale { options += [1, 3, 3, 0] }
            if let sack { options += [1, 1, 5, 10] + PacketBuilder.be(sack.0) + PacketBuilder.be(sack.1) }
            let ends = [AnomalyTests.client, AnomalyTests.server]
            packets.tcp(
                ends[side], ends[1 - side], seq: seq, ack: ack, flags, window: window, options: options,
                payload: payload, identification: identification ?? identifications[side])
        }

        /// The kinds found, each with its packet's number.
        func found() -> [String] {
            var table = FlowTable(findAnomalies: true)
            table.add(packets.batch)
            return table.finish().flatMap(\.anomalies).map { "\($0.packet.number) \($0.kind.rawValue)" }
        }
    }

    @Test("a clean conversation has none")
    func clean() {
        var talk = Conversation()
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
        var talk = Conversation()
        talk.send(from: 0, seq: 1004, ack: 5000, payload: "late", identification: 105)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "soon", identification: 104, stamp: talk.stamps - 1, ms: 8)
        #expect(talk.found() == ["5 reordered"])
    }

    @Test("the same packet twice is a duplicate of the network, or of the capture")
    func duplicates() {
        var talk = Conversation()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "once")
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "once", identification: 103, stamp: talk.stamps, ms: 5)
        #expect(talk.found() == ["5 network-duplicate"])
        talk.packets.batch.records[4].interface = 1
        talk.packets.batch.linkTypes.append(.ethernet)
        #expect(talk.found() == ["5 capture-duplicate"])
    }

    @Test("repeats are told apart by what made the sender repeat")
    func repeats() {
        var talk = Conversation()
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
        var talk = Conversation()
        talk.send(from: 0, seq: 1004, ack: 5000, payload: "hole")
        talk.send(from: 1, seq: 5000, ack: 1000, sack: (1004, 1008))
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "fill", ms: 5)
        #expect(talk.found().sorted() == ["5 duplicate-ack", "6 fast-retransmission", "6 loss-before-capture"])
    }

    @Test("a duplicate report makes a repeat spurious")
    func duplicateReport() {
        var talk = Conversation()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data")
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data", ms: 210)
        talk.send(from: 1, seq: 5000, ack: 1004, sack: (1000, 1004))
        #expect(talk.found() == ["5 spurious-retransmission"])
    }

    @Test("bytes acknowledged and never seen were missed by the capture")
    func missed() {
        var talk = Conversation()
        talk.identifications[0] += 1
        talk.send(from: 0, seq: 1004, ack: 5000, payload: "next")
        talk.send(from: 1, seq: 5000, ack: 1008)
        #expect(talk.found() == ["4 missed-by-capture"])
    }

    @Test("windows: closed, probed, filled; and keep-alives")
    func windows() {
        var talk = Conversation()
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
        var talk = Conversation()
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
        var abort = Conversation()
        abort.send(from: 0, seq: 1000, ack: 5000, payload: "read")
        abort.send(from: 1, seq: 5000, ack: 1004, .rst)
        #expect(abort.found() == [])
        var talk = Conversation()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "read")
        talk.send(from: 1, seq: 5000, ack: 1004, payload: "answer")
        talk.send(from: 0, seq: 1004, ack: 5006, .fin)
        talk.send(from: 1, seq: 5006, ack: 1004, .rst)
        #expect(talk.found() == [])
    }

    @Test("a direction of which every packet comes twice is the capture's fault")
    func mirrored() {
        var talk = Conversation()
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
