import Capture
import Verification
import Wire
import Protocols

/// Conversations as the oracles read them: requests and replies of up to four connections, judged.
///
/// Input: the codec; then segments, each a byte with the connection (bits 0–1), the direction (2), a FIN (3), a reset
/// (4), a lost packet (5), and a time step (6–7); a length, and that many bytes.
struct ConversationTarget: ParserTarget {
    let name = "conversation"

    func run(_ input: [UInt8]) {
        var reader = InputReader(input)
        let choice = reader.u8()
        let codec = WireProtocols.all[Int(choice & 0x7F) % WireProtocols.all.count]
        var table = FlowTable(serverPort: 6379)
        let (batch, end) = Self.packets(&reader)
        table.add(batch)
        let flows = table.finish()
        var evidence = Evidence(flows: flows, codec: codec, end: end)
        evidence.keysStartAbsent = choice & 0x80 != 0
        for conversation in evidence.conversations { Self.check(conversation) }
        let search = LinearizabilityOracle(budget: SearchBudget(nodes: 20_000, bytes: 16 << 20))
        let oracles = Judge.wireOracles.filter { $0.id != .linearizability } + [search]
        let judgement = Judge(oracles: oracles).judge(evidence)
        requireEqual(judgement.verdict == .violated, !judgement.violations.isEmpty, "violations make the verdict")
    }

    private static func check(_ conversation: Conversation) {
        var asked = 0
        var answered = 0
        for exchange in conversation.exchanges {
            require(exchange.request.offset >= asked, "requests stand in order")
            asked = exchange.request.offset + exchange.request.bytes.count
            guard let reply = exchange.reply else { continue }
            require(reply.offset >= answered, "replies stand in order")
            answered = reply.offset + reply.bytes.count
        }
    }

    private static func packets(_ reader: inout InputReader) -> (PacketBatch, Timestamp) {
        var batch = PacketBatch(linkTypes: [.raw])
        var next = [UInt32](repeating: 0, count: 8)
        var time: Int64 = 0
        while !reader.isAtEnd {
            let shape = reader.u8()
            let payload = reader.take(Int(reader.u8()))
            let side = Int(shape & 7)
            let client = 40_000 + UInt16(side & 3)
            let isToServer = side & 4 == 0
            var flags: UInt16 = 0x10
            if shape & 8 != 0 { flags |= 0x01 }
            if shape & 16 != 0 { flags |= 0x04 }
            // A connection that has not begun opens by itself.
            if next[side] == 0 { flags = isToServer ? 0x02 : 0x12 }
            let segment = PacketBytes.tcp(
                isToServer ? client : 6379, isToServer ? 6379 : client, seq: next[side], ack: next[side ^ 4],
                flags: flags, payload)
            next[side] &+= UInt32(payload.count) + (flags & 2 != 0 ? 1 : 0)
            time += Int64(shape >> 6) * 30_000
            guard shape & 32 == 0 else { continue }
            let packet = PacketBytes.ipv4(6, segment)
            batch.records.append(
                PacketRecord(
                    number: batch.records.count + 1, time: Timestamp(nanoseconds: time), offset: batch.bytes.count,
                    capturedLength: packet.count, wireLength: packet.count))
            batch.bytes += packet
        }
        return (batch, Timestamp(nanoseconds: time))
    }

    func seeds() -> [[UInt8]] {
        func segment(_ shape: UInt8, _ text: String) -> [UInt8] {
            [shape, UInt8(text.utf8.count)] + text.utf8
        }
        let resp = UInt8(WireProtocols.all.firstIndex { $0 is RESPCodec }!)
        let exchanges = [
            ("SET k a\r\n", "+OK\r\n"), ("GET k\r\n", "$1\r\na\r\n"), ("INCR n\r\n", ":1\r\n"), ("DEL k\r\n", ":1\r\n"),
            ("MSET a 1 b 2\r\n", "+OK\r\n"), ("MGET a b\r\n", "*2\r\n$1\r\n1\r\n$1\r\n2\r\n"),
            ("ECHO hi\r\n", "$2\r\nhi\r\n"),
            ("SETNX k 1\r\n", ":0\r\n"), ("APPEND k x\r\n", ":2\r\n"), ("STRLEN k\r\n", ":2\r\n"),
            ("GETSET k 2\r\n", "$1\r\n1\r\n"), ("MULTI\r\nEXEC\r\n", "+OK\r\n*0\r\n"),
            ("FOO\r\n", "-ERR unknown command\r\n"),
        ]
        let serial = exchanges.flatMap { segment(0x40, $0.0) + segment(0x44, $0.1) }
        let crossed = exchanges.flatMap {
            segment(0x40, $0.0) + segment(0x01, $0.0) + segment(0x44, $0.1) + segment(5, $0.1)
        }
        let wrong =
            segment(0x40, "ECHO a\r\n") + segment(1, "ECHO b\r\n") + segment(0x44, "$1\r\nb\r\n")
            + segment(5, "$1\r\na\r\n")
        let echo =
            segment(0x40, "one\ntwo\n") + segment(0x44, "one\n") + segment(0x44, "twx\n") + segment(0x08, "")
            + segment(0x0C, "")
        let memcached = UInt8(WireProtocols.all.firstIndex { $0 is MemcachedCodec }!)
        let values = [
            ("set k 0 0 1\r\na\r\n", "STORED\r\n"), ("gets k x\r\n", "VALUE k 0 1 7\r\na\r\nEND\r\n"),
            ("cas k 3 0 2 7\r\n10\r\n", "STORED\r\n"), ("incr k 5\r\n", "15\r\n"), ("decr k 6\r\n", "9\r\n"),
            ("append k 0 0 1\r\nb\r\n", "STORED\r\n"), ("delete k\r\n", "DELETED\r\n"), ("mg k v\r\n", "EN\r\n"),
            ("ms k 1 C7 O1\r\nz\r\n", "NF O1\r\n"), ("ma k N0 v\r\n", "VA 1\r\n0\r\n"),
            ("set k 0 0 1 noreply\r\nq\r\nget k\r\n", "VALUE k 0 1\r\nq\r\nEND\r\n"),
        ]
        let keys = values.flatMap { segment(0x40, $0.0) + segment(1, $0.0) + segment(0x44, $0.1) + segment(5, $0.1) }
        let tagged = UInt8(WireProtocols.all.firstIndex { $0 is TaggedLineCodec }!)
        let tags = segment(0x40, "REQ 1 a\nREQ 2 b\n") + segment(0x44, "RSP 2 b\nRSP 1 a\n") + segment(0x44, "RSP 7")
        return [
            [memcached] + keys, [tagged] + tags, [resp] + serial, [resp | 0x80] + crossed, [resp] + wrong, [0] + echo,
            [0] + echo + segment(0x61, "lost\n"),
        ]
    }
}
