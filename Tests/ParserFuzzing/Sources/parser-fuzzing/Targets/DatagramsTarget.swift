import Capture
import Verification
import Wire

/// Datagrams as the oracles read them, of up to four clients.
///
/// Input: the codec; then datagrams, each a byte with the client (bits 0–1), the direction (2), a cut (3) and a time step
/// (6–7); a length, and that many bytes.
struct DatagramsTarget: ParserTarget {
    let name = "datagrams"

    func run(_ input: [UInt8]) {
        var reader = InputReader(input)
        let codec = WireProtocols.all[Int(reader.u8()) % WireProtocols.all.count]
        var batch = PacketBatch(linkTypes: [.raw])
        var time: Int64 = 0
        while !reader.isAtEnd {
            let shape = reader.u8()
            let payload = reader.take(Int(reader.u8()))
            let client = 40_000 + UInt16(shape & 3)
            let isToServer = shape & 4 == 0
            let packet = PacketBytes.ipv4(
                17, PacketBytes.udp(isToServer ? client : 6379, isToServer ? 6379 : client, payload))
            let kept = shape & 8 == 0 ? packet.count : packet.count / 2
            time += Int64(shape >> 6) * 30_000_000
            batch.records.append(
                PacketRecord(
                    number: batch.records.count + 1, time: Timestamp(nanoseconds: time), offset: batch.bytes.count,
                    capturedLength: kept, wireLength: packet.count))
            batch.bytes += packet.prefix(kept)
        }
        var table = DatagramTable(serverPort: 6379)
        table.add(batch)
        let evidence = Evidence(datagrams: table.finish(), codec: codec, end: Timestamp(nanoseconds: time))
        let judgement = Judge().judge(evidence)
        requireEqual(judgement.verdict == .violated, !judgement.violations.isEmpty, "violations make the verdict")
    }

    func seeds() -> [[UInt8]] {
        let datagram = { (shape: UInt8, text: String) in [shape, UInt8(text.utf8.count)] + Array(text.utf8) }
        let resp = UInt8(WireProtocols.all.firstIndex { $0 is RESPCodec }!)
        return [
            [resp] + datagram(0x40, "SET k a\r\n") + datagram(0x44, "+OK\r\n") + datagram(0x41, "GET k\r\n")
                + datagram(0x45, "$1\r\na\r\n") + datagram(0x45, "$9223372036854775807\r\n"),
            [0] + datagram(0, "one\n") + datagram(4, "one\n") + datagram(4, "one\n") + datagram(0x48, "two\n"),
        ]
    }
}
