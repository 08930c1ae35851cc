import Capture
import Testing

/// Goal: what a file was made of is told, and never blamed on the network or a peer. Method: one sound conversation, in a
/// file that was appended, rewritten, cut, or left with zeros.
@Suite("How a file was made")
struct RecordingTests {
    static func talk(_ numbering: Talk.Numbering = .counting, hasStamps: Bool = true) -> Talk {
        var talk = Talk(numbering, hasStamps: hasStamps)
        talk.exchange(5)
        talk.close(after: 5)
        return talk
    }

    static func table(_ packets: PacketBuilder, verifyChecksums: Bool = false) -> FlowTable {
        var table = FlowTable(findAnomalies: true, verifyChecksums: verifyChecksums)
        table.add(packets.batch)
        return table
    }

    // MARK: Appended

    @Test("a file appended to itself holds two recordings, wherever each begins", arguments: 0..<16)
    func appended(_ skipped: Int) throws {
        for (numbering, hasStamps) in InnocentDuplicateTests.hosts {
            var talk = Self.talk(numbering, hasStamps: hasStamps)
            talk.packets.batch.records.removeFirst(skipped)
            guard talk.packets.batch.records.count > 3 else { return }
            let once = talk.packets.batch.records
            for _ in 0..<2 { talk.packets.batch.records += once }
            talk.renumber()
            let table = Self.table(talk.packets)
            let steps = table.stepsBack
            let flows = table.finish()
            #expect(flows.map(\.recording) == [0, 1, 2], "\(numbering) \(hasStamps)")
            #expect(steps.map(\.packet) == [once.count + 1, 2 * once.count + 1])
            #expect(steps.map(\.beginsRecording) == [true, true])
            // What a recording that begins in the middle cannot know is the same in each.
            #expect(Set(flows.map(\.anomalies.count)).count == 1)
            #expect(flows.map(\.toServer.bytes) == Array(repeating: flows[0].toServer.bytes, count: 3))
        }
    }

    @Test("a clock that is set back begins no recording, and is told once")
    func clockBack() {
        var talk = Talk()
        talk.exchange(400, pause: 3)
        talk.packets.time -= 30_000_000_000
        talk.exchange(5, from: 400)
        let table = Self.table(talk.packets)
        #expect(table.stepsBack.map(\.packet) == [804])
        #expect(table.stepsBack.map(\.beginsRecording) == [false])
        let flows = table.finish()
        #expect(flows.count == 1)
        #expect(flows[0].anomalies.map(\.kind) == [.clockStep])
        #expect(flows[0].anomalies[0].duration < -29_000_000_000)
    }

    @Test("packets that several processors wrote are out of order by little, and of one recording")
    func jitter() {
        var generator = SeededGenerator(state: 5)
        for reach in [10_000, 200_000, 3_000_000] as [Int64] {
            var talk = Self.talk()
            // The stamps stay; the places in the file are those of stamps that are a little off.
            let places = talk.packets.batch.records.map {
                ($0, $0.time.nanoseconds + Int64.random(in: 0...reach, using: &generator))
            }
            talk.packets.batch.records = places.sorted { $0.1 < $1.1 }.map(\.0)
            talk.renumber()
            let flows = Self.table(talk.packets).finish()
            #expect(flows.map(\.recording) == [0])
            let blamed: Set<Anomaly.Kind> = [.reordered, .networkDuplicate, .retransmission, .tailLossProbe]
            #expect(blamed.isDisjoint(with: flows[0].anomalies.filter { $0.confidence == .certain }.map(\.kind)))
        }
    }

    // MARK: Rewritten

    /// Fills in right checksums, for packets of Ethernet and IPv4.
    static func seal(_ packets: inout PacketBuilder, _ which: (Int) -> Bool = { _ in true }) {
        for (index, record) in packets.batch.records.enumerated() where which(index) {
            let start = record.offset + 14
            let end = record.offset + record.capturedLength
            var sum = 6 + end - start - 20
            var bytes = Array(packets.batch.bytes[start + 12..<end])
            bytes.replaceSubrange(24..<26, with: [0, 0])
            if bytes.count % 2 == 1 { bytes.append(0) }
            for place in stride(from: 0, to: bytes.count, by: 2) {
                sum += Int(bytes[place]) << 8 + Int(bytes[place + 1])
            }
            while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
            packets.batch.bytes.replaceSubrange(start + 36..<start + 38, with: PacketBuilder.be(~UInt16(sum)))
        }
    }

