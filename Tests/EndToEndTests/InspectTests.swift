import Capture
import Foundation
import Testing

extension EndToEnd {
    /// Goal: a person sees in a capture what is in it, and scripts get the contract's exit statuses. Method: a capture
    /// written byte by byte, whose texts are golden; tshark and Chromium look at the results where they are installed.
    @Suite("inspect") struct Inspect {
        let folder: TemporaryFolder
        let lossy: String
        let sound: String

        init() throws {
            folder = try TemporaryFolder()
            lossy = try TinyCapture.echo(loses: true).write("\(folder.path)/lossy.pcap")
            sound = try TinyCapture.echo(loses: false).write("\(folder.path)/sound.pcap")
        }

        private func inspect(_ arguments: String...) throws -> CrossfireProcess.Result {
            try CrossfireProcess.start("\(CrossfireProcess.folder)/crossfire", ["inspect"] + arguments).finish()
        }

        @Test("the summary comes first, names everywhere")
        func summary() throws {
            let result = try inspect(lossy, "--name", "40001=writer", "--name", "127.0.0.1=home")
            #expect(result.status == 0)
            #expect(result.output == Self.summaryText)
        }

        @Test("a flow packet by packet, and both its streams")
        func flow() throws {
            #expect(try inspect(lossy, "--flow", "0").output == Self.flowText)
            #expect(
                try inspect(lossy, "--follow", "0").output == """
                    flow 0: > 127.0.0.1:40001, < 127.0.0.1:7000
                    > a<b>\\n
                    < a<b>\\n
                    > b\\n
                    < b\\n

                    """)
            let none = try inspect(lossy, "--flow", "2")
            #expect(none.status == 65)
            #expect(none.errors.contains("no flow 2; it has 2"))
        }

