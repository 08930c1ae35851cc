extension PcapngParser {
    /// Reads one whole block.
    mutating func read(
        _ block: PcapngBlock, _ bytes: RawSpan, into records: inout [PacketRecord]
    ) throws(FileDamage) {
        switch block.type {
        case BlockType.enhancedPacket: try enhancedPacket(block, bytes, into: &records)
        case BlockType.simplePacket: try simplePacket(block, bytes, into: &records)
        case BlockType.obsoletePacket: try obsoletePacket(block, bytes, into: &records)
        case BlockType.section: try section(block, bytes)
        case BlockType.interface: try interface(block, bytes)
        case BlockType.statistics: try statistics(block, bytes)
        // Wireshark numbers these among the packets; the same numbers must mean the same packets.
        case BlockType.journal, BlockType.custom, BlockType.customNotToCopy: findings.packets += 1
        default: break  // Names, secrets and what comes in future carry no packets.
        }
    }

    private mutating func section(_ block: PcapngBlock, _ bytes: RawSpan) throws(FileDamage) {
        try block.need(16, "the section header")
        sectionStart = findings.interfaces.count
        var options = PcapngOptions(start: block.start + 16, end: block.end, swapped: swapped)
        while let option = options.next(bytes) {
            if option.code == 1 { findings.sectionComments.append(option.text(bytes)) }
        }
    }

    private mutating func interface(_ block: PcapngBlock, _ bytes: RawSpan) throws(FileDamage) {
        try block.need(8, "the interface description")
        guard findings.interfaces.count < Self.maximumInterfaces else {
            throw FileDamage(reason: "the file describes more than \(Self.maximumInterfaces) interfaces")
        }
        var info = InterfaceInfo(
            linkType: LinkType(rawValue: UInt32(bytes.u16(block.start, swapped: swapped))),
            snapLength: Int(bytes.u32(block.start + 4, swapped: swapped)))
        var clock = PcapngClock()
        var options = PcapngOptions(start: block.start + 8, end: block.end, swapped: swapped)
        while let option = options.next(bytes) {
            switch (option.code, option.length) {
            case (2, _): info.name = option.text(bytes)
            case (3, _): info.description = option.text(bytes)
            // The first byte tells that text follows (0) and not a compiled filter (1).
            case (11, 1...) where bytes.u8(option.start) == 0:
                info.filter = PcapngOptions.text(bytes, option.start + 1, option.length - 1)
            case (9, 1): clock.resolution = bytes.u8(option.start)
            case (14, 8): clock.offsetSeconds = Int64(bitPattern: bytes.u64(option.start, swapped: swapped))
            default: break
            }
        }
        findings.interfaces.append(info)
        findings.linkTypes.append(info.linkType)
        clocks.append(clock)
    }

    private mutating func enhancedPacket(
        _ block: PcapngBlock, _ bytes: RawSpan, into records: inout [PacketRecord]
    ) throws(FileDamage) {
        try block.need(20, "the packet block")
        let captured = Int(bytes.u32(block.start + 12, swapped: swapped))
        try block.need(20 + captured, "the packet block")
        let interface = sectionStart + Int(bytes.u32(block.start, swapped: swapped))
        try packet(block, bytes, interface, start: block.start + 20, captured: captured, into: &records)
        let optionsStart = block.start + 20 + (captured + 3) & ~3
        guard block.end - optionsStart >= 4 else { return }
        var options = PcapngOptions(start: optionsStart, end: block.end, swapped: swapped)
        while let option = options.next(bytes) {
            guard option.code == 4, option.length == 8 else { continue }
            countedDrops = (countedDrops ?? 0) &+ bytes.u64(option.start, swapped: swapped)
        }
    }

    private mutating func obsoletePacket(
        _ block: PcapngBlock, _ bytes: RawSpan, into records: inout [PacketRecord]
    ) throws(FileDamage) {
        try block.need(20, "the packet block")
        let captured = Int(bytes.u32(block.start + 12, swapped: swapped))
        try block.need(20 + captured, "the packet block")
        let drops = bytes.u16(block.start + 2, swapped: swapped)
        if drops != 0xFFFF { countedDrops = (countedDrops ?? 0) &+ UInt64(drops) }
        let interface = sectionStart + Int(bytes.u16(block.start, swapped: swapped))
        try packet(block, bytes, interface, start: block.start + 20, captured: captured, into: &records)
    }

    /// What packet blocks have in common: the time at 4, the wire length at 16.
    private mutating func packet(
        _ block: PcapngBlock, _ bytes: RawSpan, _ interface: Int, start: Int, captured: Int,
        into records: inout [PacketRecord]
    ) throws(FileDamage) {
        guard interface < clocks.count else {
            throw FileDamage(
                reason: "the packet block at offset \(block.fileOffset) names interface "
                    + "\(interface - sectionStart), which its section does not describe; it was skipped")
        }
        let high = UInt64(bytes.u32(block.start + 4, swapped: swapped))
        let low = UInt64(bytes.u32(block.start + 8, swapped: swapped))
        let wire = Int(bytes.u32(block.start + 16, swapped: swapped))
        findings.packets += 1
        records.append(
            PacketRecord(
                number: findings.packets, time: clocks[interface].time(high << 32 | low), offset: start,
                capturedLength: captured, wireLength: max(captured, wire), interface: interface))
    }

    private mutating func simplePacket(
        _ block: PcapngBlock, _ bytes: RawSpan, into records: inout [PacketRecord]
    ) throws(FileDamage) {
        try block.need(4, "the simple packet block")
        guard sectionStart < clocks.count else {
            throw FileDamage(
                reason:
                    "the simple packet block at offset \(block.fileOffset) comes before any interface; it was skipped")
        }
        let wire = Int(bytes.u32(block.start, swapped: swapped))
        let snapLength = findings.interfaces[sectionStart].snapLength
        let kept = snapLength == 0 ? wire : min(wire, snapLength)
        findings.packets += 1
        records.append(
            PacketRecord(
                number: findings.packets, time: Timestamp(nanoseconds: 0), offset: block.start + 4,
                capturedLength: min(kept, block.end - block.start - 4), wireLength: wire, interface: sectionStart))
    }

    private mutating func statistics(_ block: PcapngBlock, _ bytes: RawSpan) throws(FileDamage) {
        try block.need(12, "the interface statistics")
        let interface = sectionStart + Int(bytes.u32(block.start, swapped: swapped))
        var options = PcapngOptions(start: block.start + 12, end: block.end, swapped: swapped)
        var drops: UInt64?
        while let option = options.next(bytes) {
            // isb_ifdrop, isb_osdrop
            guard option.length == 8, option.code == 5 || option.code == 7 else { continue }
            drops = (drops ?? 0) &+ bytes.u64(option.start, swapped: swapped)
        }
        if let drops { statedDrops[interface] = drops }
    }
}

