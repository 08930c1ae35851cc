import Capture
import Testing

/// Goal: damage costs the packets it hits and no others, and is said; compressed files read like plain ones. Method: a
/// hundred packets in both formats, damaged at known places; the same bytes through gzip and zstd, whole and cut.
@Suite("Damaged and compressed files")
struct DamagedFileTests {
    let folder = TemporaryFolder()
    static let count = 100

    static func payload(_ index: Int) -> [UInt8] {
        PacketBuilder.le(UInt32(index)) + [UInt8](repeating: 0xAA, count: 60)
    }

    static let classic: [UInt8] = (0..<count).reduce(
        Array(FileReaderTests.classic(0xA1B2_C3D4, bigEndian: false)[..<24])
    ) {
        let length = PacketBuilder.le(UInt32(64))
        return $0 + PacketBuilder.le(UInt32(1_700_000_000 + $1)) + PacketBuilder.le(UInt32(5)) + length + length
            + payload($1)
    }

    static let modern: [UInt8] = (0..<count).reduce(FileReaderTests.section() + FileReaderTests.interface(1)) {
        $0 + FileReaderTests.packet(0, UInt64($1), payload($1))
    }

    static func indices(_ file: WholeFile) -> [Int] {
        file.packets.map { Int($0[0]) | Int($0[1]) << 8 }
    }

    @Test(
        "a classic file goes on after an impossible length, and after one that swallows packets",
        arguments: [
            [0xF0, 0xFF, 0xFF, 0xFF], [0x00, 0x30, 0x00, 0x00],
        ] as [[UInt8]])
    func classicLength(_ length: [UInt8]) throws {
        var bytes = Self.classic
        bytes.replaceSubrange(24 + 80 * 10 + 8..<24 + 80 * 10 + 12, with: length)
        let file = try WholeFile(folder.file("a.pcap", bytes))
        #expect(Self.indices(file) == Array(0..<10) + Array(11..<100))
        #expect(file.warnings.count == 1)
        #expect(file.warnings[0].contains("offset 824"))
    }

    @Test(
        "zeros at the end, as a power loss leaves them, are no packets: nor is the one into which they reach",
        arguments: [0, 30, 79, 4096], [false, true])
    func zeroTail(_ reach: Int, _ isModern: Bool) throws {
        let whole = isModern ? Self.modern : Self.classic
        let kept = reach == 4096 ? whole.count : whole.count - reach
        let zeros = [UInt8](repeating: 0, count: reach + 40_000)
        let file = try WholeFile(folder.file("a.pcap", Array(whole[..<kept]) + zeros))
        let lost = reach == 0 || reach == 4096 ? 0 : 1
        #expect(Self.indices(file) == Array(0..<Self.count - lost))
        #expect(file.warnings.count == 1)
        let place = isModern ? "after packet \(Self.count - lost)" : "from packet \(Self.count - lost + 1) on"
        #expect(file.warnings[0].contains(place), "\(file.warnings)")
    }

    @Test("zeros in the middle cost what they replaced, and no more")
    func zeroHole() throws {
        var bytes = Self.classic
        bytes.replaceSubrange(24 + 80 * 20..<24 + 80 * 40, with: [UInt8](repeating: 0, count: 1600))
        let file = try WholeFile(folder.file("a.pcap", bytes))
        #expect(Self.indices(file) == Array(0..<20) + Array(40..<100))
        #expect(file.warnings.count == 1)
    }

    @Test("missing and surplus bytes in the middle cost one packet", arguments: [-3, 7])
    func classicShift(_ shift: Int) throws {
        var bytes = Self.classic
        let place = 24 + 80 * 50 + 30
        if shift < 0 {
            bytes.removeSubrange(place..<place - shift)
        } else {
            bytes.insert(contentsOf: [9, 9, 9, 9, 9, 9, 9], at: place)
        }
        let file = try WholeFile(folder.file("a.pcap", bytes))
        #expect(Self.indices(file).filter { $0 < 50 } == Array(0..<50))
        #expect(Self.indices(file).filter { $0 > 51 } == Array(52..<100))
        #expect(file.warnings.count == 1)
    }

    @Test(
        "zeros at the end, as a loss of power leaves them, are no packets", arguments: [0, 16, 40, 79],
        [16, 4096, 70_001])
    func zeroTail(_ kept: Int, _ zeros: Int) throws {
        for (whole, start, length) in [(Self.classic, 24, 80), (Self.modern, Self.modern.count - 100 * 96, 96)] {
            let bytes = whole.prefix(start + 50 * length + kept) + [UInt8](repeating: 0, count: zeros)
            let file = try WholeFile(folder.file("a.pcap", Array(bytes)))
            #expect((50...51).contains(file.packets.count))
            #expect(file.packets.prefix(50).map { Int($0[0]) } == Array(0..<50))
            #expect(file.warnings.count == 1, "\(file.warnings)")
        }
    }

    @Test("a pcapng file goes on after impossible block lengths and zeroed blocks")
    func modernLength() throws {
        let start = 28 + 20
        let size = 32 + 64
        var bytes = Self.modern
        bytes.replaceSubrange(start + size * 10 + 4..<start + size * 10 + 8, with: [0, 0, 0, 0])
        bytes.replaceSubrange(start + size * 20..<start + size * 21, with: [UInt8](repeating: 0, count: size))
        bytes.replaceSubrange(start + size * 30 + 4..<start + size * 30 + 8, with: [0xFC, 0xFF, 0xFF, 0x7F])
        let file = try WholeFile(folder.file("a.pcapng", bytes))
        #expect(Self.indices(file) == (0..<100).filter { ![10, 20, 30].contains($0) })
        #expect(file.warnings.count == 3)
    }

