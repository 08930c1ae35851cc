@testable import Capture

/// Classic pcap files, plain and compressed.
struct PcapTarget: ParserTarget {
    let name = "pcap"

    func run(_ input: [UInt8]) {
        guard !PcapngTarget.isPlain(input), !input.starts(with: SnoopParser.magic) else { return }
        CaptureFile.check(input)
    }

    func seeds() -> [[UInt8]] {
        let packets = PacketBytes.connection(request: Array("PING\r\n".utf8), reply: Array("+PONG\r\n".utf8))
        var files: [[UInt8]] = []
        for magic in [0xA1B2_C3D4, 0xA1B2_3C4D, 0xA1B2_CD34] as [UInt32] {
            for isSwapped in [false, true] { files.append(Self.file(magic, isSwapped: isSwapped, packets)) }
        }
        files.append(Self.file(0xA1B2_C3D4, isSwapped: false, packets, minor: 3))
        // Damage in the middle, and a cut.
        var damaged = files[0]
        for index in 100..<120 { damaged[index] = 0xFF }
        files.append(damaged)
        files.append(Array(files[0].dropLast(5)))
        files.append(Compressed.gzip(files[0]))
        files.append(Compressed.zstandard(Array(files[0].prefix(200))))
        files.append(Compressed.xz(files[0]))
        files.append(files[0] + [UInt8](repeating: 0, count: 64))
        return files
    }

    static func file(_ magic: UInt32, isSwapped: Bool, _ packets: [[UInt8]], minor: UInt16 = 4) -> [UInt8] {
        func number(_ value: some FixedWidthInteger) -> [UInt8] {
            isSwapped ? PacketBytes.be(value) : PacketBytes.le(value)
        }
        var file = number(magic) + number(UInt16(2)) + number(minor) + number(UInt64(0)) + number(UInt32(65_535))
        file += number(UInt32(101))
        for (index, packet) in packets.enumerated() {
            let length = UInt32(packet.count)
            file += number(UInt32(1_700_000_000)) + number(UInt32(index)) + number(length) + number(length)
            if magic == 0xA1B2_CD34 { file += number(UInt64(0)) }
            file += packet
        }
        return file
    }
}

/// snoop files.
struct SnoopTarget: ParserTarget {
    let name = "snoop"

    func run(_ input: [UInt8]) {
        guard input.starts(with: SnoopParser.magic) else { return }
        CaptureFile.check(input)
    }

    func seeds() -> [[UInt8]] {
        let packets = PacketBytes.connection(request: Array("PING\r\n".utf8), reply: Array("+PONG\r\n".utf8))
        var file = SnoopParser.magic + PacketBytes.be(UInt32(2)) + PacketBytes.be(UInt32(4))
        for (index, packet) in packets.enumerated() {
            let frame = PacketBytes.ethernet(0x0800, packet)
            let padding = index % 4
            for number in [frame.count + index, frame.count, 24 + frame.count + padding, index, 1_700_000_000, 7] {
                file += PacketBytes.be(UInt32(number))
            }
            file += frame + [UInt8](repeating: 0, count: padding)
        }
        var damaged = file
        for index in 100..<120 { damaged[index] = 0xFF }
        return [file, damaged, Array(file.dropLast(5)), file + [UInt8](repeating: 0, count: 64)]
    }
}

/// pcapng files, plain and compressed.
struct PcapngTarget: ParserTarget {
    let name = "pcapng"

    func run(_ input: [UInt8]) {
        guard Self.isPlain(input) || CaptureFile.isCompressed(input) else { return }
        CaptureFile.check(input)
    }

    static func isPlain(_ input: [UInt8]) -> Bool {
        input.starts(with: [0x0A, 0x0D, 0x0D, 0x0A])
    }

    func seeds() -> [[UInt8]] {
        let packets = PacketBytes.connection(request: Array("GET k\r\n".utf8), reply: Array("$1\r\n1\r\n".utf8))
        var files = [Self.written(packets), Self.swapped(packets)]
        files.append(files[0] + files[1])
        var damaged = files[0]
        for index in 200..<216 { damaged[index] = 0xFF }
        files.append(damaged)
        files.append(Array(files[0].dropLast(5)))
        files.append(Compressed.gzip(files[0]))
        return files
    }

