internal import CPcap
import Glibc

/// Gathers the packets of one pcap_dispatch into a batch.
struct PacketSink {
    let linkType: LinkType
    var nextNumber: Int
    var bytes: [UInt8] = []
    var records: [PacketRecord] = []
    var handle: OpaquePointer?

    init(linkType: LinkType, nextNumber: Int) {
        self.linkType = linkType
        self.nextNumber = nextNumber
    }

    /// The callback for pcap_dispatch; `context` points to the sink.
    static let receive: pcap_handler = { context, header, data in
        guard let context, let header, let data else { return }
        UnsafeMutableRawPointer(context).assumingMemoryBound(to: PacketSink.self).pointee.add(header.pointee, data)
    }

    private mutating func add(_ header: pcap_pkthdr, _ data: UnsafePointer<UInt8>) {
        let captured = Int(header.caplen)
        // With nanosecond precision asked for, libpcap puts nanoseconds into tv_usec.
        let time = Timestamp(nanoseconds: Int64(header.ts.tv_sec) * 1_000_000_000 + Int64(header.ts.tv_usec))
        records.append(
            PacketRecord(
                number: nextNumber, time: time, offset: bytes.count, capturedLength: captured,
                wireLength: max(captured, Int(header.len))))
        nextNumber += 1
        bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: captured))
        if bytes.count >= LiveCapture.batchBytes { pcap_breakloop(handle) }
    }

    /// The packets gathered; the sink is empty afterwards, with room for as many again.
    mutating func take() -> PacketBatch {
        guard !records.isEmpty else { return PacketBatch(linkTypes: [linkType]) }
        let batch = PacketBatch(bytes: bytes, records: records, linkTypes: [linkType])
        bytes = []
        records = []
        bytes.reserveCapacity(min(batch.bytes.count, LiveCapture.batchBytes))
        records.reserveCapacity(batch.records.count)
        return batch
    }
}
