@testable import Capture
import Verification
import Wire
import Protocols

/// Exchanges over UDP: who asks, what was sent again and answered again, ICMP errors, and both ends of one exchange.
///
/// Input: the codec; then packets, each a byte with the client (bits 0–1), the direction (2), an ICMP error instead (3),
/// the same packet again (4), a cut (5), IPv6 (6) and a packet that the server's capture lacks (7); a length, and that
/// many bytes.
struct DatagramsTarget: ParserTarget {
    let name = "datagrams"

    func run(_ input: [UInt8]) {
        var reader = InputReader(input)
        let codec = WireProtocols.all[Int(reader.u8()) % WireProtocols.all.count]
        let tape = Self.packets(&reader)
        let flows = Self.exchanges([tape.batch])
        Self.check(flows, tape)
        let bare = Self.exchanges([tape.batch], kept: .none)
        requireEqual(bare.map(Self.outline), flows.map(Self.outline), "payloads are kept or not, all else is the same")
        let apart = Self.exchanges(FlowProperties.split(tape.batch))
        requireEqual(apart.map(Self.text), flows.map(Self.text), "batches do not matter")
        let evidence = Evidence(datagrams: flows, codec: codec, end: Timestamp(nanoseconds: .max / 2))
        let search = LinearizabilityOracle(budget: SearchBudget(nodes: 20_000, bytes: 16 << 20))
        _ = Judge(oracles: Judge.wireOracles.filter { $0.id != .linearizability } + [search]).judge(evidence)
        Self.match(tape)
    }

    /// All exchanges, everything looked for.
    static func exchanges(
        _ batches: [PacketBatch], kept: DatagramTable.Kept = .all, decoding: UDPDecoding = .usual
    ) -> [DatagramFlow] {
        var table = FlowProperties.table(decoding: decoding)
        table.datagrams = DatagramTable(serverPort: 6379, kept: kept, findsTwins: true, decoding: decoding)
        for batch in batches { table.add(batch) }
        return table.datagrams?.finish() ?? []
    }

    static func outline(_ flow: DatagramFlow) -> String {
        let streams = [flow.toServer, flow.toClient].map {
            "\($0.packets) \($0.payloadBytes) \($0.unlistedGapBytes) \($0.anomalies.occurred.map(\.count))"
        }
        let odd = flow.anomalies.map { "\($0.packet.number) \($0.related) \($0.reason.rawValue) \($0.isToServer)" }
        let errors = flow.icmpErrors.map {
            "\($0.packet.number) \($0.meaning) \($0.isAboutClient) \($0.nextHopMTU ?? 0)"
        }
        return "\(flow.id) \(flow.client) \(flow.server) \(streams) \(odd) \(errors) \(flow.icmpErrorCount)"
    }

    static func text(_ flow: DatagramFlow) -> String {
        let said = flow.datagrams.map {
            "\($0.isRequest) \($0.datagram.packet.number) \($0.datagram.isWhole) \($0.datagram.bytes.hashValue)"
        }
        return "\(outline(flow)) \(said)"
    }

    private static func check(_ flows: [DatagramFlow], _ tape: Tape) {
        requireEqual(
            flows.reduce(0) { $0 + $1.toServer.packets + $1.toClient.packets }, tape.datagrams, "no datagram is lost")
        for flow in flows {
            requireEqual(flow.datagrams.count, flow.toServer.packets + flow.toClient.packets, "all are kept")
            require(flow.firstTime <= flow.lastTime, "an exchange begins before it ends")
            require(flow.anomalies.count <= DatagramExchange.maximumTwins, "twins are bounded")
            require(flow.icmpErrors.count <= ICMPErrors.maximumPerFlow, "errors are bounded")
            for (isRequest, datagram) in flow.datagrams {
                let isFromClient = tape.isFromClient[datagram.packet.number] == true
                requireEqual(isRequest, isFromClient, "the server's port tells who asks")
            }
        }
    }

