import Capture
import Testing

/// Goal: a snoop file (RFC 1761) reads as the same packets in a pcap file do, and damage costs what it hits. Method: files
/// built byte by byte, cut at every length and damaged; and Wireshark's own writer, where it is installed.
@Suite("Snoop files")
struct SnoopTests {
    let folder = TemporaryFolder()
    static let count = 50

    static func header(_ link: UInt32 = 4, version: UInt32 = 2) -> [UInt8] {
        Array("snoop\0\0\0".utf8) + PacketBuilder.be(version) + PacketBuilder.be(link)
    }

    static func record(_ index: Int, _ payload: [UInt8], wire: Int? = nil, drops: UInt32 = 0, padding: Int = 0)
        -> [UInt8]
    {
        let length = 24 + payload.count + padding
        return PacketBuilder.be(UInt32(wire ?? payload.count)) + PacketBuilder.be(UInt32(payload.count))
            + PacketBuilder.be(UInt32(length)) + PacketBuilder.be(drops)
            + PacketBuilder.be(UInt32(1_700_000_000 + index)) + PacketBuilder.be(UInt32(250_000)) + payload
            + [UInt8](repeating: 0, count: padding)
    }

    /// Fifty packets of 64 bytes, each record padded by two.
    static let whole = (0..<count).reduce(header()) {
        $0 + record($1, DamagedFileTests.payload($1), wire: 70, padding: 2)
    }
    static let recordBytes = 24 + 64 + 2

    @Test("numbers, times, lengths and link type")
    func reads() throws {
        let file = try WholeFile(folder.file("a.snoop", Self.whole))
        #expect(DamagedFileTests.indices(file) == Array(0..<Self.count))
        #expect(file.records[3].time.nanoseconds == 1_700_000_003_250_000_000)
        #expect(file.records.allSatisfy { $0.capturedLength == 64 && $0.wireLength == 70 })
        #expect(file.records.map(\.number) == Array(1...Self.count))
        #expect(file.linkTypes == [.ethernet] && file.warnings.isEmpty && file.dropped == nil)
        let lossy = Self.header() + Self.record(0, [1], drops: 2) + Self.record(1, [2], drops: 7)
        #expect(try WholeFile(folder.file("b.snoop", lossy)).dropped == 7)
        #expect(throws: CaptureError.self) { try WholeFile(folder.file("c.snoop", Self.header(version: 3))) }
        #expect(throws: CaptureError.self) { try WholeFile(folder.file("d.snoop", Array(Self.header().prefix(12)))) }
        let unknown = try WholeFile(folder.file("e.snoop", Self.header(17) + Self.record(0, [1])))
        #expect(unknown.packets == [[1]])
    }

    @Test(
        "an interface of any datalink type is the same when written as pcapng",
        arguments: [0, 2, 4, 8, 9, 14, 17, .max])
    func rewritten(_ link: UInt32) throws {
        let snoop = try WholeFile(folder.file("a.snoop", Self.header(link) + Self.record(0, [1])))
        let path = "\(folder.path)/a.pcapng"
        var writer = try PcapngWriter(path: path, section: SectionInfo(), interfaces: snoop.interfaces)
        try writer.finish(statistics: nil)
        #expect(try WholeFile(path).interfaces == snoop.interfaces)
    }

    @Test("cut anywhere it gives the packets before the cut")
    func cut() throws {
        for length in stride(from: 16, through: Self.whole.count, by: 7) {
            let file = try WholeFile(folder.file("a.snoop", Array(Self.whole.prefix(length))))
            // The last one's padding may be missing.
            let there = (length - 16 + 2) / Self.recordBytes
            #expect(DamagedFileTests.indices(file) == Array(0..<min(Self.count, there)), "\(length) bytes")
        }
    }

    @Test("a damaged record costs one packet; zeros at the end none")
    func damage() throws {
        for (place, bytes) in [(8, [0xFF, 0xFF, 0xFF, 0xFF]), (4, [0, 1, 0, 0]), (20, [0xFF, 0, 0, 0])]
            as [(Int, [UInt8])]
        {
            var damaged = Self.whole
            let start = 16 + Self.recordBytes * 10 + place
            damaged.replaceSubrange(start..<start + 4, with: bytes)
            let file = try WholeFile(folder.file("a.snoop", damaged))
            #expect(DamagedFileTests.indices(file) == (0..<Self.count).filter { $0 != 10 })
            #expect(file.warnings.count == 1)
        }
        let tail = try WholeFile(folder.file("b.snoop", Self.whole + [UInt8](repeating: 0, count: 200_000)))
        #expect(DamagedFileTests.indices(tail) == Array(0..<Self.count))
        #expect(tail.warnings.count == 1 && tail.warnings[0].contains("from packet \(Self.count + 1) on"))
    }

    @Test("what Wireshark writes as snoop reads as the pcap file that it came from", .enabled(if: hasTool("editcap")))
    func wireshark() throws {
        let pcap = folder.file("a.pcap", DamagedFileTests.classic)
        let snoop = "\(folder.path)/a.snoop"
        try #require(try run("editcap", ["-F", "snoop", pcap, snoop]).status == 0)
        let (ours, theirs) = (try WholeFile(pcap), try WholeFile(snoop))
        #expect(ours.packets == theirs.packets)
        #expect(ours.records.map(\.time) == theirs.records.map(\.time))
        #expect(theirs.warnings.isEmpty)
    }
}
