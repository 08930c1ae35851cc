import Capture
import Testing

/// Goal: every variant of both formats reads alike, and damage is said. Method: files built byte by byte, whole, cut
/// at every length, and with seeded mutations.
@Suite("Reading capture files")
struct FileReaderTests {
    let folder = TemporaryFolder()

    /// A classic file with two packets at 1.5 s and 2.25 s.
    static func classic(_ magic: UInt32, bigEndian: Bool) -> [UInt8] {
        func number(_ value: UInt32) -> [UInt8] { bigEndian ? PacketBuilder.be(value) : PacketBuilder.le(value) }
        func short(_ value: UInt16) -> [UInt8] { bigEndian ? PacketBuilder.be(value) : PacketBuilder.le(value) }
        let fraction: UInt32 = magic == 0xA1B2_3C4D ? 1_000_000 : 1000
        let extra: [UInt8] = magic == 0xA1B2_CD34 ? [0, 0, 0, 0, 0, 0, 0, 0] : []
        var bytes = number(magic) + short(2) + short(4) + number(0) + number(0) + number(262_144) + number(1)
        if magic >> 16 == 0x1C00 { bytes += number(37) }
        bytes += number(1) + number(500 * fraction) + number(3) + number(3) + extra + [1, 2, 3]
        bytes += number(2) + number(250 * fraction) + number(2) + number(9) + extra + [4, 5]
        return bytes
    }

    @Test(
        "classic files: both byte orders, microseconds, nanoseconds, long record headers, Ixia's length field",
        arguments: [0xA1B2_C3D4, 0xA1B2_3C4D, 0xA1B2_CD34, 0x1C00_01AC, 0x1C00_01AB] as [UInt32], [false, true])
    func classicVariants(_ magic: UInt32, _ bigEndian: Bool) throws {
        let file = try WholeFile(folder.file("a.pcap", Self.classic(magic, bigEndian: bigEndian)))
        #expect(file.packets == [[1, 2, 3], [4, 5]])
        #expect(file.records.map(\.time.nanoseconds) == [1_500_000_000, 2_250_000_000])
        #expect(file.records.map(\.wireLength) == [3, 9])
        #expect(file.records.map(\.number) == [1, 2])
        #expect(file.linkTypes == [.ethernet])
        #expect(file.warnings.isEmpty)
        #expect(file.dropped == nil)
    }

    static func block(_ type: UInt32, _ body: [UInt8], bigEndian: Bool = false) -> [UInt8] {
        let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        let number: (UInt32) -> [UInt8] = { bigEndian ? PacketBuilder.be($0) : PacketBuilder.le($0) }
        let length = number(UInt32(padded.count + 12))
        return number(type) + length + padded + length
    }

    static func section(bigEndian: Bool = false, options: [UInt8] = []) -> [UInt8] {
        let number: (UInt32) -> [UInt8] = { bigEndian ? PacketBuilder.be($0) : PacketBuilder.le($0) }
        let version: [UInt8] = bigEndian ? [0, 1, 0, 0] : [1, 0, 0, 0]
        return block(
            0x0A0D_0D0A, number(0x1A2B_3C4D) + version + [UInt8](repeating: 255, count: 8) + options,
            bigEndian: bigEndian)
    }

    static func interface(_ link: UInt16, snap: UInt32 = 0, options: [UInt8] = [], bigEndian: Bool = false) -> [UInt8] {
        let head =
            bigEndian
            ? PacketBuilder.be(link) + [0, 0] + PacketBuilder.be(snap)
            : PacketBuilder.le(link) + [0, 0] + PacketBuilder.le(snap)
        return block(1, head + options, bigEndian: bigEndian)
    }