    /// A capture matches itself, and what the server's capture lacks is lost once.
    private static func match(_ tape: Tape) {
        var matcher = TwoPointMatcher(serverPort: 6379)
        matcher.add(tape.batch, at: .client)
        matcher.add(tape.far, at: .server)
        let result = matcher.result()
        let lost = result.flows.reduce(0) { $0 + $1.toServer.lost.count + $1.toClient.unsent.count }
        let alone = result.onlyAtClient.reduce(0) { $0 + $1.packets }
        let arrived = result.flows.reduce(0) {
            $0 + $1.toServer.received - $1.toServer.duplicated.count + $1.toClient.sent - $1.toClient.lost.count
        }
        require(lost + alone <= tape.datagrams, "no more is lost than was sent")
        require(arrived <= tape.datagrams, "no more arrived than was sent")
        require(result.onlyAtServer.isEmpty, "the client's capture has all flows")
    }

    struct Tape {
        var batch = PacketBatch(linkTypes: [.raw])
        /// The same, without what the server's capture lacks.
        var far = PacketBatch(linkTypes: [.raw])
        var datagrams = 0
        var isFromClient: [Int: Bool] = [:]
    }

    private static func packets(_ reader: inout InputReader) -> Tape {
        var tape = Tape()
        var last: [UInt8] = []
        while !reader.isAtEnd {
            let shape = reader.u8()
            let payload = reader.take(Int(reader.u8()))
            let client = 40_000 + UInt16(shape & 3)
            let isFromClient = shape & 4 == 0
            let udp = isFromClient ? PacketBytes.udp(client, 6379, payload) : PacketBytes.udp(6379, client, payload)
            let number = tape.batch.records.count + 1
            let identification = UInt16(truncatingIfNeeded: number)
            var packet =
                shape & 64 != 0 ? PacketBytes.ipv6(17, udp) : PacketBytes.ipv4(17, udp, identification: identification)
            let isError = shape & 8 != 0
            if isError {
                let quoted = packet
                packet =
                    shape & 64 != 0
                    ? PacketBytes.ipv6(58, [1, 4, 0, 0, 0, 0, 0, 0] + quoted)
                    : PacketBytes.ipv4(1, [3, 4, 0, 0, 0, 0, 5, 0] + quoted)
            }
            if shape & 16 != 0, !isError, !last.isEmpty, tape.isFromClient[number - 1] == isFromClient { packet = last }
            let kept = shape & 32 != 0 && payload.count > 1 && packet != last ? packet.count - 1 : packet.count
            append(packet, kept, number, to: &tape.batch)
            if shape & 128 == 0 { append(packet, kept, number, to: &tape.far) }
            guard !isError else { continue }
            tape.datagrams += 1
            tape.isFromClient[number] = isFromClient
            last = kept == packet.count ? packet : []
        }
        return tape
    }

    private static func append(_ packet: [UInt8], _ kept: Int, _ number: Int, to batch: inout PacketBatch) {
        batch.records.append(
            PacketRecord(
                number: number, time: Timestamp(nanoseconds: Int64(number) * 1000), offset: batch.bytes.count,
                capturedLength: kept, wireLength: packet.count))
        batch.bytes += packet.prefix(kept)
    }

    func seeds() -> [[UInt8]] {
        func packet(_ shape: UInt8, _ text: String) -> [UInt8] { [shape, UInt8(text.utf8.count)] + text.utf8 }
        let resp = UInt8(WireProtocols.all.firstIndex { $0 is RESPCodec }!)
        let asked = packet(0, "GET k\r\n") + packet(0x10, "") + packet(4, "$1\r\na\r\n") + packet(4, "$1\r\na\r\n")
        let others =
            packet(1, "INCR n\r\n") + packet(0x45, ":1\r\n") + packet(0x80, "GET k\r\n") + packet(8, "GET k\r\n")
        let echo = packet(0, "one\n") + packet(4, "one\n") + packet(0x24, "two\n") + packet(0x4C, "one\n")
        return [[resp] + asked, [resp] + asked + others, [0] + echo, [resp] + others + asked + others]
    }
}
