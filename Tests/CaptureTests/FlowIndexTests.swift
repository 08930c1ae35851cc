import Capture
import Testing

/// Goal: that each segment finds its flow, however the ports of a capture lie: the index puts neighbouring ports side by
/// side. Method: thousands of pairs of ends of each pattern, each seen twice, in both directions.
@Suite("Flow index")
struct FlowIndexTests {
    enum Pattern: CaseIterable {
        /// One client that takes one port after the other.
        case successive
        /// Many clients with the same few ports.
        case manyAddresses
        /// The server's port is the greater one, and always the same.
        case greaterServerPort
        /// One source port, all ports of the other side, as a scan has them.
        case scan
        /// Ports that differ in their upper bits alone.
        case distant

        func ends(_ number: Int) -> (PacketBuilder.Side, PacketBuilder.Side) {
            let server = PacketBuilder.server
            let port = { (value: Int) in UInt16(truncatingIfNeeded: value) }
            return switch self {
            case .successive: (PacketBuilder.Side(port: port(30_000 + number)), server)
            case .manyAddresses:
                (
                    PacketBuilder.Side(address: 0x0A00_0000 + UInt32(number / 8), port: port(40_000 + number % 8)),
                    server
                )
            case .greaterServerPort:
                (PacketBuilder.Side(port: port(1024 + number)), PacketBuilder.Side(port: 61_616))
            case .scan: (PacketBuilder.Side(port: 65_000), PacketBuilder.Side(port: port(1 + number)))
            case .distant:
                (
                    PacketBuilder.Side(address: 0x0A00_0000 + UInt32(number / 64), port: port((number % 64) << 10 | 7)),
                    PacketBuilder.Side(port: 3)
                )
            }
        }
    }

    @Test("each pair of ends is one flow, found again", arguments: Pattern.allCases)
    func found(_ pattern: Pattern) {
        let count = 5000
        var builder = PacketBuilder()
        for number in 0..<count {
            let (client, server) = pattern.ends(number)
            builder.tcp(client, server, seq: 1, .syn)
        }
        for number in (0..<count).reversed() {
            let (client, server) = pattern.ends(number)
            builder.tcp(server, client, seq: 1, ack: 2, .syn)
        }
        var table = FlowTable(keepStreams: false)
        var found: [Int] = []
        table.add(builder.batch) { _, _, flow in found.append(flow) }
        let isFound = found == Array(0..<count) + (0..<count).reversed()
        #expect(isFound)
        #expect(table.finish().allSatisfy { $0.toServer.packets == 1 && $0.toClient.packets == 1 })
    }
}
