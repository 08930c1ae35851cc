import Capture
import Foundation
import Report
import Testing
import Verification
import Wire
import Protocols

/// Goal: what `inspect` and `check` print stays as people know it. Method: golden texts of a hand-made flow and judgements.
@Suite("Text of captures")
struct InspectTests {
    @Test("the summary and the table of flows")
    func table() {
        var cut = Sample.flow()
        cut.id = 4
        cut.client = Endpoint(address: .v6(0, 1), port: 41_000)
        cut.toClient.gaps = [0..<5]
        cut.lastTime = Timestamp(nanoseconds: 5_001_000_000)
        var facts = InspectSummary.FileFacts()
        facts.otherPackets = [("not IP", 1200)]
        facts.droppedPackets = 7
        #expect(
            InspectSummary([Sample.flow(), cut], facts, style: Sample.plain).text() == """
                2 flows, 8 TCP packets, 76 bytes of payload in 5.00 s
                The capture misses 5 bytes of 1 flow, most in flow 4 (5).
                The file says that 7 packets were dropped.
                1,200 packets left out: not IP
                Nothing odd about the packets' order, numbers and times.
                """)
        var names = EndpointNames()
        let understood = ["6379=redis", "::1=home"].map { names.add($0) }
        #expect(understood == [true, true])
        #expect(
            InspectText([Sample.flow(), cut], names: names, style: Sample.plain).table() == """
                flow  client           server  packets  bytes      duration  handshake  teardown             missing  odd
                3     127.0.0.1:40000  redis   2 → 2 ←  26 → 12 ←  2.50 ms   complete   client-closed-first  -        -
                4     home:41000       redis   2 → 2 ←  26 → 12 ←  5.00 s    complete   client-closed-first  5 bytes  -
                """)
        let nothing = InspectSummary([], .init(), style: Sample.plain).text()
        #expect(nothing == "0 flows, 0 TCP packets, 0 bytes of payload")
    }

    @Test("of many flows those with most anomalies are listed, and the rest is counted")
    func manyFlows() {
        let flows = (0..<150).map { number in
            var flow = Sample.flow()
            flow.id = number
            if number >= 120 { flow.toServer.gaps = [0..<1] }
            return flow
        }
        let lines = InspectText(flows, style: Sample.plain).table().split(separator: "\n")
        #expect(lines.count == InspectText.maximumFlows + 2)
        #expect(lines[70].hasPrefix("69 ") && lines[71].hasPrefix("120 "))
        #expect(lines.last == "50 more flows are not listed; --flow N shows one, --json all")
    }

    @Test("names of ports and addresses")
    func names() {
        var names = EndpointNames()
        for good in ["1=a", "10.0.0.1=b", "10.0.0.1:80=c", "[fe80::1]:80=d", "0:0:0:0:0:0:0:1=e"] {
            let isGood = names.add(good)
            #expect(isGood, "\(good)")
        }
        for bad in ["", "1", "1=", "=a", "65536=a", "10.0.0=a", "10.0.0.1:x=a", "host=a"] {
            let isGood = names.add(bad)
            #expect(!isGood, "\(bad)")
        }
        let address = IPAddress.v4(0x0A00_0001)
        #expect(names.name(Endpoint(address: address, port: 1)) == "a")
        #expect(names.name(Endpoint(address: address, port: 2)) == "b:2")
        #expect(names.name(Endpoint(address: address, port: 80)) == "c")
        #expect(names.name(Endpoint(address: .v6(0xFE80 << 48, 1), port: 80)) == "d")
        #expect(names.name(Endpoint(address: .v6(0, 1), port: 5)) == "e:5")
        #expect(names.name(Endpoint(address: .v4(1), port: 5)) == "0.0.0.1:5")
    }

    @Test("both streams, a gap between")
    func follow() {
        var flow = Sample.flow()
        flow.toServer.bytes += [UInt8](repeating: 0, count: 9)
        flow.toServer.gaps = [26..<35]
        Sample.append("x\u{7F}", 9, 4_000_000, &flow.toServer)
        #expect(
            FollowText(flow, names: EndpointNames(), style: Sample.plain).text() == """
                flow 3: > 127.0.0.1:40000, < 127.0.0.1:6379
                > *2\\r\\n
                > $3\\r\\n
                > GET\\r\\n
                > $1\\r\\n
                > k\\r\\n
                < $3\\r\\n
                < abc\\r\\n
                > PING\\r\\n
                < +PO
                > [9 bytes not captured]
                > x\\x7f
                """)
    }

    @Test("of 12,000 messages a page shows 10,000 and says so")
    func page() {
        var flow = Sample.flow()
        for number in 0..<6000 {
            Sample.append("PING\r\n", 10 + 2 * number, 4_000_000 + Int64(number) * 2000, &flow.toServer)
        }
        flow.toClient = ByteStream()
        Sample.append("$3\r\nabc\r\n+PONG\r\n", 9, 3_500_000, &flow.toClient)
        for number in 0..<6000 {
            Sample.append("+PONG\r\n", 11 + 2 * number, 4_001_000 + Int64(number) * 2000, &flow.toClient)
        }
        flow.lastTime = Timestamp(nanoseconds: 20_000_000)
        var parts = InspectJSON.Parts()
        parts.conversations = [Conversation(flow: flow, name: "c", codec: RESPCodec())]
        let text = InspectPage(title: "<t>", flows: [flow], parts, codec: RESPCodec(), packetsLeftOut: 3).text()
        #expect(
            text.contains(
                "2,004 of 12,004 messages: only the first 10,000 by time of the flows with a lane are drawn and listed; "
                    + "0 of the others have no twin."))
        #expect(text.contains("3 packets are in no graph."))
        #expect(text.contains("<h1>&lt;t&gt;</h1>"))
        let arrows = text.components(separatedBy: "<g class=\"m ").count - 1
        #expect(arrows == InspectPage.maximumMessages)
        #expect(text.utf8.count < 6_000_000)
    }

    @Test("the messages of a flow")
    func messages() {
        let codec = RESPCodec()
        var flow = Sample.flow()
        let whole = Conversation(flow: flow, name: "c0", codec: codec)
        #expect(
            InspectText.messages(whole, codec: codec, style: Sample.plain) == """
                flow 3, c0
                  packet  request  packet  reply     latency
                  4       GET k    5       "abc"     251 µs
                ! 6       PING     -       no reply  -
                  the reply stream ends inside a reply, after 3 bytes: +PO
                """)
        Sample.append("NG\r\n:1\r\n?\r\n", 8, 3_600_000, &flow.toClient)
        let odd = Conversation(flow: flow, name: "c0", codec: codec)
        #expect(
            InspectText.messages(odd, codec: codec, style: Sample.plain) == """
                flow 3, c0
                  packet  request     packet  reply  latency
                  4       GET k       5       "abc"  251 µs
                  6       PING        7       PONG   2.10 ms
                ! -       no request  8       :1     -
                  the reply stream is no resp from offset 20 on: expected one of + - : $ * _ # , ( ! = % ~ > |
                """)
    }

    @Test("values in a few words")
    func values() {
        let table: [(request: String, reply: String, words: String, value: String)] = [
            ("PING\r\n", "-ERR no\r\n", "PING", "-ERR no"),
            ("PING\r\n", "$-1\r\n", "PING", "null"),
            ("PING\r\n", "*5\r\n:1\r\n:2\r\n$1\r\n\u{1}\r\n+x\r\n:5\r\n", "PING", "[:1, :2, \"\\x01\", x, …]"),
            (
                "*2\r\n$3\r\nGET\r\n$50\r\n\(String(repeating: "k", count: 50))\r\n", "*0\r\n",
                "GET \(String(repeating: "k", count: 40))… (50 bytes)", "[]"
            ),
            (
                "PING " + Array(repeating: "12345678", count: 9).joined(separator: " ") + "\r\n", "+OK\r\n",
                "PING 12345678 12345678 12345678 12345678 12345678 12345678 1… (87 bytes)", "OK"
            ),
        ]
        for (request, reply, words, value) in table {
            let loopback = Endpoint(address: .v4(0x7F00_0001), port: 1)
            var flow = Flow(id: 0, client: loopback, server: loopback, time: Timestamp(nanoseconds: 0))
            flow.handshake = .complete
            Sample.append(request, 1, 0, &flow.toServer)
            Sample.append(reply, 2, 999, &flow.toClient)
            let text = InspectText.messages(
                Conversation(flow: flow, name: "c", codec: RESPCodec()), codec: RESPCodec(), style: Sample.plain)
            let row = text.split(separator: "\n").last.map(String.init) ?? ""
            #expect(row == "  1       \(padded(words, 7))  2       \(padded(value, 5))  999 ns", "\(text)")
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    @Test("flows as JSON")
    func json() throws {
        let flow = Sample.flow()
        var parts = InspectJSON.Parts()
        parts.facts.warnings = ["cut"]
        #expect(
            try InspectJSON(flows: [flow], parts).text()
                == #"{"anomalies":[],"cut_packets":0,"flows":[{"anomalies":[],"client":"127.0.0.1:40000","duration_ns":2500000,"#
                + #""first_ns":1000000,"handshake":"complete","id":3,"#
                + #""server":"127.0.0.1:6379","teardown":"client-closed-first","#
                + #""to_client":{"anomalies":{},"bad_checksums":0,"gaps":[],"missing_bytes":0,"packets":2,"#
                + #""payload_bytes":12,"stale_checksums":0,"stream_bytes":12,"unplaced_segments":0,"unverified_checksums":0},"#
                + #""to_server":{"anomalies":{},"bad_checksums":0,"gaps":[],"missing_bytes":0,"packets":2,"#
                + #""payload_bytes":26,"stale_checksums":0,"stream_bytes":26,"unplaced_segments":0,"unverified_checksums":0}}],"#
                + #""other_packets":{},"schema":2,"steps_back":[],"warnings":["cut"]}"#)
        parts.conversations = [Conversation(flow: flow, name: "c0", codec: RESPCodec())]
        let text = try InspectJSON(flows: [flow], parts).text()
        #expect(
            text.contains(
                #""exchanges":[{"latency_ns":250500,"reply":"$3\\r\\nabc\\r\\n","reply_packet":5,"#
                    + #""request":"*2\\r\\n$3\\r\\nGET\\r\\n$1\\r\\nk\\r\\n","request_packet":4},"#
                    + #"{"request":"PING\\r\\n","request_packet":6}]"#))
        #expect(text.contains(#""surplus_replies":0"#))
    }

    static var judgement: Judgement {
        var exercised = Exercised()
        exercised.connections = 2
        exercised.operations = 1200
        exercised.answered = 1199
        exercised.overlaps = 30
        return Judgement(
            violations: [Sample.violation], inconclusive: ["a gap"], exercised: exercised,
            unsupportedCommands: ["MSET"])
    }

    @Test("a judgement")
    func judgementText() {
        let text = JudgementText(Self.judgement, warnings: []).text(style: Sample.plain)
        #expect(
            text == """
                violated: 2 connections, 1,200 operations, 1,199 answered, overlapped 30 times
                  linearizability: INCR k answered 2 twice: packets 2 and 3
                    packet 2: c0: INCR k
                    packet 3: c1: INCR k
                    packet 3: answered twice
                    must hold: Each operation takes effect at one instant between its request and its reply (Herlihy and Wing, 1990).
                    margin: 12.3 µs
                  inconclusive: a gap
                  the server does not know MSET
                """)
        #expect(
            JudgementText(Judgement(), warnings: []).text(style: Sample.plain)
                == "nothing tested: 0 connections, 0 operations, 0 answered, overlapped 0 times")
    }

    @Test("margins have three digits and a unit that suits them")
    func durations() {
        let table: [(Int64, String)] = [
            (0, "0 ns"), (999, "999 ns"), (1000, "1.00 µs"), (99_950, "100.0 µs"), (123_456, "123 µs"),
            (1_500_000, "1.50 ms"), (-2_000_000, "-2.00 ms"), (59_000_000_000, "59.0 s"), (123_000_000_000, "123 s"),
        ]
        for (nanoseconds, expected) in table {
            var violation = Sample.violation
            violation.margin = .nanoseconds(nanoseconds)
            let text = JudgementText(Judgement(violations: [violation]), warnings: [])
                .text(style: Sample.plain)
            #expect(text.hasSuffix("margin: \(expected)"), "\(text)")
        }
    }

    @Test("a judgement as JSON")
    func judgementJSON() throws {
        #expect(
            try JudgementText(Self.judgement, warnings: ["w"]).json(protocolName: "resp")
                == #"{"answered":1199,"connections":2,"inconclusive":["a gap"],"not_judged":[],"operations":1200,"overlaps":30,"#
                + #""protocol":"resp","schema":1,"unsupported_commands":["MSET"],"verdict":"violated","#
                + #""violations":[{"evidence":[{"note":"c0: INCR k","packet":2},{"note":"c1: INCR k","packet":3},"#
                + #"{"note":"answered twice","packet":3}],"margin_ns":12345,"oracle":"linearizability","#
                + #""signature":"lost update","summary":"INCR k answered 2 twice: packets 2 and 3"}],"warnings":["w"]}"#
        )
    }

    @Test("what this machine permits, as JSON")
    func doctor() throws {
        let report = DoctorReport(
            checks: [
                .init(name: "capture", ok: false, detail: "no", remedy: "setcap"),
                .init(name: "namespaces", ok: true, detail: "yes", remedy: nil),
            ], canCapture: false)
        #expect(
            try report.json()
                == #"{"can_capture":false,"checks":[{"detail":"no","name":"capture","ok":false,"remedy":"setcap"},"#
                + #"{"detail":"yes","name":"namespaces","ok":true}],"schema":1}"#)
    }
}
