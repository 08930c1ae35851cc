/// What a table knows of one exchange while its datagrams come in. Directions are 0 and 1, as in `FlowKey`.
struct DatagramExchange {
    private(set) var firstTime: Timestamp
    private(set) var lastTime: Timestamp
    private let firstSender: Int8
    private var lower = Counts()
    private var higher = Counts()
    private(set) var datagrams: [(direction: Int, datagram: CapturedDatagram)] = []
    private var recent: [Recent] = []
    private var next: UInt8 = 0
    private var twins: [(direction: Int, anomaly: Anomaly)] = []

    private struct Counts {
        var packets = 0
        var payloadBytes = 0
        var missingBytes = 0
        var twins = AnomalyCounts()
    }

    /// What tells a packet from others.
    private struct Recent {
        var packet: PacketReference
        var content: UInt64
        var identification: UInt32
        var interface: UInt16
        var timeToLive: UInt8
        var direction: Int8
    }

    /// The most datagrams that a new one is compared with, and the longest nanoseconds between two copies of a packet.
    static let maximumRecent = 32
    static let maximumTwinPause: Int64 = 100_000_000
    /// The most datagrams kept that are there twice; counts go on.
    static let maximumTwins = 100
    /// The smallest port that systems give to clients who ask for none (Linux: `ip_local_port_range`).
    static let firstEphemeralPort: UInt16 = 32_768
    /// Of a direction with so many twins at least, and so large a share of its packets, the capture made them.
    private static let captureTwinMinimum = 3
    private static let captureTwinShare = 0.4

    init(firstSender: Int, _ time: Timestamp) {
        self.firstSender = Int8(firstSender)
        firstTime = time
        lastTime = time
    }

    mutating func count(_ datagram: borrowing Segment, _ record: PacketRecord, _ direction: Int) {
        firstTime = min(firstTime, record.time)
        lastTime = max(lastTime, record.time)
        let missing = datagram.payloadLength - datagram.capturedPayloadLength
        if direction == 0 {
            lower.packets += 1
            lower.payloadBytes += datagram.payloadLength
            lower.missingBytes += missing
        } else {
            higher.packets += 1
            higher.payloadBytes += datagram.payloadLength
            higher.missingBytes += missing
        }
    }

    mutating func keep(_ datagram: Segment, _ record: PacketRecord, _ bytes: [UInt8], _ direction: Int) {
        let start = datagram.payloadOffset
        datagrams.append(
            (
                direction,
                CapturedDatagram(
                    bytes: Array(bytes[start..<start + datagram.capturedPayloadLength]),
                    isWhole: datagram.capturedPayloadLength == datagram.payloadLength,
                    packet: PacketReference(number: record.number, time: record.time))
            ))
    }

    mutating func forget() { datagrams = [] }

    /// Looks for an earlier copy of the same packet: one that says the same under the same IP identification. Without
    /// an identification a repeat may as well be the sender's.
    mutating func compare(_ datagram: Segment, _ record: PacketRecord, _ bytes: [UInt8], _ direction: Int) {
        guard let identification = datagram.identification, identification != 0 else { return }
        let payload = datagram.payloadOffset..<datagram.payloadOffset + datagram.capturedPayloadLength
        let entry = Recent(
            packet: PacketReference(number: record.number, time: record.time),
            content: contentHash(bytes, payload) ^ UInt64(datagram.payloadLength), identification: identification,
            interface: UInt16(truncatingIfNeeded: record.interface), timeToLive: datagram.timeToLive,
            direction: Int8(direction))
        if let first = recent.first(where: { isTwin($0, entry) }) { report(entry, twinOf: first) }
        if recent.count < Self.maximumRecent {
            recent.append(entry)
        } else {
            recent[Int(next)] = entry
            next = (next + 1) % UInt8(Self.maximumRecent)
        }
    }

    private func isTwin(_ first: Recent, _ second: Recent) -> Bool {
        first.identification == second.identification && first.content == second.content
            && first.direction == second.direction
            && abs(
                second.packet.time.nanoseconds.subtractingReportingOverflow(first.packet.time.nanoseconds).partialValue)
                <= Self.maximumTwinPause
    }

    private mutating func report(_ second: Recent, twinOf first: Recent) {
        var kind = Anomaly.Kind.captureDuplicate
        var reason = Anomaly.Reason.otherInterface
        if first.interface == second.interface {
            reason = .otherHop
            if first.timeToLive == second.timeToLive { (kind, reason) = (.networkDuplicate, .sameIdentification) }
        }
        if second.direction == 0 { lower.twins.add(kind) } else { higher.twins.add(kind) }
        guard twins.count < Self.maximumTwins else { return }
        let anomaly = Anomaly(
            kind: kind, packet: second.packet, isToServer: true, reason: reason, confidence: .likely,
            related: first.packet.number)
        twins.append((Int(second.direction), anomaly))
    }

    /// The direction in which the client sends: by the server's port, else from the one ephemeral port, else the first
    /// sender's.
    func client(_ key: FlowKey, serverPort: UInt16?) -> Int {
        let ports = (key.endpoint(0).port, key.endpoint(1).port)
        if let serverPort, (ports.0 == serverPort) != (ports.1 == serverPort) { return ports.0 == serverPort ? 1 : 0 }
        let areEphemeral = (ports.0 >= Self.firstEphemeralPort, ports.1 >= Self.firstEphemeralPort)
        return areEphemeral.0 == areEphemeral.1 ? Int(firstSender) : areEphemeral.0 ? 0 : 1
    }

    /// Puts counts and twins into the finished exchange.
    func conclude(_ flow: inout DatagramFlow, client: Int) {
        flow.toServer = stream(client == 0 ? lower : higher)
        flow.toClient = stream(client == 0 ? higher : lower)
        let captured = (capturesTwice(lower), capturesTwice(higher))
        flow.anomalies = twins.map { direction, anomaly in
            var anomaly = anomaly
            anomaly.isToServer = direction == client
            if anomaly.kind == .networkDuplicate, direction == 0 ? captured.0 : captured.1 {
                anomaly.kind = .captureDuplicate
                anomaly.reason = .everyPacketTwice
            }
            return anomaly
        }
    }

    private func capturesTwice(_ counts: Counts) -> Bool {
        let twins = counts.twins[.networkDuplicate]
        return twins >= Self.captureTwinMinimum && Double(twins) >= Double(counts.packets) * Self.captureTwinShare
    }

    private func stream(_ counts: Counts) -> ByteStream {
        var stream = ByteStream()
        stream.packets = counts.packets
        stream.payloadBytes = counts.payloadBytes
        stream.length = counts.payloadBytes
        stream.unlistedGapBytes = counts.missingBytes
        stream.anomalies = counts.twins
        if capturesTwice(counts) { stream.anomalies.move(.networkDuplicate, to: .captureDuplicate) }
        return stream
    }
}

/// A hash of bytes, for finding equal ones in one run; eight at a time.
func contentHash(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64 {
    let span = bytes.span.bytes
    var value = UInt64(range.count) &* 0x9E37_79B9_7F4A_7C15
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
        value = mixed(value, span.be64(offset))
        offset += 8
    }
    var rest: UInt64 = 0
    while offset < range.upperBound {
        rest = rest << 8 | UInt64(span.u8(offset))
        offset += 1
    }
    return mixed(value, rest)
}

private func mixed(_ value: UInt64, _ next: UInt64) -> UInt64 {
    let product = (value ^ next).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low ^ value << 7
}
