import Capture
import Testing

/// Goal: two captures of one exchange say what the link did. Method: a short conversation seen at both ends with one
/// packet lost, one doubled, one overtaken and one cut in two; and the captures of a link that logged each packet's fate.
@Suite("Two captures of one exchange")
struct TwoPointMatcherTests {
    static let client = PacketBuilder.client
    static let server = PacketBuilder.server

    @Test("loss, duplicate, reordering and cut segments are placed")
    func places() throws {
        var near = FlowTableTests.connected()
        var far = FlowTableTests.connected()
        far.time += 2_000_000
        let text = ["aa", "bb", "cc", "dd"]
        for (index, payload) in text.enumerated() {
            near.tcp(
                Self.client, Self.server, seq: 1000 + 2 * UInt32(index), ack: 5000, payload: payload,
                identification: UInt16(10 + index))
        }
        for index in [0, 0, 3, 2] {
            far.tcp(
                Self.client, Self.server, seq: 1000 + 2 * UInt32(index), ack: 5000, payload: text[index],
                identification: UInt16(10 + index))
        }
        near.tcp(Self.client, Self.server, seq: 1008, ack: 5000, payload: "eeff", identification: 14)
        far.tcp(Self.client, Self.server, seq: 1008, ack: 5000, payload: "ee", identification: 14)
        far.tcp(Self.client, Self.server, seq: 1010, ack: 5000, payload: "ff", identification: 15)
        var matcher = TwoPointMatcher()
        matcher.add(near.batch, at: .client)
        matcher.add(far.batch, at: .server)
        let flow = try #require(matcher.finish().first)
        #expect(flow.client.port == 40_000)
        let path = flow.toServer
        #expect(path.sent == 7 && path.received == 8)
        #expect(path.lost.map(\.number) == [5])
        #expect(path.duplicated.map(\.received.number) == [5])
        #expect(path.reordered.map(\.received.number) == [7])
        #expect(path.resegmented == 1)
        #expect(path.unsent.isEmpty)
        #expect(flow.toClient.lost.map(\.number) == [])
        #expect(path.shortestDelay == 0)
        #expect(path.medianDelay ?? 0 > 0)
    }

    @Test(
        "what a link dropped and doubled by its own log", .enabled(if: SharedCaptures.present),
        arguments: SharedCaptures.names(in: "truth"))
    func truth(_ name: String) throws {
        let truth = try #require(JSON(bytes(of: "\(SharedCaptures.folder)/truth/\(name).json")))
        var matcher = TwoPointMatcher(serverPort: 7000)
        var segments: [[Int: Segment]] = [[:], [:]]
        for point in [TwoPointMatcher.Point.client, .server] {
            let side = point == .client ? "cli" : "srv"
            var reader = try CaptureFileReader(
                path: "\(SharedCaptures.folder)/files/gt__\(name.dropFirst(4))__\(side).pcapng")
            while let batch = try reader.nextBatch() {
                matcher.add(batch, at: point)
                for record in batch.records {
                    if case .tcp(let segment) = dissect(record, in: batch) {
                        segments[point.rawValue][record.number] = segment
                    }
                }
            }
        }
        var lost: [String] = []
        var doubled = 0
        for flow in matcher.finish() {
            lost += flow.toServer.lost.map { "a2b " + Self.name(segments[0][$0.number]) }
            lost += flow.toClient.lost.map { "b2a " + Self.name(segments[1][$0.number]) }
            doubled += flow.toServer.duplicated.count + flow.toClient.duplicated.count
            #expect(flow.toServer.unsent.isEmpty && flow.toClient.unsent.isEmpty)
        }
        let logged = truth["impair"].items.filter { $0["sp"].int != 0 }
        let dropped = logged.filter { $0["act"].text == "drop" }.map { item in
            "\(item["dir"].text) \(item["sp"].int) \(item["seq"].int) \(item["ack"].int) \(item["len"].int) \(item["fl"].int)"
        }
        #expect(lost.sorted() == dropped.sorted())
        #expect(doubled == logged.filter { $0["act"].text == "dup" }.count)
    }

    static func name(_ segment: Segment?) -> String {
        guard let segment else { return "?" }
        return "\(segment.sourcePort) \(segment.sequence) \(segment.acknowledgement) \(segment.payloadLength) "
            + "\(segment.flags.rawValue)"
    }
}
