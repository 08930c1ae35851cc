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

/// Goal: where something between two captures translates addresses, flows are found by what they say, and where nothing
/// matches no losses are made up. Method: connections and datagrams seen at both ends of a translator of several habits.
@Suite("Two captures with a translator between")
struct TwoPointTranslationTests {
    typealias Side = PacketBuilder.Side

    /// What the translator changes besides the client's address and port.
    struct Habits: Sendable {
        var name: String
        var server: Side = PacketBuilder.server
        /// Added to the sequence numbers of the client, and of the server.
        var numbers: (UInt32, UInt32) = (0, 0)
        var identifications: UInt16 = 0
        /// The outer client's address, above or below the server's.
        var client = Side(address: 0xAC11_0001, port: 61_000)
    }

    static let habits = [
        Habits(name: "source"), Habits(name: "from below to above", client: Side(address: 0x0100_0001, port: 1)),
        Habits(name: "destination too", server: Side(address: 0x0A00_0007, port: 8080)),
        Habits(name: "numbers", numbers: (77_000, 0xFFFF_0000)), Habits(name: "identifications", identifications: 999),
        Habits(name: "all", server: Side(address: 0x0A00_0007, port: 80), numbers: (1, 2), identifications: 5),
    ]

    /// Both ends of one connection; the packets whose places are in `lost` do not arrive.
    static func connection(
        _ number: Int, _ habits: Habits, lost: Set<Int>, _ near: inout PacketBuilder, _ far: inout PacketBuilder
    ) {
        let inner = Side(address: 0x7F00_0001 + UInt32(number), port: 40_000)
        let outer = Side(address: habits.client.address, port: habits.client.port + UInt16(number))
        let base = UInt32(1000 * (number + 1))
        let steps: [(up: Bool, seq: UInt32, ack: UInt32?, flags: TCPFlags, payload: String)] = [
            (true, base, nil, .syn, ""), (false, 5000 + base, base + 1, .syn, ""),
            (true, base + 1, 5001 + base, [], ""),
            (true, base + 1, 5001 + base, .psh, "GET \(number)\r\n"),
            (false, 5001 + base, base + 8, .psh, "value of \(number)\r\n"),
            (true, base + 8, 5013 + base, .psh, "GET x\(number)\r\n"),
            (false, 5013 + base, base + 16, .psh, "value of x\(number)\r\n"), (true, base + 16, 5026 + base, .fin, ""),
        ]
        for (place, step) in steps.enumerated() {
            let (client, server) = habits.numbers
            let (own, other) = step.up ? (client, server) : (server, client)
            let identification = UInt16(10 * (number + 1) + place)
            let nearEnds = step.up ? (inner, PacketBuilder.server) : (PacketBuilder.server, inner)
            let farEnds = step.up ? (outer, habits.server) : (habits.server, outer)
            if step.up || !lost.contains(place) {
                near.tcp(
                    nearEnds.0, nearEnds.1, seq: step.seq, ack: step.ack, step.flags, payload: step.payload,
                    identification: identification)
            }
            if !step.up || !lost.contains(place) {
                far.tcp(
                    farEnds.0, farEnds.1, seq: step.seq &+ own, ack: step.ack.map { $0 &+ other }, step.flags,
                    payload: step.payload, identification: identification &+ habits.identifications &* UInt16(place + 1)
                )
            }
        }
    }

    static func result(_ near: PacketBuilder, _ far: PacketBuilder) -> TwoPointResult {
        var matcher = TwoPointMatcher()
        matcher.add(near.batch, at: .client)
        matcher.add(far.batch, at: .server)
        return matcher.result()
    }

    @Test("connections are found again, and a loss stays a loss", arguments: habits.indices)
    func connections(_ index: Int) {
        let habits = Self.habits[index]
        var near = PacketBuilder()
        var far = PacketBuilder()
        for number in 0..<5 { Self.connection(number, habits, lost: number == 2 ? [5] : [], &near, &far) }
        let result = Self.result(near, far)
        #expect(result.flows.count == 5, "\(habits.name)")
        #expect(result.onlyAtClient.isEmpty && result.onlyAtServer.isEmpty, "\(habits.name)")
        #expect(result.flows.map { $0.atServer?.client.port } == (0..<5).map { habits.client.port + $0 })
        #expect(result.flows.allSatisfy { $0.atServer?.server.port == habits.server.port })
        #expect(result.flows.map(\.toServer.lost.count) == [0, 0, 1, 0, 0], "\(habits.name)")
        #expect(result.flows.map(\.toServer.received) == [5, 5, 4, 5, 5])
        for path in result.flows.flatMap({ [$0.toServer, $0.toClient] }) {
            #expect(path.unsent.isEmpty && path.duplicated.isEmpty && path.reordered.isEmpty, "\(habits.name)")
        }
    }

