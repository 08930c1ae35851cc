@testable import Capture

/// TCP flows, reassembly and anomalies, from segments instead of bytes: the input says what each does relative to where
/// its connection stands.
///
/// A payload byte is computed from its sequence number and the segment's variant, so every byte of a stream can be
/// traced back to the packet that is said to have brought it.
struct FlowsTarget: ParserTarget {
    let name = "flows"

    func run(_ input: [UInt8]) {
        let tape = SegmentTape(input)
        let flows = tape.check(keepStreams: true)
        FlowProperties.check(flows)
        // What lies too far away is passed over where bytes are kept, and counted where they are not.
        if flows.allSatisfy({ $0.toServer.unplaced + $0.toClient.unplaced == 0 }) {
            let outlines = tape.check(keepStreams: false).map(FlowProperties.outline)
            requireEqual(outlines, flows.map(FlowProperties.outline), "bytes are kept or not, all else is the same")
        }
        let apart = FlowProperties.flows(FlowProperties.split(tape.batch))
        requireEqual(apart.map(FlowProperties.text), flows.map(FlowProperties.text), "batches do not matter")
        // Wrong checksums, as these packets have, are odd, and nothing odd is folded.
        let folded = [0, 1, .max].map { patience in
            var table = FlowProperties.table(keepStreams: false, patience: patience, verifyChecksums: false)
            table.add(tape.batch)
            return table.finish().map(FlowProperties.text)
        }
        requireEqual(folded[0], folded[2], "folded at once or never, the flows are the same")
        requireEqual(folded[1], folded[2], "folded soon or never, the flows are the same")
        var wireshark = WiresharkAnalysis()
        requireEqual(wireshark.add(tape.batch).count, tape.batch.records.count, "each segment is flagged")
        var matcher = TwoPointMatcher(serverPort: 6379)
        for point in [TwoPointMatcher.Point.client, .server] { matcher.add(tape.batch, at: point) }
        for flow in matcher.finish() {
            require(flow.toServer.lost.isEmpty && flow.toServer.unsent.isEmpty, "a capture matches itself")
        }
    }

    func seeds() -> [[UInt8]] {
        let open: [UInt8] = [0, 0x02, 0, 0, 0, 0, 1, 0x12, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0]
        let data: [UInt8] = [0, 0x18, 20, 0, 0, 0]
        let later: [UInt8] = [0, 0x18, 20, 20, 0, 0]
        let again: [UInt8] = [0, 0x18, 20, UInt8(bitPattern: -20), 0, 0x10]
        let conflict: [UInt8] = [0, 0x18, 20, UInt8(bitPattern: -20), 0, 0x11]
        let answer: [UInt8] = [1, 0x18, 10, 0, 0, 0]
        let close: [UInt8] = [0, 0x11, 0, 0, 0, 0, 1, 0x11, 0, 0, 0, 0]
        let far: [UInt8] = [8, 0x18, 20, 0x00, 0xE0, 0, 0, 0, 0]
        let near: [UInt8] = [8, 0x18, 20, 0x00, 0x00, 0x80, 0, 0, 0]
        let options: [UInt8] = [0x41, 0x50, 0, 0, 0, 0, 12, 1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9]
        let reset: [UInt8] = [1, 0x14, 0, 0, 0, 0]
        return [
            open + data + answer + close, open + later + data + again + conflict, data + answer + data,
            open + far + data + reset, open + near + data + reset, open + data + options + again,
            [UInt8](repeating: 0, count: 6) + open + reset + open,
        ]
    }
}

/// Segments as an input tells them, and the packets made of them.
struct SegmentTape {
    private struct Sent {
        var sequence: UInt32
        var length: Int
        var captured: Int
        var variant: UInt8
        var flags: TCPFlags
    }

    private(set) var batch = PacketBatch(linkTypes: [.raw])
    private var sent: [Sent] = []
    /// The next sequence number of each connection's two sides.
    private var next = [UInt32](repeating: 0xFFFF_FF00, count: 8)
    private var time: Int64 = 0

    init(_ input: [UInt8]) {
        var reader = InputReader(input)
        while !reader.isAtEnd { add(&reader) }
    }

