import Capture
import Foundation
import Report
import Testing
import Verification
import Wire
import Protocols

/// Goal: people see of UDP what they see of TCP. Method: golden texts of a hand-made exchange: a request that is sent again
/// and answered twice, one that nobody answers, and an ICMP error.
@Suite("Text of datagrams")
struct DatagramTextTests {
    static let loopback = IPAddress.v4(0x7F00_0001)
    static let client = Endpoint(address: loopback, port: 40_000)
    static let server = Endpoint(address: loopback, port: 7000)

    /// The packets of an exchange, as they are captured.
    static func capture() -> PacketBatch {
        var batch = PacketBatch(linkTypes: [.ethernet])
        let said: [(fromClient: Bool, text: String)] = [
            (true, "GET a\r\n"), (true, "GET a\r\n"), (false, "$1\r\n7\r\n"), (false, "$1\r\n7\r\n"),
            (true, "GET b\r\n"),
        ]
        for (index, item) in said.enumerated() {
            let ports = item.fromClient ? (client.port, server.port) : (server.port, client.port)
            append(ip(17, udp(ports.0, ports.1, Array(item.text.utf8)), 10 + UInt8(index)), to: &batch)
        }
        let quoted = ip(17, udp(client.port, server.port, Array("GET b\r\n".utf8)), 14)
        append(ip(1, [3, 3, 0, 0, 0, 0, 0, 0] + quoted, 15), to: &batch)
        return batch
    }

    private static func udp(_ from: UInt16, _ to: UInt16, _ payload: [UInt8]) -> [UInt8] {
        [UInt16](arrayLiteral: from, to, UInt16(8 + payload.count), 0).flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
            + payload
    }

    private static func ip(_ number: UInt8, _ payload: [UInt8], _ identification: UInt8) -> [UInt8] {
        let loopback: [UInt8] = [127, 0, 0, 1]
        return [0x45, 0, 0, UInt8(20 + payload.count), 0, identification, 0, 0, 64, number, 0, 0] + loopback + loopback
            + payload
    }

    private static func append(_ packet: [UInt8], to batch: inout PacketBatch) {
        let bytes = [UInt8](repeating: 0, count: 12) + [8, 0] + packet
        let number = batch.records.count + 1
        batch.records.append(
            PacketRecord(
                number: number, time: Timestamp(nanoseconds: 1_000_000_000 + Int64(number) * 1_500_000),
                offset: batch.bytes.count, capturedLength: bytes.count, wireLength: bytes.count))
        batch.bytes += bytes
    }

    static func exchange() throws -> DatagramFlow {
        var table = DatagramTable(findsTwins: true)
        table.add(capture())
        return try #require(table.finish().first)
    }

    @Test("the summary and the table")
    func table() throws {
        let flow = Flow(try Self.exchange())
        #expect(
            InspectSummary([], exchanges: [flow], .init(), style: Sample.plain).text() == """
                1 UDP flow, 5 datagrams, 35 bytes of payload in 6.00 ms
                1 ICMP error: port unreachable 1, first in packet 6 about UDP flow 0
                Nothing odd about the packets' order, numbers and times.
                """)
        #expect(
            InspectText([flow], style: Sample.plain).table() == """
                UDP flow  client           server          datagrams  bytes      duration  missing  odd
                0         127.0.0.1:40000  127.0.0.1:7000  3 → 2 ←    21 → 14 ←  6.00 ms   -        ICMP port unreachable 1
                """)
    }

    @Test("an exchange datagram by datagram, and what both sides said")
    func diagram() throws {
        let diagram = DatagramDiagram(try Self.exchange(), names: EndpointNames(), style: Sample.plain)
        #expect(
            diagram.text() == #"""
                UDP flow 0: 127.0.0.1:40000 → 127.0.0.1:7000
                5 datagrams

                packet  time            bytes  begins
                1       0.000 ms  ───▶  7      GET a\r\n
                2       1.500 ms  ───▶  7      GET a\r\n
                        ! the same bytes as packet 1
                3       3.000 ms  ◀───  7      $1\r\n7\r\n
                4       4.500 ms  ◀───  7      $1\r\n7\r\n
                        ! the same bytes as packet 3
                5       6.000 ms  ───▶  7      GET b\r\n
                        ! packet 6: ICMP from 127.0.0.1: port unreachable, about a packet to the server
                """#)
        #expect(
            diagram.follow() == #"""
                UDP flow 0: > 127.0.0.1:40000, < 127.0.0.1:7000
                > GET a\r\n
                > GET a\r\n
                < $1\r\n
                . 7\r\n
                < $1\r\n
                . 7\r\n
                > GET b\r\n
                """#)
    }

    @Test("requests beside replies, what was sent again and answered again, what nobody answered")
    func messages() throws {
        let conversation = Conversation(datagrams: try Self.exchange(), name: "c0", codec: RESPCodec())
        #expect(
            InspectText.messages(conversation, codec: RESPCodec(), style: Sample.plain) == """
                flow 0, c0
                  packet  request  packet  reply     latency
                  1       GET a    3       "7"       3.00 ms
                ! 5       GET b    -       no reply  -
                ! GET a: sent again in packet 2
                ! GET a: answered again in packet 4
                """)
    }

    @Test("as JSON and as a page")
    func machines() throws {
        let exchange = try Self.exchange()
        let flow = Flow(exchange)
        var parts = InspectJSON.Parts()
        parts.transport = .udp
        parts.conversations = [Conversation(datagrams: exchange, name: "c0", codec: RESPCodec())]
        let json = try object(InspectJSON(flows: [], exchanges: [flow], parts).text())
        #expect((json["flows"] as? [Any])?.isEmpty == true)
        let entry = try #require((json["udp_flows"] as? [[String: Any]])?.first)
        #expect(entry["handshake"] == nil)
        let messages = try #require(entry["exchanges"] as? [[String: Any]])
        #expect(messages.first?["retry_packets"] as? [Int] == [2])
        #expect(messages.first?["repeated_reply_packets"] as? [Int] == [4])
        #expect(messages.first?["latency_ns"] as? Int == 3_000_000)
        #expect(messages.last?["reply_packet"] == nil)
        let error = try #require((entry["icmp_errors"] as? [[String: Any]])?.first)
        #expect(error["meaning"] as? String == "port unreachable" && error["packet"] as? Int == 6)
        let page = InspectPage(title: "udp", flows: [flow], parts, codec: RESPCodec(), packetsLeftOut: 0).text()
        #expect(page.contains("1 UDP flow, 5 datagrams") && page.contains("ICMP port unreachable 1"))
        #expect(page.components(separatedBy: "<g class=\"m ").count - 1 == 3)
    }

    @Test("flows are asked for one by one, and the object is the same")
    func streamed() throws {
        let flows = (0..<500).map { number in
            var flow = Sample.flow()
            flow.id = number
            return flow
        }
        var pieces: [String] = []
        try InspectJSON(flows: flows, .init()).write { pieces.append($0) }
        #expect(pieces.count > 3)
        let whole = try object(pieces.joined())
        #expect((whole["flows"] as? [[String: Any]])?.map { $0["id"] as? Int } == (0..<500).map { $0 })
    }
}
