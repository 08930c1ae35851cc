import Foundation
import Testing

extension EndToEnd {
    /// Goal: who captured UDP gets from `inspect` what TCP's captures get. Method: captures written byte by byte, of
    /// datagrams alone and beside a connection; golden texts where they are short.
    @Suite("inspect, datagrams") struct InspectDatagrams {
        let folder: TemporaryFolder
        let alone: String
        let beside: String

        init() throws {
            folder = try TemporaryFolder()
            alone = try Self.exchanges().write("\(folder.path)/udp.pcap")
            beside = try Self.exchanges(TinyCapture.echo(loses: false)).write("\(folder.path)/both.pcap")
        }

        /// One client asks twice before it is answered, and once in vain; another meets a closed port.
        static func exchanges(_ start: TinyCapture = TinyCapture()) -> TinyCapture {
            var capture = start
            capture.datagram(50_001, "a\n")
            capture.datagram(50_001, "a\n", after: 1_000_000)
            capture.datagram(50_001, down: true, "a\n")
            capture.datagram(50_001, "b\n")
            capture.datagram(50_002, "c\n")
            capture.datagram(50_002, "c\n", refused: true)
            return capture
        }

        private func inspect(_ arguments: String...) throws -> CrossfireProcess.Result {
            try CrossfireProcess.start("\(CrossfireProcess.folder)/crossfire", ["inspect"] + arguments).finish()
        }

        @Test("the summary and the flows, alone and beside connections")
        func summary() throws {
            let text = try inspect(alone).output
            #expect(
                text == """
                    2 UDP flows, 5 datagrams, 10 bytes of payload in 1.30 ms
                    1 ICMP error: port unreachable 1, first in packet 6 about UDP flow 1
                    Nothing odd about the packets' order, numbers and times.

                    UDP flow  client           server          datagrams  bytes    duration  missing  odd
                    0         127.0.0.1:50001  127.0.0.1:7000  3 → 1 ←    6 → 2 ←  1.20 ms   -        -
                    1         127.0.0.1:50002  127.0.0.1:7000  1 → 0 ←    2 → 0 ←  0 ns      -        ICMP port unreachable 1, nothing came back

                    """, "\(text)")
            let both = try inspect(beside).output
            #expect(both.hasPrefix("2 flows, "))
            #expect(
                both.contains("\n2 UDP flows, 5 datagrams") && both.contains("\nflow  client")
                    && both.contains("\nUDP flow  "))
            #expect(!both.contains("left out"))
            let named = try inspect(beside, "--transport", "udp", "--name", "50002=prober").output
            #expect(named.contains("prober") && !named.contains("\nflow  client"))
        }

        @Test("a flow datagram by datagram, and what both sides said; of a mixed capture by --transport")
        func flow() throws {
            let text = try inspect(alone, "--flow", "0").output
            #expect(text.hasPrefix("UDP flow 0: 127.0.0.1:50001 → 127.0.0.1:7000\n4 datagrams\n"))
            #expect(text.contains("! the same bytes as packet 1"))
            #expect(
                try inspect(alone, "--flow", "1").output.contains("! packet 6: ICMP from 127.0.0.1: port unreachable"))
            let said = "UDP flow 0: > 127.0.0.1:50001, < 127.0.0.1:7000\n> a\\n\n> a\\n\n< a\\n\n> b\\n\n"
            #expect(try inspect(alone, "--follow", "0").output == said)
            #expect(try inspect(beside, "--follow", "0", "--transport", "udp").output == said)
            #expect(try inspect(beside, "--follow", "0").output.hasPrefix("flow 0: > 127.0.0.1:40001"))
            let none = try inspect(alone, "--flow", "2")
            #expect(none.status == 65 && none.errors.contains("no UDP flow 2; it has 2"))
        }

        @Test("requests beside replies with latencies, unanswered and repeated ones; assertions")
        func messages() throws {
            for path in [alone, beside] {
                let text = try inspect(path, "--protocol", "echo", "--transport", "udp").output
                #expect(text.contains("a\\n      ") && text.contains("1.10 ms"), "\(text)")
                #expect(text.contains("! a\\n: sent again in packet") && text.contains("no reply"))
            }
            let held = try inspect(alone, "--protocol", "echo", "--assert", "no-crosstalk,fifo")
            #expect(held.status == 0, "\(held.output)")
            let json = try inspect(alone, "--json", "--protocol", "echo").json
            let flows = try #require(json["udp_flows"] as? [[String: Any]])
            #expect((flows[0]["exchanges"] as? [[String: Any]])?.first?["latency_ns"] as? Int == 1_100_000)
            #expect((flows[1]["icmp_errors"] as? [Any])?.count == 1)
        }

        @Test("pages and slices, the ICMP error with its flow")
        func pageAndSlice() throws {
            let page = "\(folder.path)/page.html"
            #expect(try inspect(beside, "--transport", "udp", "--html", page).status == 0)
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.contains("2 UDP flows, 5 datagrams") && html.contains("ICMP port unreachable 1"))
            let slice = "\(folder.path)/slice.pcapng"
            #expect(try inspect(beside, "--transport", "udp", "--flow", "1", "--slice", slice).status == 0)
            let again = try inspect(slice).output
            #expect(again.hasPrefix("1 UDP flow, 1 datagram, 2 bytes of payload"), "\(again)")
            #expect(again.contains("1 ICMP error: port unreachable 1, first in packet 2"))
        }

        @Test("two captures of one exchange, the second behind a translator, and two of different ones")
        func twoCaptures() throws {
            var near = TinyCapture()
            var far = TinyCapture()
            for (number, text) in ["one", "two", "three", "four"].enumerated() {
                near.datagram(50_001, text)
                if number != 2 { far.datagram(61_000, text) } else { far.skipDatagram(61_000) }
            }
            let path = try near.write("\(folder.path)/near.pcap")
            let text = try inspect(path, "--and", try far.write("\(folder.path)/far.pcap")).output
            #expect(text.hasPrefix("1 flow: 4 packets sent, 1 lost on the way"), "\(text)")
            #expect(text.contains("127.0.0.1:50001 is 127.0.0.1:61000 at the server"))
            let other = try inspect(path, "--and", alone).output
            #expect(other.hasPrefix("Nothing of one capture is in the other"), "\(other)")
            #expect(!other.contains("lost on the way"))
        }

        @Test("rules for ports are read, and wrong ones are wrong usage")
        func decode() throws {
            #expect(try inspect(alone, "--decode", "udp.port=7000,vxlan").output.hasPrefix("2 UDP flows"))
            let wrong = try inspect(alone, "--decode", "udp.port=7000,vxlam")
            #expect(wrong.status == 64 && wrong.errors.contains("vxlam"))
        }

        @Test("compressed captures are read", .enabled(if: CrossfireProcess.program("xz") != nil))
        func compressed() throws {
            let packed = try CrossfireProcess.start(CrossfireProcess.program("xz")!, ["-k", alone]).finish()
            #expect(packed.status == 0)
            #expect(try inspect(alone + ".xz").output == inspect(alone).output)
        }
    }
}
