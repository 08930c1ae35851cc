import Capture
import Glibc
import Testing

/// Goal: what the writer writes reads back the same, here and in Wireshark's tools, without a warning. Method: one file
/// with two interfaces and comments, read by `CaptureFileReader`, tshark and capinfos.
@Suite("Writing pcapng")
struct PcapngWriterTests {
    let folder = TemporaryFolder()
    static let section = SectionInfo(
        hardware: "x86", os: "Linux", application: "Crossfire test", comments: ["seed 7", "two"])

    func write(_ path: String) throws {
        var packets = FlowTableTests.connected()
        packets.tcp(
            PacketBuilder.client, PacketBuilder.server, seq: 1000, ack: 5000, .psh, payload: "PING\r\n", keep: 58)
        packets.batch.records[3].interface = 1
        var writer = try PcapngWriter(
            path: path, section: Self.section,
            interfaces: [
                InterfaceInfo(name: "lo", description: "loopback", filter: "tcp", linkType: .ethernet),
                InterfaceInfo(name: "eth0", linkType: .ethernet),
            ])
        for record in packets.batch.records {
            try writer.write(record, in: packets.batch, comments: record.number == 4 ? ["first", "zweite ✓"] : [])
        }
        try writer.finish(statistics: CaptureStatistics(received: 9, dropped: 2, interfaceDropped: 1, delivered: 4))
    }

    @Test("it reads back the same")
    func roundTrip() throws {
        let path = folder.path + "/out.pcapng"
        try write(path)
        let file = try WholeFile(path)
        #expect(file.records.map(\.time.nanoseconds) == (1...4).map { 1_700_000_000_000_000_000 + $0 * 1000 })
        #expect(file.records.map(\.interface) == [0, 0, 0, 1])
        #expect(file.records[3].capturedLength == 58)
        #expect(file.records[3].wireLength == 60)
        #expect(file.comments == ["seed 7", "two"])
        #expect(file.dropped == 3)
        #expect(file.interfaces.map(\.name) == ["lo", "eth0"])
        #expect(file.interfaces[0].filter == "tcp")
        #expect(file.warnings.isEmpty)
    }

    @Test("a time before 1970, which the format does not have, becomes 1970")
    func earlyTime() throws {
        let path = folder.path + "/out.pcapng"
        var packets = PacketBuilder()
        packets.time = -5000
        packets.add([1, 2, 3, 4])
        var writer = try PcapngWriter(
            path: path, section: Self.section, interfaces: [InterfaceInfo(linkType: .ethernet)])
        try writer.write(packets.batch.records[0], in: packets.batch)
        try writer.finish(statistics: nil)
        #expect(try WholeFile(path).records.map(\.time.nanoseconds) == [0])
    }

    // Skipped where Wireshark's command line tools are not installed.
    @Test("tshark and capinfos read it without a warning", .enabled(if: hasTool("tshark") && hasTool("capinfos")))
    func wireshark() throws {
        let path = folder.path + "/out.pcapng"
        try write(path)
        let tshark = try run(
            "tshark",
            [
                "-n", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "frame.comment", "-e", "tcp.len", "-e",
                "frame.interface_name",
            ])
        let warnings = tshark.errors.split(separator: "\n").filter { !$0.contains("Running as user") }
        #expect(warnings.isEmpty)
        #expect(tshark.output.split(separator: "\n").last == "4\tfirst,zweite ✓\t6\teth0")
        let capinfos = try run("capinfos", [path])
        #expect(capinfos.errors.isEmpty)
        #expect(capinfos.status == 0)
        #expect(capinfos.output.contains("Number of packets:   4"))
        #expect(capinfos.output.contains("Crossfire test"))
        #expect(capinfos.output.contains("nanoseconds (9)"))
    }

    // Skipped where Wireshark's command line tools are not installed.
    @Test(
        "names, directions, drop counts and TLS keys are understood by tshark",
        .enabled(if: hasTool("tshark") && hasTool("editcap")))
    func extras() throws {
        let path = folder.path + "/extras.pcapng"
        let packets = FlowTableTests.connected()
        var writer = try PcapngWriter(
            path: path, section: Self.section, interfaces: [InterfaceInfo(name: "lo", linkType: .ethernet)])
        try writer.writeNames([(.v4(0x7F00_0001), "writer"), (.v6(0, 1), "reader")])
        try writer.writeTLSKeys("CLIENT_RANDOM 00 00\n")
        let notes = PacketNotes(comments: ["a", "b", "c"], direction: .outbound, droppedBefore: 3)
        for record in packets.batch.records { try writer.write(record, in: packets.batch, notes: notes) }
        try writer.finish(statistics: [CaptureStatistics(received: 3)])
        let fields = ["frame.comment", "frame.packet_flags_direction", "ip.src_host"].flatMap { ["-e", $0] }
        let tshark = try run("tshark", ["-N", "n", "-r", path, "-T", "fields"] + fields)
        #expect(tshark.errors.split(separator: "\n").filter { !$0.contains("Running as user") }.isEmpty)
        #expect(tshark.output.split(separator: "\n").first == "a,b,c\t0x00000002\twriter")
        let copy = try run("editcap", [path, folder.path + "/copy.pcapng"])
        #expect(copy.status == 0 && copy.errors.isEmpty)
        #expect(try WholeFile(folder.path + "/copy.pcapng").packets == WholeFile(path).packets)
        #expect(try WholeFile(path).dropped == 9)
    }

    @Test("an unfinished file leaves nothing, a finished one replaces the old")
    func atomic() throws {
        let path = folder.file("out.pcapng", [1, 2, 3])
        do {
            let writer = try PcapngWriter(path: path, section: Self.section, interfaces: [])
            _ = consume writer
        }
        #expect(bytes(of: path) == [1, 2, 3])
        #expect(try run("/bin/ls", [folder.path]).output == "out.pcapng\n")
        try write(path)
        #expect(try WholeFile(path).records.count == 4)
        #expect(throws: CaptureError.self) {
            _ = try PcapngWriter(path: "/nonexistent/x", section: Self.section, interfaces: [])
        }
    }
}