/// How an interface's time stamps are read (`if_tsresol`, `if_tsoffset`).
struct PcapngClock {
    /// Negative power of ten, or with the top bit set of two; microseconds unless said otherwise.
    var resolution: UInt8 = 6
    var offsetSeconds: Int64 = 0

    private static let powersOfTen: [UInt64] = (1...19).reduce(into: [1]) { powers, _ in
        powers.append(powers.last! * 10)
    }

    /// Nanoseconds since the epoch; saturates where they do not fit.
    func time(_ units: UInt64) -> Timestamp {
        let exponent = Int(resolution & 0x7F)
        let nanoseconds: UInt64
        if resolution & 0x80 != 0 {
            let product = units.multipliedFullWidth(by: 1_000_000_000)
            nanoseconds =
                exponent >= 64
                ? 0 : exponent == 0 ? product.low : product.high << (64 - exponent) | product.low >> exponent
        } else if exponent <= 9 {
            let (value, over) = units.multipliedReportingOverflow(by: Self.powersOfTen[9 - exponent])
            nanoseconds = over ? UInt64(Int64.max) : value
        } else {
            nanoseconds = exponent - 9 < 20 ? units / Self.powersOfTen[exponent - 9] : 0
        }
        let base = Int64(clamping: nanoseconds)
        let (offset, over) = offsetSeconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = base.addingReportingOverflow(over ? 0 : offset)
        return Timestamp(nanoseconds: min(max(carry ? base : sum, -Timestamp.limit), Timestamp.limit))
    }
}

/// Walks a block's options; ends at the end option, the end of the block, or the first option that does not fit.
struct PcapngOptions {
    var start: Int
    let end: Int
    let swapped: Bool

    struct Option {
        var code: UInt16
        var start: Int
        var length: Int

        func text(_ bytes: RawSpan) -> String {
            PcapngOptions.text(bytes, start, length)
        }
    }

    mutating func next(_ bytes: RawSpan) -> Option? {
        guard end - start >= 4 else { return nil }
        let code = bytes.u16(start, swapped: swapped)
        let length = Int(bytes.u16(start + 2, swapped: swapped))
        guard code != 0, length <= end - start - 4 else { return nil }
        let option = Option(code: code, start: start + 4, length: length)
        start = min(end, start + 4 + (length + 3) & ~3)
        return option
    }

    /// Text in UTF-8; what is not is replaced.
    static func text(_ bytes: RawSpan, _ start: Int, _ length: Int) -> String {
        String(decoding: (start..<start + length).map { bytes.u8($0) }, as: UTF8.self)
    }
}
