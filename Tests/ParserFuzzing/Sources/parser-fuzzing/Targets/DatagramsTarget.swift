import Capture
import Verification
import Wire

/// Datagrams of up to four clients, and what the oracles make of them.
///
/// Input: the codec; then datagrams, each a byte with the client (bits 0–1), the direction (2), a packet that is there twice
/// (3), one that the capture lacks (4), an error of ICMP about it (5), and a time step (6–7); a length, and that many bytes.
struct DatagramsTarget: ParserTarget {
    let name = "datagrams"

    func run(_ input: [UInt8]) {
        var reader = InputReader(input)
        let choice = reader.u8()
        let codec = WireProtocols.all[Int(choice & 0x7F) % WireProtocols.all.count]
        let (batch, end) = Self.packets(&reader)
        var table = DatagramTable(serverPort: 6379, findsTwins: choice & 0x80 != 0)
        table.add(batch)
        let flows = table.finish()
        let evidence = Evidence(datagrams: flows, codec: codec, end: end)
        let search = LinearizabilityOracle(budget: SearchBudget(nodes: 20_000, bytes: 16 << 20))
        let oracles = Judge.wireOracles.filter { $0.id != .linearizability } + [search]
        let judgement = Judge(oracles: oracles).judge(evidence)
        requireEqual(judgement.verdict == .violated, !judgement.violations.isEmpty, "violations make the verdict")
        require(flows.count <= 4, "a client is one exchange")
    }

    private static func packets(_ reader: inout InputReader) -> (PacketBatch, Timestamp) {
        var batch = PacketBatch(linkTypes: [.raw])
        var time: Int64 = 0
        func append(_ packet: [UInt8]) {
            batch.records.append(
                PacketRecord(
                    number: batch.records.count + 1, time: Timestamp(nanoseconds: time), offset: batch.bytes.count,
                    capturedLength: packet.count, wireLength: packet.count))
            batch.bytes += packet
        }
        while !reader.isAtEnd {
            let shape = reader.u8()
            let payload = reader.take(Int(reader.u8()))
            let client = 40_000 + UInt16(shape & 3)
            let isToServer = shape & 4 == 0
            let datagram = PacketBytes.udp(isToServer ? client : 6379, isToServer ? 6379 : client, payload)
            let packet = PacketBytes.ipv4(17, datagram)
            time += Int64(shape >> 6) * 30_000
            guard shape & 16 == 0 else { continue }
            append(packet)
            if shape & 8 != 0 { append(packet) }
            // Port unreachable, with the beginning of what it is about. (RFC 792)
            if shape & 32 != 0 { append(PacketBytes.ipv4(1, [3, 3, 0, 0, 0, 0, 0, 0] + packet.prefix(28))) }
        }
        return (batch, Timestamp(nanoseconds: time))
    }

    func seeds() -> [[UInt8]] {
        func datagram(_ shape: UInt8, _ text: String) -> [UInt8] { [shape, UInt8(text.utf8.count)] + text.utf8 }
        let resp = UInt8(WireProtocols.all.firstIndex { $0 is RESPCodec }!)
        let tagged = UInt8(WireProtocols.all.firstIndex { $0 is TaggedLineCodec }!)
        let answered =
            datagram(0x40, "SET k a\r\n") + datagram(0x44, "+OK\r\n") + datagram(0x41, "GET k\r\n")
            + datagram(0x45, "$1\r\na\r\n")
        let again =
            datagram(0x40, "INCR n\r\n") + datagram(0x40, "INCR n\r\n") + datagram(0x4C, ":1\r\n")
            + datagram(0x61, "INCR n\r\n")
        let tags = datagram(0x40, "REQ 1 a\n") + datagram(0x41, "REQ 2 b\n") + datagram(0x44, "RSP 2 b\n")
        return [
            [resp] + answered, [resp | 0x80] + again, [tagged] + tags,
            [0] + datagram(0x40, "one\n") + datagram(0x44, "two\n"),
        ]
    }
}
