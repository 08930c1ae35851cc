import Capture
import Testing

/// Goal: a packet that is in the capture twice is told from one that was sent twice. Method: for each kind of repeat the
/// recording that looks most like it, and for doubled recordings the network that does so.
@Suite("Recorded twice, or sent twice")
struct InnocentDuplicateTests {
    /// Hosts that number their packets in every way, with time stamps and without.
    static let hosts: [(Talk.Numbering, Bool)] = [
        (.counting, true), (.counting, false), (.constant(0), true), (.constant(0), false), (.constant(7), false),
        (.random, true), (.none, true), (.none, false),
    ]

    @Test(
        "each packet recorded twice: the capture's, whatever the hosts say", arguments: hosts.indices,
        [0, 2000, 300_000])
    func doubled(_ host: Int, _ distance: Int64) {
        for rounds in [0, 1, 3, 20] {
            var talk = Talk(Self.hosts[host].0, hasStamps: Self.hosts[host].1)
            talk.exchange(rounds)
            talk.close(after: rounds)
            talk.double(after: distance)
            let kinds = talk.anomalies().map(\.kind)
            #expect(kinds.allSatisfy { $0 == .captureDuplicate }, "\(Self.hosts[host]), \(rounds) rounds")
            // Once both sides have closed, their past is forgotten.
            #expect(kinds.count >= 5 + 2 * rounds, "\(Self.hosts[host]), \(rounds) rounds")
        }
    }

    @Test(
        "two places of recording that see each packet milliseconds apart", arguments: hosts.indices, [3, 20] as [Int64])
    func farApart(_ host: Int, _ milliseconds: Int64) {
        var talk = Talk(Self.hosts[host].0, hasStamps: Self.hosts[host].1)
        talk.exchange(8, pause: 60)
        talk.double(after: milliseconds * 1_000_000)
        talk.packets.batch.records.sort { $0.time < $1.time }
        talk.renumber()
        let kinds = Set(talk.anomalies().map(\.kind))
        #expect(kinds.isSubset(of: [.captureDuplicate, .duplicateACK, .keepAlive]), "\(Self.hosts[host])")
        #expect(kinds.contains(.captureDuplicate))
    }

    @Test("both copies after the other side's answer: not one packet was sent twice")
    func doubledLate() {
        var talk = Talk(.none, hasStamps: false)
        talk.exchange(4)
        // Each copy stands behind the packet that follows the first.
        var records = talk.packets.batch.records
        for record in talk.packets.batch.records.dropLast().reversed() {
            var copy = record
            copy.time.nanoseconds += 200_000
            records.insert(copy, at: record.number + 1)
        }
        talk.packets.batch.records = records
        talk.renumber()
        #expect(Set(talk.anomalies().map(\.kind)).isSubset(of: [.captureDuplicate, .duplicateACK]))
    }

    @Test("a network that doubles some packets is not the capture, and that is never certain")
    func networkDuplicates() {
        var talk = Talk()
        talk.exchange(10)
        talk.send(
            from: 1, seq: 5036, ack: 1040, .psh, payload: "PONG", identification: talk.identifications[1],
            stamp: talk.stamps, ms: 2)
        #expect(talk.believed() == ["24 network-duplicate likely"])
    }

    @Test("a receiver that answers each copy got two: then the capture is not certain")
    func answered() {
        var talk = Talk()
        for round in 0..<6 as Range<UInt32> {
            talk.send(from: 0, seq: 1000 + round * 4, ack: 5000, payload: "data")
            let number = talk.identifications[0]
            talk.send(
                from: 0, seq: 1000 + round * 4, ack: 5000, payload: "data", identification: number, stamp: talk.stamps,
                ms: 0)
            talk.send(from: 1, seq: 5000, ack: 1004 + round * 4, ms: 0)
            talk.send(from: 1, seq: 5000, ack: 1004 + round * 4, ms: 0)
        }
        let found = talk.anomalies()
        #expect(Set(found.map(\.kind)) == [.captureDuplicate])
        #expect(found.allSatisfy { $0.confidence == .likely })
    }

    @Test("one number for all packets tells nothing: what comes again after a time-out was sent again")
    func constantNumber() {
        var talk = Talk(.constant(7), hasStamps: false)
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data")
        talk.send(from: 0, seq: 1000, ack: 5000, payload: "data", ms: 250)
        #expect(talk.believed() == ["5 timeout-retransmission likely"])
    }

    @Test("a second answer to a SYN that came twice is an answer")
    func answersTwice() {
        var talk = Talk(handshake: false)
        talk.send(from: 0, seq: 999, .syn)
        talk.send(from: 0, seq: 999, .syn, ms: 1000)
        talk.send(from: 1, seq: 4999, ack: 1000, .syn, identification: 0)
        talk.send(from: 1, seq: 4999, ack: 1000, .syn, identification: 0, stamp: talk.stamps, ms: 0)
        let found = talk.anomalies()
        #expect(found.map(\.kind) == [.handshakeRetransmission, .handshakeRetransmission])
        #expect(found.last?.reason == .answersSYNTwice)
    }

    @Test("before and after a router or a bridge: the capture's, though a network can do it too")
    func twoPlaces() {
        var talk = Talk()
        talk.exchange(2)
        var copy = talk.packets.batch.records[5]
        copy.interface = 1
        talk.packets.batch.linkTypes.append(.ethernet)
        talk.packets.batch.records.insert(copy, at: 6)
        talk.renumber()
        #expect(talk.believed() == ["7 capture-duplicate likely"])
    }

    @Test("what was recorded before and is appended again is no repeat: its time stamp is older")
    func recordedBefore() {
        var talk = Talk(.random, hasStamps: false)
        talk.exchange(100)
        // A recording that overlaps begins in the middle.
        let overlap = talk.packets.batch.records[100...]
        talk.packets.batch.records += overlap
        talk.renumber()
        #expect(Set(talk.anomalies().map(\.kind)).isSubset(of: [.captureDuplicate, .duplicateACK]))
    }
}