    @Test("a gigabyte announced is not allocated")
    func announcements() throws {
        let bytes =
            FileReaderTests.section() + PacketBuilder.le(UInt32(6)) + PacketBuilder.le(UInt32(0x4000_0000)) + [
                1, 2, 3, 4,
            ]
        let file = try WholeFile(folder.file("a.pcapng", bytes))
        #expect(file.packets.isEmpty)
        #expect(!file.warnings.isEmpty)
    }

    /// A record, its time sound, with lengths as given.
    static func record(_ payload: [UInt8], captured: Int? = nil, wire: Int? = nil) -> [UInt8] {
        PacketBuilder.le(UInt32(1_700_000_000)) + PacketBuilder.le(UInt32(5))
            + PacketBuilder.le(UInt32(captured ?? payload.count)) + PacketBuilder.le(UInt32(wire ?? payload.count))
            + payload
    }

    /// The start of a file that reaches to within `bytesToBoundary` of the end of the reader's first batch, with `last` as
    /// its second record.
    static func upToBoundary(_ bytesToBoundary: Int, last: [UInt8], minorVersion: UInt8 = 4) -> [UInt8] {
        var bytes = Array(classic[..<24])
        bytes[6] = minorVersion
        let lead = CaptureFileReader.batchBytes - bytesToBoundary - bytes.count - 16 - last.count
        return bytes + record([UInt8](repeating: 1, count: lead)) + last
    }

    // The end of a batch once decided what is believed.
    @Test("whether an odd record is believed does not depend on where it lies", arguments: [8, 400, 2000], [4, 3])
    func batchBoundary(_ bytesToBoundary: Int, minorVersion: UInt8) throws {
        let odd = Self.record([UInt8](repeating: 7, count: 1000), wire: 5)
        var bytes = Self.upToBoundary(bytesToBoundary, last: odd, minorVersion: minorVersion)
        bytes += [UInt8](repeating: 0xFF, count: 16)
        for index in 0..<3 { bytes += Self.record(Self.payload(index)) }
        let file = try WholeFile(folder.file("a.pcap", bytes))
        // Before version 2.4 its lengths may be in the other order, and then it is not odd.
        let swapped = minorVersion == 3 ? [5] : []
        #expect(file.packets.dropFirst().map(\.count) == swapped + [64, 64, 64])
        #expect(file.warnings.count == 1)
    }

    @Test(
        "whether zeros reach into a packet does not depend on where it lies",
        arguments: [-40, 0, 1, 8, 15, 16, 40, 2000], [true, false])
    func zeroTailAtBatchBoundary(_ bytesToBoundary: Int, zerosGoOn: Bool) throws {
        let torn = Self.record([1] + [UInt8](repeating: 0, count: 63))
        var bytes = Self.upToBoundary(bytesToBoundary, last: torn)
        if zerosGoOn { bytes += [UInt8](repeating: 0, count: 4096) }
        for index in 0..<3 { bytes += Self.record(Self.payload(index)) }
        let file = try WholeFile(folder.file("a.pcap", bytes))
        #expect(file.packets.dropFirst().map { Int($0[0]) } == (zerosGoOn ? [] : [1]) + [0, 1, 2])
        #expect(file.records.map(\.number) == Array(1...file.records.count))
        #expect(file.warnings.count == (zerosGoOn ? 1 : 0))
    }

    @Test("damage full of long lengths is passed over in linear time", .timeLimit(.minutes(1)))
    func longLengths() throws {
        var bytes = Array(Self.classic[..<24])
        bytes.replaceSubrange(16..<20, with: PacketBuilder.le(UInt32(16 << 20)))
        bytes += Self.record(Self.payload(1)) + [UInt8](repeating: 0xFF, count: 16)
        let length = (15 << 20) + 1
        let header = Self.record([], captured: length, wire: length)
        for _ in 0..<(20 << 20) / header.count { bytes += header }
        let file = try WholeFile(folder.file("a.pcap", bytes))
        #expect(file.packets.count == 1)
        #expect(file.warnings.count == 1)
    }

    // Skipped where the compressing program is missing.
    @Test(
        "compressed files read like plain ones; a cut one gives what comes before",
        .enabled(if: hasTool("gzip") && hasTool("zstd") && hasTool("xz")),
        arguments: ["gzip -kf", "zstd -qkf", "xz -1kf"])
    func compressed(_ tool: String) throws {
        let suffix = tool.hasPrefix("gzip") ? "gz" : tool.hasPrefix("zstd") ? "zst" : "xz"
        var generator = SeededGenerator(state: 3)
        var plain = Self.modern
        for index in 0..<20_000 {
            let noise = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
            plain += FileReaderTests.packet(0, UInt64(index), noise)
        }
        let path = folder.file("a.pcapng", plain)
        #expect(try run("/bin/sh", ["-c", "\(tool) \(path)"]).status == 0)
        let whole = try WholeFile("\(path).\(suffix)")
        #expect(whole.records.count == 20_100)
        #expect(whole.warnings.isEmpty)
        let packed = bytes(of: "\(path).\(suffix)")
        let twice = try WholeFile(folder.file("twice", packed + packed))
        #expect(twice.records.count == 40_200)
        let cut = try WholeFile(folder.file("cut", Array(packed.prefix(packed.count / 2))))
        #expect(cut.records.count > 1000 && cut.records.count < 20_000)
        #expect(cut.warnings.contains { $0.contains("cut") })
        for length in [3, 12] {
            #expect(throws: CaptureError.self) { try WholeFile(folder.file("short", Array(packed.prefix(length)))) }
        }
    }
}