    @Test("addresses rewritten, checksums stale: the file's, not the network's")
    func rewritten() throws {
        var talk = Self.talk()
        Self.seal(&talk.packets)
        #expect(talk.flows(verifyChecksums: true)[0].toServer.rightChecksums == 9)
        for record in talk.packets.batch.records {
            talk.packets.batch.bytes[record.offset + 27] ^= 0x40
            talk.packets.batch.bytes[record.offset + 31] ^= 0x40
        }
        let flow = try #require(talk.flows(verifyChecksums: true).first)
        #expect(flow.anomalies.isEmpty)
        #expect(flow.toServer.staleChecksums == 9)
        #expect(flow.toClient.staleChecksums == 7)
    }

    @Test("one side recorded before its card filled the checksums in")
    func beforeTheCard() throws {
        var talk = Self.talk()
        let client = talk.packets.batch.records.indices.filter {
            talk.packets.batch.bytes[talk.packets.batch.records[$0].offset + 35] == 0x40
        }
        Self.seal(&talk.packets) { !client.contains($0) }
        let flow = try #require(talk.flows(verifyChecksums: true).first)
        #expect(flow.anomalies.isEmpty)
        #expect(flow.toServer.staleChecksums == client.count && flow.toClient.staleChecksums == 0)
    }

    @Test("a damaged packet that had to be sent again is the network's; one that was acknowledged is not")
    func damaged() throws {
        var talk = Self.talk()
        Self.seal(&talk.packets)
        // The last byte of the client's second request.
        let hit = talk.packets.batch.records[5]
        talk.packets.batch.bytes[hit.offset + hit.capturedLength - 1] ^= 1
        let taken = try #require(talk.flows(verifyChecksums: true)[0].anomalies.first { $0.kind == .badChecksum })
        #expect(taken.packet.number == 6)
        #expect(taken.reason == .checksumWrongButAcknowledged && taken.confidence == .possible)

        var again = Talk()
        again.exchange(3)
        again.send(from: 0, seq: 1012, ack: 5012, payload: "PING")
        again.send(from: 0, seq: 1012, ack: 5012, payload: "PING", ms: 250)
        again.send(from: 1, seq: 5012, ack: 1016)
        Self.seal(&again.packets)
        let first = again.packets.batch.records[9]
        again.packets.batch.bytes[first.offset + first.capturedLength - 1] ^= 1
        let found = again.flows(verifyChecksums: true)[0].anomalies
        let bad = try #require(found.first { $0.kind == .badChecksum })
        #expect(bad.reason == .checksumWrongAndRepeated && bad.confidence == .likely)
        #expect(found.contains { $0.kind == .timeoutRetransmission })
        #expect(found.allSatisfy { $0.kind != .overlapConflict || $0.confidence < .certain })
    }

    // MARK: Cut

    @Test(
        "packets cut to a length, which the file calls whole: nothing can be summed, and nothing is out of order",
        arguments: [54, 60, 70, 80, 96])
    func cut(_ length: Int) throws {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, payload: String(repeating: "q", count: 300))
        talk.send(from: 1, seq: 5000, ack: 1300, payload: String(repeating: "a", count: 1400))
        talk.send(from: 1, seq: 6400, ack: 1300, payload: String(repeating: "b", count: 1400))
        talk.send(from: 0, seq: 1300, ack: 7800)
        Self.seal(&talk.packets)
        for index in talk.packets.batch.records.indices {
            let kept = min(length, talk.packets.batch.records[index].capturedLength)
            talk.packets.batch.records[index].capturedLength = kept
            talk.packets.batch.records[index].wireLength = kept
        }
        let table = Self.table(talk.packets, verifyChecksums: true)
        #expect(table.cutSegments == (length < 66 ? 7 : 3))
        let flow = try #require(table.finish().first)
        #expect(flow.anomalies.map(\.kind) == [])
        #expect(flow.toClient.payloadBytes == 2800)
        #expect(flow.toClient.gaps.reduce(0) { $0 + $1.count } == 2800 - 2 * max(0, length - 66))
    }

    @Test("a packet shorter within a tunnel than its IP length is not cut: the tunnel's length holds")
    func limited() throws {
        let segment = PacketBuilder.segment(
            PacketBuilder.client, PacketBuilder.server, 1000, 2000, .psh, 512, [], [1, 2, 3])
        let ip = PacketBuilder.ipv4(PacketBuilder.client, PacketBuilder.server, 6, segment)
        let padded = [0x11, 0, 0, 1] + PacketBuilder.be(UInt16(ip.count)) + [0, 0x21] + ip + [9, 9, 9]
        var packets = PacketBuilder()
        packets.add(PacketBuilder.ethernet(0x8864, padded))
        guard case .tcp(let found) = dissect(packets.batch.records[0], in: packets.batch) else {
            Issue.record("no TCP")
            return
        }
        // PPP's two bytes take part of the length: the last two of the payload are not of the packet.
        #expect(found.payloadLength == 1 && found.lostBytes == 0)
    }
}
