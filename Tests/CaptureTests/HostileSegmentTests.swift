import Capture
import Testing

/// Goal: nothing that segments can say makes the analyses trap, and their bookkeeping stays consistent. Method: seeded
/// random segments on few connections, near one another and anywhere in sequence space.
@Suite("Hostile segments")
struct HostileSegmentTests {
    @Test("random segments", arguments: 0..<10)
    func random(_ seed: Int) {
        var generator = SeededGenerator(state: UInt64(seed) &+ 1000)
        var packets = PacketBuilder()
        let bases: [UInt32] = [0, 0xFFFF_FF00, 0x7FFF_FF00, 12_345]
        for _ in 0..<400 {
            packets.time += Int64.random(in: -5_000_000...400_000_000, using: &generator)
            let sides = [PacketBuilder.Side(port: .random(in: 1...2, using: &generator)), PacketBuilder.server]
            let from = Int.random(in: 0...1, using: &generator)
            let isWild = UInt8.random(in: 0...9, using: &generator) == 0
            let number = { (generator: inout SeededGenerator) -> UInt32 in
                isWild
                    ? .random(in: .min ... .max, using: &generator)
                    : bases.randomElement(using: &generator)! &+ .random(in: 0...300, using: &generator)
            }
            var options: [UInt8] = []
            if Bool.random(using: &generator) {
                options = [1, 1, 5, 10] + PacketBuilder.be(number(&generator)) + PacketBuilder.be(number(&generator))
            }
            let length = Int.random(in: 0...60, using: &generator)
            packets.tcp(
                sides[from], sides[1 - from], seq: number(&generator), ack: number(&generator),
                TCPFlags(rawValue: .random(in: 0...63, using: &generator)),
                window: .random(in: 0...9, using: &generator),
                options: options, payload: String(repeating: "x", count: length),
                identification: .random(in: 0...5, using: &generator), keep: 54 + .random(in: 0...80, using: &generator)
            )
        }
        var missing: [[Int]] = []
        for keep in [true, false] {
            var table = FlowTable(keepStreams: keep, findAnomalies: true, verifyChecksums: true)
            table.add(packets.batch)
            let flows = table.finish()
            #expect(flows.map { $0.toServer.packets + $0.toClient.packets }.reduce(0, +) == 400)
            for stream in flows.flatMap({ [$0.toServer, $0.toClient] }) where keep {
                #expect(stream.chunks.allSatisfy { $0.offset >= 0 && $0.offset + $0.length <= stream.bytes.count })
                #expect(zip(stream.chunks, stream.chunks.dropFirst()).allSatisfy { $0.offset + $0.length <= $1.offset })
            }
            missing.append(flows.flatMap { [$0.toServer, $0.toClient] }.map { $0.gaps.reduce(0) { $0 + $1.count } })
            for flow in flows {
                let counted = (flow.toServer.anomalies.occurred + flow.toClient.anomalies.occurred).map(\.count).reduce(
                    0, +)
                #expect(counted == flow.anomalies.count)
            }
        }
        #expect(missing[0] == missing[1])
        var wireshark = WiresharkAnalysis()
        #expect(wireshark.add(packets.batch).count == 400)
        var matcher = TwoPointMatcher()
        matcher.add(packets.batch, at: .client)
        matcher.add(packets.batch, at: .server)
        for flow in matcher.finish() { #expect(flow.toServer.lost.isEmpty && flow.toServer.unsent.isEmpty) }
    }

    @Test("checksums: right, left to the card, wrong; and bytes that contradict the first copy")
    func checksums() throws {
        var packets = FlowTableTests.connected()
        let (client, server) = (PacketBuilder.client, PacketBuilder.server)
        for payload in ["good", "card", "evil"] {
            packets.tcp(client, server, seq: 1000, ack: 5000, payload: payload)
        }
        let header = { (index: Int) in packets.batch.records[index].offset + 34 }
        // The sum over pseudo-header, header and payload, taken the obvious way.
        let sum = { (from: Int, count: Int, pseudo: Bool) -> UInt16 in
            var total = pseudo ? 6 + 24 + 0x7F00 + 1 + 0x7F00 + 1 : 0
            for offset in stride(from: from, to: from + count, by: 2) {
                total += Int(packets.batch.bytes[offset]) << 8 + Int(packets.batch.bytes[offset + 1])
            }
            while total > 0xFFFF { total = total >> 16 + total & 0xFFFF }
            return UInt16(total)
        }
        let right = PacketBuilder.be(~sum(header(3), 24, true))
        let card = PacketBuilder.be(sum(header(4), 0, true))
        packets.batch.bytes.replaceSubrange(header(3) + 16..<header(3) + 18, with: right)
        packets.batch.bytes.replaceSubrange(header(4) + 16..<header(4) + 18, with: card)
        packets.batch.bytes.replaceSubrange(header(5) + 16..<header(5) + 18, with: [0x12, 0x34])
        var table = FlowTable(findAnomalies: true, verifyChecksums: true)
        table.add(packets.batch)
        let flow = try #require(table.finish().first)
        #expect(flow.toServer.unverifiedChecksums == 1)
        #expect(flow.anomalies.filter { $0.kind == .badChecksum }.map(\.packet.number) == [1, 2, 3, 6])
        #expect(flow.anomalies.filter { $0.kind == .overlapConflict }.map(\.packet.number) == [5, 6])
    }
}

/// Goal: no time that a file may give stops the analysis. Method: one conversation whose packets have the earliest and the
/// latest times in turn.
@Suite("Times from the ends of all time")
struct ExtremeTimeTests {
    @Test("the earliest and the latest, in any order", arguments: 0..<8)
    func extremes(_ seed: Int) {
        var generator = SeededGenerator(state: UInt64(seed))
        var talk = Talk()
        talk.exchange(20)
        talk.send(from: 1, seq: 5080, ack: 1080, window: 0)
        talk.send(from: 0, seq: 1079, ack: 5080)
        talk.send(from: 1, seq: 5080, ack: 1080, window: 500)
        talk.close(after: 20)
        let limit = Int64.max / 2
        for index in talk.packets.batch.records.indices {
            talk.packets.batch.records[index].time.nanoseconds = [-limit, -1, 0, limit].randomElement(
                using: &generator)!
        }
        #expect(talk.flows().map(\.toServer.packets).reduce(0, +) > 0)
    }
}