    /// By the project's writer.
    private static func written(_ packets: [[UInt8]]) -> [UInt8] {
        var batch = PacketBatch(linkTypes: [.raw, .ethernet])
        for (index, packet) in packets.enumerated() {
            batch.records.append(
                PacketRecord(
                    number: index + 1, time: Timestamp(nanoseconds: 1_700_000_000_000_000_000),
                    offset: batch.bytes.count,
                    capturedLength: packet.count, wireLength: packet.count + index, interface: 0))
            batch.bytes += packet
        }
        let interfaces = [
            InterfaceInfo(name: "lo", description: "loopback", filter: "tcp", linkType: .raw),
            InterfaceInfo(linkType: .ethernet, snapLength: 0),
        ]
        let section = SectionInfo(hardware: "h", os: "o", comments: ["why"])
        let notes = PacketNotes(comments: ["odd"], direction: .inbound, droppedBefore: 2)
        do {
            try CaptureFile.write(batch, section, interfaces, to: ScratchFile.output, notes: notes)
        } catch {
            fatalError("\(error)")
        }
        return readFile(ScratchFile.output)
    }

    /// In network order, with the kinds of block that the project reads but does not write.
    private static func swapped(_ packets: [[UInt8]]) -> [UInt8] {
        func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
            let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
            let length = PacketBytes.be(UInt32(12 + padded.count))
            return PacketBytes.be(type) + length + padded + length
        }
        let magic: [UInt8] = [0x1A, 0x2B, 0x3C, 0x4D, 0, 1, 0, 0]
        var file = block(0x0A0D_0D0A, magic + PacketBytes.be(UInt64.max))
        // Resolution 2^-10, offset of one second.
        let clock: [UInt8] = [0, 9, 0, 1, 0x8A, 0, 0, 0, 0, 14, 0, 8] + PacketBytes.be(Int64(1)) + [0, 0, 0, 0]
        file += block(1, [0, 101, 0, 0, 0, 0, 0, 64] + clock)
        let length = PacketBytes.be(UInt32(packets[0].count))
        let time = PacketBytes.be(UInt64(1 << 40))
        file += block(6, PacketBytes.be(UInt32(0)) + time + length + length + packets[0])
        file += block(3, length + packets[0])
        file += block(2, [0, 0, 0, 7] + time + length + length + packets[0])
        file += block(0x0BAD, [0, 0, 0, 1, 2, 3, 4, 5])
        file += block(9, Array("MESSAGE=x\n".utf8))
        file += block(4, [0, 0, 0, 0])
        return file + block(5, PacketBytes.be(UInt32(0)) + time + [0, 5, 0, 8] + PacketBytes.be(UInt64(4)))
    }
}

/// Compressed files of stored blocks.
enum Compressed {
    /// RFC 1952.
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        let length = UInt16(bytes.count)
        let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + PacketBytes.le(length) + PacketBytes.le(~length)
        return head + bytes + PacketBytes.le(checksum(bytes)) + PacketBytes.le(UInt32(bytes.count))
    }

    /// RFC 8878; at most 255 bytes.
    static func zstandard(_ bytes: [UInt8]) -> [UInt8] {
        let block = UInt32(bytes.count) << 3 | 1
        return [0x28, 0xB5, 0x2F, 0xFD, 0x20, UInt8(bytes.count)] + PacketBytes.le(block).prefix(3) + bytes
    }

    /// One stream of one block of one LZMA2 chunk that is not compressed, without a check of its own; at most 65,536
    /// bytes. (The .xz file format, sections 2 to 4.)
    static func xz(_ bytes: [UInt8]) -> [UInt8] {
        let flags: [UInt8] = [0, 0]
        let header: [UInt8] = [2, 0, 0x21, 1, 0, 0, 0, 0]
        var block =
            header + PacketBytes.le(checksum(header)) + [1] + PacketBytes.be(UInt16(bytes.count - 1)) + bytes + [0]
        let unpadded = block.count
        block += [UInt8](repeating: 0, count: (4 - block.count % 4) % 4)
        var index: [UInt8] = [0, 1] + number(unpadded) + number(bytes.count)
        index += [UInt8](repeating: 0, count: (4 - index.count % 4) % 4)
        index += PacketBytes.le(checksum(index))
        let footer = PacketBytes.le(UInt32(index.count / 4 - 1)) + flags
        return XZDecompressor.magic + [0x5A, 0] + flags + PacketBytes.le(checksum(flags)) + block + index
            + PacketBytes.le(checksum(footer)) + footer + Array("YZ".utf8)
    }

    /// Seven bits a byte, the lowest first.
    private static func number(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + number(value >> 7)
    }

    /// CRC-32 (RFC 1952, section 8).
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
