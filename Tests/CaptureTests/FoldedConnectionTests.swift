import Capture
import Testing

/// Goal: that connections which are over take little room changes nothing of what is said of them, whatever comes late.
/// Method: random conversations, sound and hostile ones, through a table that folds at once and through one that never
/// does.
@Suite("Folded connections")
struct FoldedConnectionTests {
    static func table(patience: Int) -> FlowTable {
        FlowTable(
            serverPort: nil, keepStreams: false, findAnomalies: true, verifyChecksums: false, paddingBytes: 1 << 20,
            patience: patience)
    }

    /// Connections one after the other on few ports, each with a handshake, requests and replies, and a close by FINs or a
    /// reset; now and then a packet is repeated, left out, late or odd.
    static func conversations(seed: UInt64, oddity: Int) -> PacketBuilder {
        var random = SeededGenerator(state: seed)
        var builder = PacketBuilder()
        var sent: [[UInt8]] = []
        for number in 0..<40 as Range<UInt32> {
            let client = PacketBuilder.Side(port: 40_000 + UInt16.random(in: 0...4, using: &random))
            let server = PacketBuilder.server
            var (up, down) = (1000 * number &+ 7, 5000 * number &+ 9)
            let stamped = number % 3 != 0
            var identifications: [UInt16] = [UInt16(100 * number + 1), UInt16(200 * number + 1)]
            func packet(_ isUp: Bool, _ flags: TCPFlags, _ payload: Int, _ builder: inout PacketBuilder) {
                let stamp = UInt32(builder.batch.records.count) + 1
                let options: [UInt8] =
                    stamped ? [1, 1, 8, 10] + PacketBuilder.be(stamp) + PacketBuilder.be(stamp &- 1) : []
                let ends = isUp ? (client, server) : (server, client)
                let bytes = PacketBuilder.segment(
                    ends.0, ends.1, isUp ? up : down, flags == .syn ? nil : isUp ? down : up, flags, 512, options,
                    [UInt8](repeating: 65, count: payload))
                identifications[isUp ? 0 : 1] &+= 1
                let frame = PacketBuilder.ethernet(
                    0x0800, PacketBuilder.ipv4(ends.0, ends.1, 6, bytes, identification: identifications[isUp ? 0 : 1]))
                let taken = UInt32(payload) + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
                if isUp { up &+= taken } else { down &+= taken }
                sent.append(frame)
                if Int.random(in: 0..<100, using: &random) >= oddity { builder.add(frame) }
                if Int.random(in: 0..<100, using: &random) < oddity, let old = sent.randomElement(using: &random) {
                    builder.time += Int64.random(in: 0...2, using: &random) * 300_000_000
                    builder.add(old)
                }
            }
            packet(true, .syn, 0, &builder)
            packet(false, [.syn, .ack], 0, &builder)
            packet(true, [], 0, &builder)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                packet(true, .psh, Int.random(in: 1...30, using: &random), &builder)
                packet(false, .psh, Int.random(in: 1...30, using: &random), &builder)
            }
            if Bool.random(using: &random) {
                packet(true, .fin, 0, &builder)
                packet(false, .fin, 0, &builder)
                packet(true, [], 0, &builder)
            } else {
                packet(Bool.random(using: &random), .rst, 0, &builder)
            }
        }
        return builder
    }

    @Test("folded at once or never, the flows are the same", arguments: 0..<60 as Range<UInt64>)
    func same(_ seed: UInt64) {
        let batch = Self.conversations(seed: seed, oddity: [0, 3, 15][Int(seed % 3)]).batch
        var tables = [0, 3, .max].map { Self.table(patience: $0) }
        for index in tables.indices { tables[index].add(batch) }
        let folded = tables.map(\.foldedCount)
        #expect(folded[2] == 0)
        if seed % 3 == 0 { #expect(folded[0] > 20 && folded[1] > 10, "\(folded)") }
        let flows = tables.map { $0.finish().map { String(reflecting: $0) } }
        #expect(flows[0] == flows[2])
        #expect(flows[1] == flows[2])
    }

    /// The second time the clock has run back, and each connection is there, folded, with the numbers that it had.
    @Test("so they are of a recording that is appended to itself", arguments: 0..<30 as Range<UInt64>)
    func appended(_ seed: UInt64) {
        let batch = Self.conversations(seed: seed, oddity: [0, 3, 15][Int(seed % 3)]).batch
        var tables = [0, 3, .max].map { Self.table(patience: $0) }
        for index in tables.indices {
            tables[index].add(batch)
            tables[index].add(batch)
        }
        let flows = tables.map { $0.finish().map { String(reflecting: $0) } }
        if seed % 3 == 0 { #expect(flows[2].count == 80) }
        #expect(flows[0] == flows[2])
        #expect(flows[1] == flows[2])
    }

    @Test("a folded connection takes less than half the room")
    func size() {
        #expect(FlowTable.connectionBytes.folded * 2 < FlowTable.connectionBytes.open)
    }
}
