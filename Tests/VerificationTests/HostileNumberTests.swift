import Testing
import Verification
import Wire

/// Goal: no number from outside ends the judge: every length, count, range and value near the ends of what integers hold
/// gets a verdict. Method: all of them in each place where a protocol has a number, whole and cut, beside other clients.
@Suite("Numbers from outside")
struct HostileNumberTests {
    static let numbers = [
        "9223372036854775807", "9223372036854775806", "9223372036854775805", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775807", "-9223372036854775809", "18446744073709551615",
        "99999999999999999999999", "4611686018427387904", "536870912", "536870911", "536870913", "1099511627776",
        "1099511627775", "999999999999999999", "2147483647", "2147483648", "4294967295", "0", "-0", "-1", "-2", "+5",
        "00000000000000000007", "1e308", "",
    ]

    /// Replies of a server, with `#` where the number stands.
    static let replies = [
        "$#\r\n", "$#\r\nabc", "$#\r\nabc\r\n", "$#\r\nabc\r\n+OK\r\n", "*#\r\n", "*#\r\n$3\r\nabc\r\n", "*1\r\n$#\r\n",
        "*2\r\n:#\r\n$#\r\nx\r\n", ":#\r\n", "+#\r\n", "-ERR #\r\n", "$3\r\n#\r\n", "*1\r\n*#\r\n", "#\r\n", "#",
    ]
    static let requests = [
        "GET a", "SET a #", "INCR a", "DECR a", "INCRBY a #", "DECRBY a #", "DEL a", "APPEND a #", "GETSET a #",
        "MSET a # b #", "LRANGE a # #", "EXPIRE a #", "SETEX a # x", "GETRANGE a # #", "ECHO #", "LPUSH a #", "LLEN a",
        "ZADD a # #", "BLPOP a #",
    ]

    @Test("RESP: in every reply and request, whole and cut", arguments: numbers)
    func resp(number: String) {
        for request in Self.requests {
            for reply in Self.replies {
                judge("resp", request, reply, number)
            }
        }
    }

    @Test("RESP: counters at the ends of what they hold", arguments: numbers)
    func counters(number: String) {
        for (first, second) in [("INCR a", "DECR a"), ("INCRBY a #", "DECRBY a #"), ("SET a #", "INCR a")] {
            let tape = Tape()
            let flows = tape.connect(3)
            tape.exchange(flows[0], "SET a \(number)", "+OK\r\n")
            tape.send(flows[0], first.replacing("#", with: number))
            tape.send(flows[1], second.replacing("#", with: number))
            tape.send(flows[2], "GET a")
            tape.reply(flows[0], ":\(number)\r\n")
            tape.reply(flows[1], ":\(number)\r\n")
            tape.reply(flows[2], "$\(number.count)\r\n\(number)\r\n")
            for flow in flows { tape.close(flow) }
            _ = tape.judge()
        }
    }

    static let httpReplies = [
        "HTTP/1.1 200 OK\r\nContent-Length: #\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: #\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: #, #\r\n\r\nabc", "HTTP/1.1 # OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.# 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-#/#\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 206 Partial\r\nContent-Range: bytes #-2/3\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 206 Partial\r\nContent-Range: bytes #-#/#\r\nContent-Length: #\r\n\r\nabc",
        "HTTP/1.1 416 No\r\nContent-Range: bytes */#\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n#\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=#\r\nabc\r\n#\r\n\r\n",
    ]
    static let httpRequests = [
        "GET /a bytes=#-#", "GET /a bytes=0-#", "GET /a bytes=-#", "GET /a bytes=#-", "GET /a bytes=1-2,#-#", "GET /#",
        "HEAD /a", "PUT /a #", "DELETE /a", "POST /a #",
    ]
    /// Chunk sizes, besides.
    static let hexadecimal = ["7fffffffffffffff", "8000000000000000", "ffffffffff", "fffffffffe", "FFFFFFFFFFFFFFFFF"]

    @Test("HTTP: lengths, ranges, chunk sizes, statuses", arguments: numbers + hexadecimal)
    func http(number: String) {
        for request in Self.httpRequests {
            for reply in Self.httpReplies {
                judge("http", request, reply, number)
            }
        }
    }

    @Test("HTTP: requests with numbers of their own", arguments: numbers + hexadecimal)
    func httpRequests(number: String) {
        let heads = [
            "PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: #\r\n\r\nabc",
            "PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n#\r\nabc\r\n0\r\n\r\n",
            "GET /a HTTP/1.1\r\nHost: x\r\nRange: bytes=#-#\r\n\r\n",
        ]
        for head in heads {
            for reply in Self.httpReplies {
                let tape = Tape("http")
                let flow = tape.connect()[0]
                tape.exchange(flow, "PUT /a abc", "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
                tape.send(flow, raw: Array(head.replacing("#", with: number).utf8))
                tape.reply(flow, reply.replacing("#", with: number))
                tape.close(flow)
                _ = tape.judge()
            }
        }
    }

    @Test("lines and lengths of the small protocols", arguments: ["echo", "tagged", "echo-length"])
    func small(name: String) {
        for number in Self.numbers {
            judge(name, "REQ #", "RSP #\n", number)
            judge(name, "REQ # #", "#\n", number)
        }
        for length: [UInt8] in [
            [255, 255, 255, 255], [127, 255, 255, 255], [0, 255, 255, 255], [0, 0, 0, 0], [128, 0, 0, 0],
        ] {
            let tape = Tape("echo-length")
            let flow = tape.connect()[0]
            tape.send(flow, raw: length + [1])
            tape.reply(flow, raw: length + [1])
            tape.close(flow)
            _ = tape.judge()
        }
    }

    /// The exchange on a connection that goes on, beside another client that asked the same before.
    private func judge(_ name: String, _ request: String, _ reply: String, _ number: String) {
        let tape = Tape(name)
        let flows = tape.connect(2)
        let request = request.replacing("#", with: number)
        let reply = reply.replacing("#", with: number)
        if name == "resp" { tape.exchange(flows[1], "SET a 5", "+OK\r\n") }
        tape.send(flows[1], request)
        tape.send(flows[0], request, request)
        tape.reply(flows[1], reply)
        tape.reply(flows[0], reply)
        tape.wait(nanoseconds: 2_000_000_000)
        tape.clientCloses(flows[0])
        tape.serverCloses(flows[1])
        _ = tape.judge()
    }
}