        @Test("a gap is marked where it is, in the diagram, the stream and the summary")
        func gap() throws {
            var capture = TinyCapture()
            capture.open(40_001)
            capture.add(40_001, TinyCapture.ack, seq: 101, ack: 501, "ab")
            capture.add(40_001, TinyCapture.ack, seq: 106, ack: 501, "fg")
            capture.add(40_001, down: true, TinyCapture.ack, seq: 501, ack: 108)
            let path = try capture.write("\(folder.path)/gap.pcap")
            let diagram = try inspect(path, "--flow", "0").output
            #expect(
                diagram.contains(
                    "! gap: 3 bytes to the server not captured, seq 3..<6, before the bytes of this packet\n6 "),
                "\(diagram)")
            #expect(try inspect(path, "--follow", "0").output.hasSuffix("> ab\n> [3 bytes not captured]\n> fg\n"))
            let summary = try inspect(path).output
            #expect(summary.contains("The capture misses 3 bytes of 1 flow, most in flow 0 (3)."))
            #expect(summary.contains("missed-by-capture"))
        }

        @Test("assertions hold, are violated or inconclusive, and unknown ones are wrong usage")
        func assertions() throws {
            let all = "no-loss,fifo,exactly-once,no-crosstalk"
            let held = try inspect(sound, "--protocol", "echo", "--assert", all)
            #expect(held.status == 0)
            #expect(held.output.hasPrefix("no-loss: held (3 answered requests)\nfifo: held"))
            let broken = try inspect(lossy, "--protocol", "echo", "--assert", all)
            #expect(broken.status == 1)
            #expect(broken.output.hasPrefix("no-loss: violated\n  loss: 127.0.0.1:40002: request 1"))
            #expect(broken.output.contains("\nfifo: held"))
            #expect(try inspect(sound, "--protocol", "resp", "--assert", "fifo").status == 2)
            let unknown = try inspect(sound, "--protocol", "echo", "--assert", "fifo,lifo")
            #expect(unknown.status == 64)
            #expect(unknown.errors.contains("'lifo'"))
            #expect(try inspect(sound, "--assert", "fifo").status == 64)
            #expect(try inspect(sound, "--name", "writer").status == 64)
        }

        @Test("requests stand beside replies, and what is wrong below them")
        func messages() throws {
            let result = try inspect(lossy, "--protocol", "echo", "--name", "40002=reader")
            #expect(result.status == 0)
            #expect(
                result.output.hasSuffix(
                    """
                    flow 1, reader
                      packet  request  packet  reply     latency
                    ! 9       c\\n      -       no reply  -
                    ! loss: reader: request 1 (packet 9) got no reply; the server closed the connection (packet 14) \
                    while the client was still open.

                    """), "\(result.output)")
        }

        @Test("one JSON object with everything")
        func json() throws {
            let result = try inspect(
                lossy, "--json", "--protocol", "echo", "--assert", "no-loss", "--tshark", "--name", "40002=reader")
            #expect(result.status == 1)
            #expect((result.json["assertions"] as? [[String: Any]])?.first?["verdict"] as? String == "violated")
            #expect((result.json["tshark"] as? [[String: Any]])?.count == 1)
            let flows = try #require(result.json["flows"] as? [[String: Any]])
            #expect(flows.map { $0["client_name"] as? String } == [nil, "reader"])
            let anomalies = try #require(flows[0]["anomalies"] as? [[String: Any]])
            #expect(anomalies.map { $0["packet"] as? Int } == [12])
        }

        @Test("tshark names the same flags", .enabled(if: CrossfireProcess.program("tshark") != nil))
        func tshark() throws {
            let ours = try inspect(lossy, "--tshark").output
            #expect(!ours.isEmpty)
            for line in ours.split(separator: "\n") {
                let parts = line.split(separator: "\t").map(String.init)
                let fields = parts[2].split(separator: ",").map { "tcp.analysis.\($0)" }
                let filter = "frame.number == \(parts[0]) && " + fields.joined(separator: " && ")
                let seen = try CrossfireProcess.start(
                    CrossfireProcess.program("tshark")!,
                    ["-r", lossy, "-Y", filter, "-T", "fields", "-e", "frame.number", "-e", "tcp.stream"]
                ).finish()
                #expect(seen.output == "\(parts[0])\t\(parts[1])\n")
            }
            let flagged = try CrossfireProcess.start(
                CrossfireProcess.program("tshark")!,
                ["-r", lossy, "-Y", "tcp.analysis.flags", "-T", "fields", "-e", "frame.number"]
            ).finish()
            #expect(flagged.output.split(separator: "\n").count == ours.split(separator: "\n").count)
        }

        @Test("a display filter is tshark's, and its absence is said")
        func filter() throws {
            let without = try CrossfireProcess.start(
                "/usr/bin/env",
                ["PATH=/nonexistent", "\(CrossfireProcess.folder)/crossfire", "inspect", lossy, "--filter", "tcp"]
            ).finish()
            #expect(without.status == 69)
            #expect(without.errors.contains("needs tshark"))
            guard CrossfireProcess.program("tshark") != nil else { return }
            let passed = try inspect(lossy, "--filter", "tcp.port == 40002")
            #expect(passed.status == 0)
            #expect(passed.output.hasPrefix("1 flow, 5 TCP packets, 2 bytes of payload"))
            #expect(try inspect(lossy, "--filter", "tcp.porrt == 1").status == 64)
        }

        @Test("a slice holds the flow's packets and what is odd about them")
        func slice() throws {
            let slice = "\(folder.path)/slice.pcapng"
            #expect(try inspect(lossy, "--flow", "0", "--slice", slice).status == 0)
            let again = try inspect(slice, "--follow", "0").output
            #expect(again == (try inspect(lossy, "--follow", "0").output))
            #expect(try inspect(lossy, "--slice", slice).status == 64)
            #expect(try inspect(lossy, "--from", "1s").status == 64)
            #expect(try inspect(lossy, "--slice", slice, "--from", "1").status == 64)
            #expect(try inspect(lossy, "--slice", slice, "--finding", "1").status == 64)
            guard let tshark = CrossfireProcess.program("tshark") else { return }
            let comments = try CrossfireProcess.start(
                tshark, ["-r", slice, "-T", "fields", "-e", "frame.comment", "-Y", "frame.number == 8"]
            ).finish()
            #expect(comments.output.contains("packet 12 of") && comments.output.contains("retransmission"))
        }

        @Test("a slice by time holds the packets of that time")
        func sliceByTime() throws {
            let slice = "\(folder.path)/slice.pcapng"
            #expect(try inspect(lossy, "--slice", slice, "--from", "500us", "--until", "200ms").status == 0)
            let all = try Self.packetTimes(lossy)
            let some = try Self.packetTimes(slice)
            let limits = (all[0] + 500_000)..<(all[0] + 200_000_000)
            #expect(some == all.filter { limits.contains($0) })
            #expect(!some.isEmpty && some.count < all.count)
            let empty = try inspect(lossy, "--slice", slice, "--from", "2h")
            #expect(empty.status == 0)
            #expect(empty.errors.contains("no packet is in that part"))
        }

        @Test("a slice by finding holds the flows that it names, from standard input too")
        func sliceByFinding() throws {
            let slice = "\(folder.path)/slice.pcapng"
            let shell = "cat '\(lossy)' | '\(CrossfireProcess.folder)/crossfire' inspect - --protocol echo "
            let run = try CrossfireProcess.start(
                "/bin/sh", ["-c", shell + "--finding 1 --slice '\(slice)'"]
            ).finish()
            #expect(run.status == 0, "\(run.errors)")
            let again = try inspect(slice, "--protocol", "echo", "--assert", "no-loss")
            // Alone, the flow does not show that its server speaks the protocol.
            #expect(again.status == 2)
            #expect(again.output.contains("127.0.0.1:40002") && again.output.contains("\n1 flow"), "\(again.output)")
            let none = try inspect(lossy, "--protocol", "echo", "--finding", "2", "--slice", slice)
            #expect(none.status == 65)
            #expect(none.errors.contains("no finding 2: there are 1"))
        }

        static func packetTimes(_ path: String) throws -> [Int64] {
            var reader = try CaptureFileReader(path: path)
            var times: [Int64] = []
            while let batch = try reader.nextBatch() { times += batch.records.map(\.time.nanoseconds) }
            return times
        }

        @Test("two captures say where a packet was lost")
        func twoCaptures() throws {
            var near = TinyCapture()
            var far = TinyCapture()
            near.open(40_001)
            far.open(40_001)
            for (number, text) in ["a", "b", "c"].enumerated() {
                near.add(40_001, TinyCapture.ack, seq: 101 + UInt32(number), ack: 501, text)
            }
            // The far end has the first and, in their place, the third with the identification that it was sent with.
            far.add(40_001, TinyCapture.ack, seq: 101, ack: 501, "a")
            far.skipIdentification(40_001)
            far.add(40_001, TinyCapture.ack, seq: 103, ack: 501, "c", after: 200_000)
            let result = try inspect(
                try near.write("\(folder.path)/near.pcap"), "--and", try far.write("\(folder.path)/far.pcap"))
            #expect(result.status == 0)
            #expect(
                result.output == """
                    1 flow: 6 packets sent, 1 lost on the way, 0 reordered, 0 doubled, 0 not seen when sent

                    127.0.0.1:40001 → 127.0.0.1:7000, the server's clock is 0 ns ahead
                      → server: 1 lost: packets 5

                    """)
        }
    }
}

