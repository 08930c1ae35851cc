import Verification
import Wire

/// The diagnosis of replies that are cut, lost in part or announce what cannot be: conversations made of requests and
/// replies with odd numbers in them, judged as `conversation` judges.
///
/// Input: the protocol; then steps, each a byte with the connection (bits 0–1) and what happens (2–7), and bytes that choose
/// the words, their numbers and where they are cut.
struct CutTarget: ParserTarget {
    let name = "cut"

    private static let respRequests = [
        "GET a", "SET a #", "INCR a", "DECR a", "INCRBY a #", "APPEND a #", "GETSET a #", "MSET a # b #", "MGET a b",
        "DEL a b", "ECHO #", "STRLEN a", "SETNX a #", "LRANGE a # #", "PING",
    ]
    private static let respReplies = [
        "$#\r\n", "$#\r\nabc\r\n", "$3\r\nabc\r\n", "*#\r\n", "*2\r\n$3\r\nabc\r\n", "*2\r\n$#\r\nabc\r\n$-1\r\n",
        ":#\r\n",
        "+OK\r\n", "+#\r\n", "-ERR #\r\n", "*1\r\n*#\r\n", "#\r\n", "%#\r\n", "_\r\n", "(#\r\n",
        "$10\r\n0123456789\r\n",
    ]
    private static let httpRequests = [
        "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n",
        "PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "DELETE /a HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nRange: bytes=#-#\r\n\r\n", "POST /a HTTP/1.1\r\nContent-Length: #\r\n\r\nabc",
    ]
    private static let httpReplies = [
        "HTTP/1.1 200 OK\r\nContent-Length: #\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 206 Partial\r\nContent-Range: bytes #-#/#\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n#;x=#\r\nabc\r\n0\r\n\r\n", "HTTP/1.1 # No\r\n\r\n",
        "HTTP/1.1 204 No\r\n\r\n", "HTTP/1.1 404 Not\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.# 200 OK\r\nContent-Length: #, #\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc",
    ]

    func run(_ input: [UInt8]) {
        var reader = InputReader(input)
        let isHTTP = reader.u8() & 1 != 0
        let codec = WireProtocols.all.firstIndex { isHTTP ? $0 is HTTPCodec : $0 is RESPCodec }!
        var segments: [UInt8] = [UInt8(codec) | 0x80]
        while !reader.isAtEnd, segments.count < Self.mostBytes {
            let step = reader.u8()
            let isReply = step & 4 != 0
            let texts =
                isHTTP
                ? (isReply ? Self.httpReplies : Self.httpRequests) : (isReply ? Self.respReplies : Self.respRequests)
            var bytes = Array(Numbers.fill(texts[Int(reader.u8()) % texts.count], &reader).utf8)
            if !isReply, !isHTTP { bytes += [0x0D, 0x0A] }
            if step & 0x10 != 0 { bytes = Array(bytes.prefix(Int(reader.u8()))) }
            if step & 0x20 != 0 { bytes = Array(bytes.dropFirst(Int(reader.u8() & 15))) }
            // As `conversation` takes them: a lost packet, a FIN, a step of time.
            let shape = step & 7 | (step & 0x40 != 0 ? 0x20 : 0) | (step & 8 != 0 ? 8 : 0) | 0x40
            segments += [shape, UInt8(min(255, bytes.count))] + bytes.prefix(255)
        }
        ConversationTarget().run(segments)
    }

    private static let mostBytes = 16 << 10

    func seeds() -> [[UInt8]] {
        let resp: [UInt8] = [0, 0, 1, 4, 0, 28, 0, 0, 4, 2, 1, 0, 5, 1, 3]
        let http: [UInt8] = [1, 0, 0, 4, 0, 28, 0, 4, 1, 9, 4, 4, 2, 5, 3, 0x44, 3, 28, 1]
        let cut: [UInt8] = [0, 0, 1, 3, 0, 0, 0, 0, 0x14, 15, 6, 4, 0, 25, 4, 2]
        return [resp, http, cut]
    }
}
