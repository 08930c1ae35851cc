import Capture
import Verification
import Wire
import Protocols

/// The diagnosis of replies that are cut, doubled or wrong: streams put together from pieces of the protocols, numbers near
/// the ends of what integers hold among them. Random bytes hardly ever make a whole reply.
///
/// Input: a byte with the protocol (bits 0–1) and who closes (2–4); then bytes, each a piece: even ones of the requests, odd
/// ones of the replies.
struct CutRepliesTarget: ParserTarget {
    let name = "cut-replies"

    private static let numbers = [
        "0", "1", "3", "5", "-1", "-2", "536870911", "536870912", "536870913", "1099511627776", "4294967295",
        "9223372036854775807", "9223372036854775806", "9223372036854775805", "-9223372036854775808",
        "18446744073709551615", "ffffffffff", "7fffffffffffffff",
    ]
    private static let resp = [
        "$", "*", ":", "+", "-", "\r\n", "+OK\r\n", "$3\r\nabc\r\n", "$-1\r\n", "abc", ":1\r\n", "*1\r\n", "*2\r\n",
        "-ERR x\r\n", "$5\r\nab", "GET a\r\n", "SET a abc\r\n", "INCR n\r\n", "MGET a b\r\n", "LRANGE l 0 ",
        "INCRBY n ",
        "*2\r\n$3\r\nGET\r\n$1\r\na\r\n", "\0", "ECHO abcdefghijklmnopqrstuvwxyz\r\n", "$26\r\nabcdefghijklm",
    ]
    private static let http = [
        "HTTP/1.1 200 OK\r\n", "HTTP/1.1 206 X\r\n", "HTTP/1.1 416 X\r\n", "HTTP/1.0 200 OK\r\n", "Content-Length: ",
        "Content-Range: bytes ", "-", "/", "\r\n", "\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n", "abc", ";x=",
        "0\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "GET /a HTTP/1.1\r\nHost: x\r\nRange: bytes=", "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n", "Connection: close\r\n",
        ",",
        "3\r\nabc\r\n",
    ]
    private static let lines = ["REQ ", "RSP ", "\n", "abc", " ", "\0\0\0\u{3}", "\u{7F}", "\0"]

    func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let (codec, words): (any WireCodec, [String]) =
            switch first & 3 {
            case 0: (RESPCodec(), Self.resp)
            case 1: (HTTPCodec(), Self.http)
            case 2: (TaggedLineCodec(), Self.lines)
            default: (EchoLengthCodec(), Self.lines)
            }
        let pieces = words + Self.numbers
        var flow = Flow(
            id: 0, client: Endpoint(address: .v4(0x7F00_0001), port: 40_000),
            server: Endpoint(address: .v4(0x7F00_0001), port: 6379), time: Timestamp(nanoseconds: 0))
        flow.handshake = .complete
        for (index, byte) in input.dropFirst().enumerated() {
            let piece = Array(pieces[Int(byte >> 1) % pieces.count].utf8)
            let packet = PacketReference(
                number: index + 1, time: Timestamp(nanoseconds: Int64(index) * 1_000_000))
            if byte & 1 == 0 { append(piece, packet, &flow.toServer) } else { append(piece, packet, &flow.toClient) }
        }
        let end = PacketReference(
            number: input.count + 1, time: Timestamp(nanoseconds: Int64(input.count) * 1_000_000 + 5_000_000_000))
        if first & 4 != 0 { flow.toServer.fin = end }
        if first & 8 != 0 { flow.toClient.fin = end }
        if first & 16 != 0 { flow.toClient.reset = end }
        let evidence = Evidence(flows: [flow], codec: codec, end: end.time)
        let judgement = Judge().judge(evidence)
        requireEqual(judgement.verdict == .violated, !judgement.violations.isEmpty, "violations make the verdict")
    }

    private func append(_ bytes: [UInt8], _ packet: PacketReference, _ stream: inout ByteStream) {
        stream.packets += 1
        stream.payloadBytes += bytes.count
        stream.chunks.append(ByteStream.Chunk(offset: stream.bytes.count, length: bytes.count, packet: packet))
        stream.bytes += bytes
        stream.acknowledged = stream.bytes.count
    }

    func seeds() -> [[UInt8]] {
        (0..<4).map { protocolNumber in [UInt8(protocolNumber) | 4] + (0..<80).map { UInt8($0) } }
    }
}
