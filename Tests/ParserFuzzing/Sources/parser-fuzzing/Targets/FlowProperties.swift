@testable import Capture

/// What must hold of flows, whatever the packets.
enum FlowProperties {
    /// Chunks and gaps cover the stream's bytes, each once and in order.
    static func check(_ flows: [Flow]) {
        let missing = flows.reduce(0) { $0 + ($1.toServer.gaps + $1.toClient.gaps).reduce(0) { $0 + $1.count } }
        require(missing <= paddingBytes, "missing bytes take bounded memory")
        for flow in flows {
            check(flow.toServer)
            check(flow.toClient)
            require(flow.firstTime <= flow.lastTime, "a flow begins before it ends")
            require(flow.anomalies.count <= AnomalyLog.maximumPerFlow + 8, "anomalies are bounded")
        }
    }

    private static func check(_ stream: ByteStream) {
        var covered = 0
        var gaps = stream.gaps[...]
        for chunk in stream.chunks {
            require(chunk.length > 0, "no chunk is empty")
            if chunk.offset > covered {
                requireEqual(gaps.popFirst(), covered..<chunk.offset, "what lies between chunks is a gap")
            } else {
                requireEqual(chunk.offset, covered, "chunks do not overlap")
            }
            covered = chunk.offset + chunk.length
            requireEqual(stream.packet(at: chunk.offset), chunk.packet, "a chunk's first byte is found")
            requireEqual(stream.packet(at: covered - 1), chunk.packet, "a chunk's last byte is found")
        }
        if covered < stream.bytes.count {
            requireEqual(gaps.popFirst(), covered..<stream.bytes.count, "the end is a gap")
        }
        require(gaps.isEmpty, "there is no other gap")
        require(covered <= stream.bytes.count, "chunks lie in the stream")
        for gap in stream.gaps {
            require(stream.packet(at: gap.lowerBound) == nil, "no packet brought a gap")
            require(stream.bytes[gap].allSatisfy { $0 == 0 }, "gaps are zeros")
        }
        let kept = stream.chunks.reduce(0) { $0 + $1.length }
        require(kept <= stream.payloadBytes, "no more is kept than came")
    }

    /// All but the bytes, for comparisons. Numbers and raw values: to print whole structures takes most of the time.
    static func outline(_ flow: Flow) -> [String] {
        [
            "\(flow.id) \(flow.client) \(flow.server) \(flow.handshake.rawValue) \(flow.teardown.rawValue)",
            "\(flow.firstTime.nanoseconds) \(flow.lastTime.nanoseconds)", outline(flow.toServer),
            outline(flow.toClient),
        ]
    }

    private static func outline(_ stream: ByteStream) -> String {
        let ends = "\(stream.fin?.number ?? 0) \(stream.reset?.number ?? 0)"
        return "\(stream.packets) \(stream.payloadBytes) \(ends) \(stream.acknowledged)"
    }

    /// Everything, for comparisons.
    static func text(_ flow: Flow) -> [String] {
        outline(flow) + [content(flow.toServer), content(flow.toClient)]
            + flow.anomalies.map {
                "\($0.kind.rawValue) \($0.packet.number) \($0.isToServer) \($0.reason.rawValue) "
                    + "\($0.confidence.rawValue) \($0.related)"
            }
    }

    private static func content(_ stream: ByteStream) -> String {
        let chunks = stream.chunks.map { "\($0.offset)+\($0.length):\($0.packet.number)" }.joined(separator: " ")
        let gaps = stream.gaps.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: " ")
        let anomalies = stream.anomalies.occurred.map { "\($0.kind.rawValue) \($0.count)" }.joined(separator: " ")
        return "\(stream.bytes.count) \(stream.bytes.hashValue) \(chunks) / \(gaps) / \(stream.unplaced) \(anomalies) "
            + "\(stream.unverifiedChecksums)"
    }

    /// A table that looks for everything. Holes are small, so that inputs are judged fast.
    static func table(
        keepStreams: Bool = true, decoding: UDPDecoding = .usual, patience: Int = ConnectionStore.usualPatience,
        verifyChecksums: Bool = true
    ) -> FlowTable {
        FlowTable(
            serverPort: 6379, keepStreams: keepStreams, findAnomalies: true, verifyChecksums: verifyChecksums,
            decoding: decoding, paddingBytes: paddingBytes, patience: patience)
    }

    private static let paddingBytes = 64 << 10

    /// The flows of batches with everything looked for.
    static func flows(_ batches: [PacketBatch], decoding: UDPDecoding = .usual) -> [Flow] {
        var table = table(decoding: decoding)
        for batch in batches { table.add(batch) }
        return table.finish()
    }

    /// The same packets, each in a batch of its own.
    static func split(_ batch: PacketBatch) -> [PacketBatch] {
        batch.records.map { record in
            var own = record
            own.offset = 0
            let bytes = Array(batch.bytes[record.offset..<record.offset + record.capturedLength])
            return PacketBatch(bytes: bytes, records: [own], linkTypes: batch.linkTypes)
        }
    }
}
