package import Capture
import System

/// Cuts the stream of captured packets into executions, at the end marks. Pure.
package struct ExecutionAssembler {
    private let serverPort: UInt16
    private let linkType: LinkType
    private var pending: PacketBatch
    /// The client of each pending packet.
    private var clients: [ClientSource] = []
    /// Packets of the target's port that belong to no execution: of one that was judged already, or of a stranger.
    package private(set) var strays = 0
    /// Packets that were left out of the next execution, for want of room.
    package private(set) var leftOut = 0

    package init(serverPort: UInt16, linkType: LinkType) {
        self.serverPort = serverPort
        self.linkType = linkType
        pending = PacketBatch(linkTypes: [linkType])
    }

    /// Takes one packet.
    ///
    /// - Returns: at an end mark the execution's number: all packets of that execution are in, for `take(_:)`.
    package mutating func add(_ record: PacketRecord, in batch: PacketBatch) -> Int? {
        switch dissect(record, in: batch) {
        case .tcp(let segment):
            _ = keep(record, in: batch, from: segment.source, to: segment.destination)
            return nil
        case .udp(let datagram):
            if let execution = ExecutionEndMark.execution(of: batch.bytes[datagram.payload]) { return execution }
            _ = keep(record, in: batch, from: datagram.source, to: datagram.destination)
            return nil
        case .other:
            return nil
        }
    }

    /// Takes the packets of one execution out, numbered from 1. Those of earlier executions are dropped as strays.
    package mutating func take(_ log: ExecutionLog) -> PacketBatch {
        defer { leftOut = 0 }
        guard let first = log.connections.first?.source else { return PacketBatch(linkTypes: [linkType]) }
        let last = log.connections[log.connections.count - 1].source
        let isOwn = { (client: ClientSource) in first <= client && client <= last }
        if clients.allSatisfy(isOwn) {
            var all = pending
            for index in all.records.indices { all.records[index].number = index + 1 }
            pending = PacketBatch(linkTypes: [linkType])
            clients.removeAll(keepingCapacity: true)
            return all
        }
        return split(isOwn) { $0.time.nanoseconds >= log.startNanoseconds && $1.isAhead(of: last) }
    }

    /// The rare case: packets of several executions, or of strangers, stand between two end marks.
    private mutating func split(
        _ isOwn: (ClientSource) -> Bool, isLater: (PacketRecord, ClientSource) -> Bool
    ) -> PacketBatch {
        var own = PacketBatch(linkTypes: [linkType])
        var rest = PacketBatch(linkTypes: [linkType])
        var restClients: [ClientSource] = []
        for (record, client) in zip(pending.records, clients) {
            let bytes = pending.bytes[record.offset..<record.offset + record.capturedLength]
            if isOwn(client) {
                own.append(record, bytes, number: own.records.count + 1)
            } else if isLater(record, client) {
                rest.append(record, bytes, number: record.number)
                restClients.append(client)
            } else {
                strays += 1
            }
        }
        pending = rest
        clients = restClients
        return own
    }

    /// Keeps a packet of the target's port until its execution is taken; false for others.
    private mutating func keep(
        _ record: PacketRecord, in batch: PacketBatch, from source: Endpoint, to destination: Endpoint
    ) -> Bool {
        guard source.port == serverPort || destination.port == serverPort else { return false }
        guard pending.bytes.count < ExecutionLimits.packetBytes else {
            leftOut += 1
            return false
        }
        var copy = record
        copy.offset = pending.bytes.count
        copy.interface = 0
        pending.bytes.append(contentsOf: batch.bytes[record.offset..<record.offset + record.capturedLength])
        pending.records.append(copy)
        // A client may have the server's port, on an address of its own.
        let isRequest =
            source.port == destination.port ? source.address != .v4(loopback) : destination.port == serverPort
        clients.append(ClientSource(isRequest ? source : destination))
        return true
    }
}

extension PacketBatch {
    /// Lets go of the packets behind the first `bytes`.
    mutating func keepBeginning(bytes limit: Int) {
        var kept = 0
        let count = records.prefix { record in
            kept += record.capturedLength
            return kept <= limit
        }.count
        self = PacketBatch(linkTypes: linkTypes, taking: records[..<count], from: self)
    }

    private init(linkTypes: [LinkType], taking records: ArraySlice<PacketRecord>, from batch: PacketBatch) {
        self.init(linkTypes: linkTypes)
        for record in records {
            append(
                record, batch.bytes[record.offset..<record.offset + record.capturedLength], number: record.number)
        }
    }

    fileprivate mutating func append(_ record: PacketRecord, _ bytes: ArraySlice<UInt8>, number: Int) {
        var record = record
        record.offset = self.bytes.count
        record.number = number
        self.bytes.append(contentsOf: bytes)
        records.append(record)
    }
}