    static func packet(
        _ interface: UInt32, _ time: UInt64, _ bytes: [UInt8], options: [UInt8] = [], bigEndian: Bool = false
    ) -> [UInt8] {
        let number: (UInt32) -> [UInt8] = { bigEndian ? PacketBuilder.be($0) : PacketBuilder.le($0) }
        let padding = [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
        let body =
            number(interface) + number(UInt32(time >> 32)) + number(UInt32(truncatingIfNeeded: time))
            + number(UInt32(bytes.count)) + number(UInt32(bytes.count)) + bytes + padding + options
        return block(6, body, bigEndian: bigEndian)
    }

    @Test(
        "pcapng: two sections with two byte orders, interfaces, resolutions, offsets, drops, comments, unknown blocks")
    func modern() throws {
        let comment: [UInt8] = [1, 0, 5, 0] + Array("hello".utf8) + [0, 0, 0, 0, 0, 0, 0]
        let binary: [UInt8] = [9, 0, 1, 0, 0x8A, 0, 0, 0]  // 2^-10 s
        let offset: [UInt8] = [14, 0, 8, 0] + PacketBuilder.le(UInt64(100)) + [2, 0, 3, 0] + Array("lo0".utf8) + [0]
        let drops: [UInt8] = [4, 0, 8, 0] + PacketBuilder.le(UInt64(5))
        var bytes = Self.section(options: comment) + Self.interface(1) + Self.interface(101, options: binary + offset)
        bytes += Self.packet(0, 1_500_000, [1, 2, 3], options: drops)
        bytes += Self.block(0xBAD, [1, 2, 3, 4, 5])
        bytes += Self.packet(1, 1536, [4])
        bytes += Self.block(3, PacketBuilder.le(UInt32(2)) + [7, 8])
        bytes += Self.section(bigEndian: true)
        bytes += Self.interface(113, options: [0, 9, 0, 1, 9, 0, 0, 0], bigEndian: true)
        bytes += Self.packet(0, 42, [9, 9], bigEndian: true)
        bytes += Self.block(
            5, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + [0, 7, 0, 8] + PacketBuilder.be(UInt64(11)), bigEndian: true)
        let file = try WholeFile(folder.file("a.pcapng", bytes))
        #expect(file.packets == [[1, 2, 3], [4], [7, 8], [9, 9]])
        #expect(file.records.map(\.time.nanoseconds) == [1_500_000_000, 101_500_000_000, 0, 42])
        #expect(file.records.map(\.interface) == [0, 1, 0, 2])
        #expect(file.linkTypes == [.ethernet, .raw, .linuxSLL])
        #expect(file.interfaces.map(\.name) == ["", "lo0", ""])
        #expect(file.comments == ["hello"])
        #expect(file.dropped == 11)
        #expect(file.warnings.isEmpty)
    }

    @Test("what is no capture is refused with its name")
    func refused() {
        for (bytes, reason) in [
            ([], "empty"), ([1, 2], "2 bytes"), (Array("GET / HTTP/1.1\r\n".utf8), "neither"),
            ([0xD4, 0xC3, 0xB2, 0xA1, 2, 0], "24 bytes"),
            (Array(Self.classic(0x1C00_01AB, bigEndian: true).dropLast(48)), "28 bytes"),
            (Self.classic(0xA1B2_34CD, bigEndian: false), "mesquita"),
            (Self.classic(0xA12B_3C4D, bigEndian: true), "navtel"),
            ([0x0A, 0x0D, 0x0D, 0x0A] + [UInt8](repeating: 0, count: 40), "magic"),
        ] as [([UInt8], String)] {
            #expect {
                try WholeFile(folder.file("bad", bytes))
            } throws: { error in
                guard case .unreadable(_, let text)? = error as? CaptureError else { return false }
                return text.contains(reason)
            }
        }
        #expect(throws: CaptureError.self) { try WholeFile("/nonexistent/file.pcap") }
        #expect(throws: CaptureError.self) { try WholeFile("/tmp") }
    }

    @Test("a file cut anywhere gives the packets before the cut, and says so")
    func cut() throws {
        let classic = Self.classic(0xA1B2_C3D4, bigEndian: false)
        for length in 24..<classic.count {
            let file = try WholeFile(folder.file("cut", Array(classic[..<length])))
            #expect(file.packets.count == (length < 43 ? 0 : 1))
            #expect(file.warnings.isEmpty == (length == 24 || length == 43))
        }
        let modern = Self.section() + Self.interface(1) + Self.packet(0, 1, [1, 2, 3, 4])
        for length in 28..<modern.count {
            let file = try WholeFile(folder.file("cut", Array(modern[..<length])))
            #expect(file.packets.isEmpty)
            #expect(file.warnings.isEmpty == (length == 28 || length == 48))
        }
    }

    @Test("mutated files never trap")
    func mutations() throws {
        var generator = SeededGenerator(state: 7)
        let files = [
            Self.classic(0xA1B2_C3D4, bigEndian: false), Self.classic(0xA1B2_CD34, bigEndian: true),
            Self.section() + Self.interface(1, options: [9, 0, 1, 0, 9, 0, 0, 0]) + Self.packet(0, 1, [1, 2, 3, 4])
                + Self.block(3, [2, 0, 0, 0, 7, 8]) + Self.packet(0, 2, [1]),
        ]
        for round in 0..<2000 {
            var bytes = files[round % files.count]
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                bytes[Int.random(in: 4..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            _ = try? WholeFile(folder.file("mutated", bytes))
        }
    }
}