    @Test("captures of different exchanges have nothing in common, and nothing is lost")
    func nothingInCommon() {
        var near = PacketBuilder()
        var far = PacketBuilder()
        var unused = PacketBuilder()
        for number in 0..<3 { Self.connection(number, Self.habits[0], lost: [], &near, &unused) }
        for number in 3..<5 { Self.connection(number, Self.habits[0], lost: [], &unused, &far) }
        let result = Self.result(near, far)
        #expect(result.flows.isEmpty)
        #expect(result.onlyAtClient.map(\.packets) == [8, 8, 8])
        #expect(result.onlyAtServer.map(\.packets) == [8, 8])
    }

    @Test("another connection between the same ends is another, and nothing of it is lost")
    func sameEnds() {
        var near = PacketBuilder()
        var far = PacketBuilder()
        for number in 0..<3 as Range<UInt32> {
            let (own, other) = (1000 + number, 9000 + number)
            near.tcp(PacketBuilder.client, PacketBuilder.server, seq: own, ack: 1, payload: "a\(number)")
            far.tcp(PacketBuilder.client, PacketBuilder.server, seq: other, ack: 1, payload: "b\(number)")
        }
        let result = Self.result(near, far)
        #expect(result.flows.isEmpty)
        #expect(result.onlyAtClient.map(\.packets) == [3] && result.onlyAtServer.map(\.packets) == [3])
    }

    @Test("two that say the same are not told apart, and not mixed up")
    func alike() {
        var near = PacketBuilder()
        var far = PacketBuilder()
        for number in [1, 2] as [UInt16] {
            let udp = { (from: Side, to: Side) in
                PacketBuilder.ethernet(
                    0x0800,
                    PacketBuilder.ipv4(from, to, 17, PacketBuilder.udp(from, to, [1, 2, 3]), identification: 0))
            }
            near.add(udp(Side(port: 40_000 + number), PacketBuilder.server))
            far.add(udp(Side(address: 0x0A00_0001, port: 50_000 + number), PacketBuilder.server))
        }
        let result = Self.result(near, far)
        #expect(result.flows.isEmpty)
        #expect(result.onlyAtClient.count == 2 && result.onlyAtServer.count == 2)
    }

    @Test("datagrams are matched by endpoints, or by what they say", arguments: [false, true])
    func datagrams(_ isTranslated: Bool) {
        var near = PacketBuilder()
        var far = PacketBuilder()
        let (client, server) = (PacketBuilder.client, PacketBuilder.server)
        let outer = isTranslated ? Side(address: 0xAC11_0001, port: 61_000) : client
        for number in 0..<6 as Range<UInt8> {
            let request = Array("GET \(number)".utf8)
            let reply = Array("value \(number)".utf8)
            let packet = { (from: Side, to: Side, payload: [UInt8]) in
                PacketBuilder.ethernet(
                    0x0800,
                    PacketBuilder.ipv4(
                        from, to, 17, PacketBuilder.udp(from, to, payload), identification: UInt16(number) + 1))
            }
            near.add(packet(client, server, request))
            if number != 3 { far.add(packet(outer, server, request)) }
            if number != 3, number != 4 { near.add(packet(server, client, reply)) }
            if number != 3 { far.add(packet(server, outer, reply)) }
        }
        let result = Self.result(near, far)
        #expect(result.flows.count == 1)
        #expect(result.flows.first?.transport == .udp)
        #expect(result.flows.first?.toServer.lost.count == 1)
        #expect(result.flows.first?.toClient.lost.count == 1)
        #expect(result.flows.first?.client.port == 40_000)
        #expect(result.flows.first?.atServer?.client.port == (isTranslated ? 61_000 : nil))
    }
}
