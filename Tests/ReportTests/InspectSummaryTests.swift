import Capture
import Report
import Testing

/// Goal: what a file tells of itself, and who waited for whom, is said in words that people know. Method: golden lines.
@Suite("The summary of a capture")
struct InspectSummaryTests {
    static func lines(_ flows: [Flow], _ facts: InspectSummary.FileFacts = .init()) -> [String] {
        InspectSummary(flows, facts, style: Sample.plain).text().split(separator: "\n").map(String.init)
    }

    /// The facts of a file whose packets have these times, in seconds; all are of one connection.
    static func facts(_ times: [Double]) -> InspectSummary.FileFacts {
        var table = FlowTable()
        for (index, time) in times.enumerated() {
            var batch = PacketBatch(linkTypes: [.raw])
            let ports: [UInt8] = [0, 80, 200, 0, 0, 0, 0, 9, 0, 0, 0, 9, 0x50, 0x10, 1, 0, 0, 0, 0, 0]
            batch.bytes = [0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 2] + ports
            batch.records = [
                PacketRecord(
                    number: index + 1, time: Timestamp(nanoseconds: Int64(time * 1e9)), offset: 0, capturedLength: 40,
                    wireLength: 40)
            ]
            table.add(batch)
        }
        var facts = InspectSummary.FileFacts()
        facts.stepsBack = table.stepsBack
        return facts
    }

    @Test("time that runs back, packets that were cut, one direction")
    func file() {
        var facts = Self.facts([10, 20, 15, 15.1, 15.099])
        facts.cutSegments = 3
        var half = Sample.flow()
        half.toServer = ByteStream()
        half.toServer.acknowledged = 26
        let lines = Self.lines([half], facts)
        #expect(
            lines[1...3] == [
                "Time runs back at packet 3 by 5.00 s: the clock was set, or packets were written out of order.",
                "3 packets shorter than the IP length says: cut, and the file has lost the length that they had.",
                "Of 1 flow only one direction was captured: the other's bytes were acknowledged.",
            ])
    }

    @Test("checksums that are the file's")
    func checksums() {
        var flow = Sample.flow()
        flow.toServer.staleChecksums = 4
        #expect(
            Self.lines([flow])[1]
                == "4 checksums wrong, nearly all of their flows, and the packets were taken all the same: addresses were "
                + "rewritten, or packets recorded before the card; not the network.")
    }

    static func reply(_ cause: SlowReply.Cause, milliseconds: Int64, at number: Int) -> SlowReply {
        let time = { (ms: Int64) in Timestamp(nanoseconds: ms * 1_000_000) }
        var reply = SlowReply(
            request: PacketReference(number: number, time: time(0)),
            reply: PacketReference(number: number + 1, time: time(milliseconds)),
            end: PacketReference(number: number + 1, time: time(milliseconds)), cause: cause,
            untilFirst: milliseconds * 1_000_000, repeats: 0, closed: 0, held: 0)
        switch cause {
        case .connectionSetUp, .loss: reply.repeats = reply.total
        case .clientNotReading: reply.closed = reply.total
        case .delayedACK: reply.held = reply.total
        case .server, .network: break
        }
        return reply
    }

    @Test("the slowest replies, and who waited for whom")
    func slowReplies() {
        var flow = Sample.flow()
        flow.slowReplies = [
            Self.reply(.server, milliseconds: 700, at: 40), Self.reply(.loss, milliseconds: 600, at: 10),
            Self.reply(.clientNotReading, milliseconds: 500, at: 20),
        ]
        var other = Sample.flow()
        other.id = 9
        other.slowReplies = [
            Self.reply(.connectionSetUp, milliseconds: 3000, at: 1), Self.reply(.delayedACK, milliseconds: 200, at: 30),
            Self.reply(.network, milliseconds: 150, at: 50), Self.reply(.server, milliseconds: 99, at: 60),
        ]
        #expect(
            Self.lines([flow, other]).suffix(6) == [
                "  took    flow  request    reply      first byte after  who waited for whom",
                "  3.00 s  9     packet 1   packet 2   3.00 s            the client for the connection; 3.00 s until its last SYN",
                "  700 ms  3     packet 40  packet 41  700 ms            the client for the server",
                "  600 ms  3     packet 10  packet 11  600 ms            both for segments sent again (600 ms)",
                "  500 ms  3     packet 20  packet 21  500 ms            "
                    + "the server for the client, which had no room (500 ms)",
                "  200 ms  9     packet 30  packet 31  200 ms            "
                    + "small data for a delayed acknowledgement: Nagle's algorithm (200 ms)",
            ])
        flow.slowReplies = [Self.reply(.server, milliseconds: 99, at: 60)]
        #expect(!Self.lines([flow]).contains("Slowest replies:"))
    }
}