extension EndToEnd.Inspect {
    static let summaryText = """
        2 flows, 14 TCP packets, 18 bytes of payload in 301 ms
        Checksums: none bad, 14 left to the network card (unverified).

        Odd, worst first:
          count  what                    to blame        confidence  first              evidence
          1      timeout-retransmission  network (loss)  likely      packet 12, flow 0  old sequence numbers under a new IP identification

        Slowest replies:
          took    flow  request    reply             first byte after  who waited for whom
          300 ms  0     packet 10  packets 11 to 12  100 µs            both for segments sent again (300 ms)

        flow  client      server     packets  bytes    duration  handshake  teardown            missing  odd
        0     writer      home:7000  5 → 4 ←  7 → 9 ←  301 ms    complete   open                -        timeout-retransmission 1
        1     home:40002  home:7000  3 → 2 ←  2 → 0 ←  301 ms    complete   server-half-closed  -        -

        """

    static let flowText = """
        flow 0: 127.0.0.1:40001 → 127.0.0.1:7000
        handshake complete, open, 9 packets

        packet  time              flags    seq    ack  window  bytes
        1       0.000 ms    ───▶  SYN      0      -    512     -
        2       0.100 ms    ◀───  SYN ACK  0      1    512     -
        3       0.200 ms    ───▶  ACK      1      1    512     -
        7       0.600 ms    ───▶  PSH ACK  1..<6  1    512     5
        8       0.700 ms    ◀───  PSH ACK  1..<6  6    512     5
        10      0.900 ms    ───▶  PSH ACK  6..<8  6    512     2
        11      1.000 ms    ◀───  PSH ACK  6..<8  8    512     2
        12      301.000 ms  ◀───  PSH ACK  6..<8  8    512     2
                ! timeout-retransmission (likely): old sequence numbers under a new IP identification, see packet 11 (300 ms)
        13      301.100 ms  ───▶  ACK      8      8    512     -

        """
}