    /// Bits of the first byte: 0 direction, 1–2 connection, 3 and 4 absolute numbers, 5 cut, 6 options, 7 IPv6.
    private mutating func add(_ reader: inout InputReader) {
        let shape = reader.u8()
        let flags = UInt16(reader.u8())
        let size = Int(reader.u8())
        let length = size == 255 ? 1460 : size
        let side = Int(shape & 7)
        func number(_ current: UInt32, isAbsolute: Bool) -> UInt32 {
            isAbsolute ? reader.u32() : current &+ UInt32(bitPattern: Int32(Int8(bitPattern: reader.u8())))
        }
        let sequence = number(next[side], isAbsolute: shape & 8 != 0)
        let acknowledgement = number(next[side ^ 1], isAbsolute: shape & 16 != 0)
        let timing = reader.u8()
        time += 1 << Int64(timing >> 3)
        let options = shape & 64 != 0 ? reader.take(Int(reader.u8() & 0x28)) : []
        let variant = timing & 7
        let first = flags & 0x02 != 0 ? sequence &+ 1 : sequence
        let payload = (0..<length).map { Self.byte(first &+ UInt32($0), variant) }
        let ports: (UInt16, UInt16) =
            side & 1 == 0 ? (40_000 + UInt16(side >> 1), 6379) : (6379, 40_000 + UInt16(side >> 1))
        let padded = options + [UInt8](repeating: 0, count: (4 - options.count % 4) % 4)
        let segment = PacketBytes.tcp(
            ports.0, ports.1, seq: sequence, ack: acknowledgement, flags: flags, window: UInt16(timing) << 4,
            options: padded, payload)
        let bytes = shape & 128 != 0 ? PacketBytes.ipv6(6, segment) : PacketBytes.ipv4(6, segment)
        let kept = bytes.count - (shape & 32 != 0 ? length / 2 : 0)
        batch.records.append(
            PacketRecord(
                number: sent.count + 1, time: Timestamp(nanoseconds: time), offset: batch.bytes.count,
                capturedLength: kept, wireLength: bytes.count))
        batch.bytes += bytes.prefix(kept)
        sent.append(
            Sent(
                sequence: first, length: length, captured: length - (bytes.count - kept), variant: variant,
                flags: TCPFlags(rawValue: flags)))
        if shape & 8 == 0 { next[side] = first &+ UInt32(length) &+ UInt32(flags & 1) }
    }

    private static func byte(_ sequence: UInt32, _ variant: UInt8) -> UInt8 {
        let mixed = (sequence ^ UInt32(variant) << 29) &* 0x9E37_79B1
        return UInt8(truncatingIfNeeded: mixed >> 24)
    }

    /// Builds the flows and traces their bytes back.
    func check(keepStreams: Bool) -> [Flow] {
        var table = FlowProperties.table(keepStreams: keepStreams)
        var owners: [Int] = []
        table.add(batch) { _, record, flow in
            requireEqual(record.number, owners.count + 1, "every packet is a segment")
            owners.append(flow)
        }
        let flows = table.finish()
        requireEqual(
            flows.reduce(0) { $0 + $1.toServer.packets + $1.toClient.packets }, sent.count, "no packet is lost")
        for flow in flows where keepStreams {
            let numbers = owners.indices.filter { owners[$0] == flow.id }
            let old = Set(flow.anomalies.filter { $0.kind == .oldConnectionAnswered }.map { $0.packet.number - 1 })
            for (stream, endpoint) in [(flow.toServer, flow.client), (flow.toClient, flow.server)] {
                trace(stream, bringers(numbers.filter { isSent($0, by: endpoint) }, old: old))
            }
        }
        return flows
    }

    private func isSent(_ packet: Int, by endpoint: Endpoint) -> Bool {
        let record = batch.records[packet]
        guard case .tcp(let segment) = dissect(record, in: batch) else { return false }
        return segment.source == endpoint
    }

    /// Those of one side's packets that bring bytes of the stream: what a reset says is no part of it, nor is what still
    /// came of the connection that had these ports before, until the new one was accepted.
    private func bringers(_ packets: [Int], old: Set<Int>) -> [Int] {
        let accepted = packets.first { sent[$0].flags.isSuperset(of: [.syn, .ack]) } ?? .max
        return packets.filter { index in
            if old.contains(index) { require(index < accepted, "an accepted connection's packets are its own") }
            return !old.contains(index) && !sent[index].flags.contains(.rst)
        }
    }

    /// Finds the sequence number of offset 0 that explains all chunks, each by the first packet that brought its bytes.
    private func trace(_ stream: ByteStream, _ packets: [Int]) {
        guard let chunk = stream.chunks.first else { return }
        let first = sent[chunk.packet.number - 1]
        let bases = (0..<first.captured).map {
            first.sequence &+ UInt32($0) &- UInt32(truncatingIfNeeded: chunk.offset)
        }
        let isExplained = bases.contains { base in
            stream.chunks.allSatisfy { packets.contains($0.packet.number - 1) && explains(stream, $0, base) }
                && (stream.unplaced > 0 || isFirstCopy(stream, base, packets))
        }
        require(isExplained, "every byte is the first copy that a packet brought")
    }

    private func explains(_ stream: ByteStream, _ chunk: ByteStream.Chunk, _ base: UInt32) -> Bool {
        let packet = sent[chunk.packet.number - 1]
        let start = base &+ UInt32(truncatingIfNeeded: chunk.offset)
        let skipped = Int(start &- packet.sequence)
        guard skipped + chunk.length <= packet.captured else { return false }
        return (0..<chunk.length).allSatisfy {
            stream.bytes[chunk.offset + $0] == Self.byte(start &+ UInt32($0), packet.variant)
        }
    }

    /// Segments of one byte may be keep-alives, which bring nothing.
    private func isFirstCopy(_ stream: ByteStream, _ base: UInt32, _ packets: [Int]) -> Bool {
        packets.allSatisfy { index in
            let packet = sent[index]
            guard packet.length > 1 else { return true }
            let start = Int(Int32(bitPattern: packet.sequence &- base))
            let range = max(0, start)..<max(0, start + packet.captured)
            var offset = range.lowerBound
            while offset < range.upperBound {
                guard let found = stream.packet(at: offset), found.number <= index + 1 else { return false }
                offset += 1
            }
            return true
        }
    }
}
