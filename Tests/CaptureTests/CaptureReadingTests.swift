import Capture
import Testing

/// Goal: whoever reads a capture file gets its flows in one way, and no more than was asked for. Method: one file with a TCP
/// conversation, UDP datagrams and a section comment, read with each wish.
@Suite("Reading a capture whole")
struct CaptureReadingTests {
    let folder = TemporaryFolder()

    /// A conversation of five packets, a repeated request, a datagram each way.
    private func file(dropped: UInt64 = 0, interface: String = "lo") throws -> String {
        var talk = Talk()
        talk.send(from: 0, seq: 1000, ack: 5000, .psh, payload: "PING")
        talk.send(from: 0, seq: 1000, ack: 5000, .psh, payload: "PING", ms: 300)
        talk.send(from: 1, seq: 5000, ack: 1004, .psh, payload: "PONG")
        var packets = talk.packets
        let ends = [PacketBuilder.Side(port: 9000), PacketBuilder.Side(port: 7000)]
        for (from, to) in [(ends[0], ends[1]), (ends[1], ends[0])] {
            let datagram = PacketBuilder.udp(from, to, Array("data".utf8))
            packets.add(PacketBuilder.ethernet(0x0800, PacketBuilder.ipv4(from, to, 17, datagram)))
        }
        let path = folder.path + "/capture.pcapng"
        var writer = try PcapngWriter(
            path: path, section: SectionInfo(comments: ["from a test"]),
            interfaces: [InterfaceInfo(name: interface, linkType: .ethernet)])
        for record in packets.batch.records { try writer.write(record, in: packets.batch) }
        try writer.finish(
            statistics: CaptureStatistics(received: 8, dropped: dropped, interfaceDropped: 0, delivered: 8))
        return path
    }

    @Test("the flows with their streams, and nothing else")
    func plain() throws {
        var counts: [Int] = []
        var reading = try CaptureReading(path: try file(), .init()) { counts.append($0) }
        #expect(reading.flows.count == 1)
        #expect(reading.flows[0].toServer.bytes == Array("PING".utf8))
        #expect(reading.datagrams.isEmpty && reading.kept.packets.isEmpty && reading.frames.isEmpty)
        #expect(reading.table.count == 0)
        #expect(reading.sectionComments == ["from a test"])
        #expect(reading.interfaces.map(\.name) == ["lo"])
        #expect(reading.shortcomings.isEmpty && reading.recordingNotes.isEmpty)
        #expect(reading.start < reading.end)
        #expect(counts == [8])
        #expect(reading.takeFlows().count == 1)
        #expect(reading.flows.isEmpty)
    }

    @Test("datagrams are counted, kept, or kept where there is no TCP")
    func datagrams() throws {
        let path = try file()
        var wants = CaptureReading.Wants()
        wants.datagrams = .counted
        #expect(try CaptureReading(path: path, wants).datagrams.map(\.datagrams.count) == [0])
        wants.datagrams = .kept(.all)
        #expect(try CaptureReading(path: path, wants).datagrams.map(\.datagrams.count) == [2])
        wants.datagrams = .keptAlone(.all)
        #expect(try CaptureReading(path: path, wants).datagrams.map(\.datagrams.count) == [0])
    }

    @Test("without streams the file is read again for flows that repeat bytes, and only for these")
    func repeats() throws {
        let path = try file()
        var wants = CaptureReading.Wants()
        wants.anomalies = true
        wants.streams = false
        let once = try CaptureReading(path: path, wants)
        #expect(once.uncomparedFlows == [0])
        #expect(once.flows[0].toServer.bytes.isEmpty)
        wants.comparesRepeats = true
        var passes = 0
        let twice = try CaptureReading(path: path, wants) { _ in passes += 1 }
        #expect(passes == 2)
        #expect(twice.uncomparedFlows.isEmpty)
        #expect(twice.flows[0].toServer.bytes == Array("PING".utf8))
    }

    @Test("packets of one flow, or of all, and flows that stay in the table")
    func packets() throws {
        let path = try file()
        var wants = CaptureReading.Wants()
        wants.packets = .all
        wants.datagrams = .counted
        #expect(try CaptureReading(path: path, wants).kept.packets.map(\.packet.number) == Array(1...8))
        wants.packets = .flow(1)
        #expect(try CaptureReading(path: path, wants).kept.packets.isEmpty)
        wants.packets = .none
        wants.leavesFlowsInTable = true
        let left = try CaptureReading(path: path, wants)
        #expect(left.flows.isEmpty && left.datagrams.isEmpty && left.table.count == 1)
    }

    @Test("what the file lacks is said")
    func shortcomings() throws {
        let path = try file(dropped: 3)
        let reading = try CaptureReading(path: path, .init())
        #expect(reading.droppedPackets == 3)
        #expect(reading.shortcomings == ["the capture says that it dropped 3 packets"])
        let cut = folder.file("cut.pcapng", Array(bytes(of: path).dropLast(30)))
        #expect(try CaptureReading(path: cut, .init()).shortcomings.count >= 1)
        #expect(throws: CaptureError.self) { try CaptureReading(path: folder.path + "/absent", .init()) }
    }
}
