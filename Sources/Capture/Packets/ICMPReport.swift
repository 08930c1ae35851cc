/// What an ICMP error says (RFC 792, RFC 4443). It holds the beginning of the packet that it is about.
struct ICMPReport {
    var isVersion6: Bool
    var type: UInt8
    var code: UInt8
    /// The largest packet that the next link takes, in bytes; 0 where the message does not say.
    var nextHopMTU: UInt32
    /// Who reports.
    var sender: IPAddress
    /// The transport of the packet that it is about, where its ports could be read.
    var transport: FlowTransport?

    /// Reads the first eight bytes of a message at `offset`; nil for one that is no error.
    init?(isVersion6: Bool, _ bytes: RawSpan, at offset: Int, sender: IPAddress) {
        self.isVersion6 = isVersion6
        self.sender = sender
        type = bytes.u8(offset)
        code = bytes.u8(offset + 1)
        guard isVersion6 ? (1...4).contains(type) : [3, 4, 5, 11, 12].contains(type) else { return nil }
        switch (isVersion6, type, code) {
        case (true, 2, _): nextHopMTU = bytes.be32(offset + 4)
        case (false, 3, 4): nextHopMTU = UInt32(bytes.be16(offset + 6))
        default: nextHopMTU = 0
        }
    }
}

/// An ICMP error about a packet of a flow.
public struct ICMPError: Sendable, Equatable {
    /// The packet that brought the error.
    public var packet: PacketReference
    /// Whether the packet that it is about went from client to server.
    public var isAboutClient: Bool
    /// Who reports: the server's host, or a router on the way.
    public var sender: IPAddress
    /// What is wrong, in a few words: `port unreachable`.
    public var meaning: String
    /// The largest packet that the next link takes, in bytes, where the error says so.
    public var nextHopMTU: Int?

    init(_ report: ICMPReport, _ packet: PacketReference, isAboutClient: Bool) {
        self.packet = packet
        self.isAboutClient = isAboutClient
        sender = report.sender
        meaning = report.isVersion6 ? Self.meaning6(report) : Self.meaning4(report)
        nextHopMTU = report.nextHopMTU == 0 ? nil : Int(report.nextHopMTU)
    }

    private static func meaning4(_ report: ICMPReport) -> String {
        switch (report.type, report.code) {
        case (3, 0), (3, 6): "network unreachable"
        case (3, 1), (3, 7): "host unreachable"
        case (3, 2): "protocol unreachable"
        case (3, 3): "port unreachable"
        case (3, 4): "packet too big"
        case (3, 9), (3, 10), (3, 13): "prohibited"
        case (3, _): "unreachable"
        case (4, _): "source quench"
        case (5, _): "redirect"
        case (11, 0): "time to live exceeded"
        case (11, _): "fragments missing"
        default: "parameter problem"
        }
    }

    private static func meaning6(_ report: ICMPReport) -> String {
        switch (report.type, report.code) {
        case (1, 0): "network unreachable"
        case (1, 3): "host unreachable"
        case (1, 4): "port unreachable"
        case (1, 1), (1, 5), (1, 6): "prohibited"
        case (1, _): "unreachable"
        case (2, _): "packet too big"
        case (3, 0): "time to live exceeded"
        case (3, _): "fragments missing"
        default: "parameter problem"
        }
    }
}

/// The ICMP errors about the flows of a table, bounded.
struct ICMPErrors: Sendable {
    /// The most errors kept for one flow.
    static let maximumPerFlow = 100

    private var byFlow: [Int: [(error: ICMPError, direction: Int)]] = [:]
    private var counts: [Int: Int] = [:]

    /// Notes an error about a packet that the key's lower (0) or higher (1) end sent.
    mutating func add(_ report: ICMPReport, _ record: PacketRecord, flow: Int, direction: Int) {
        counts[flow, default: 0] += 1
        guard counts[flow, default: 0] <= Self.maximumPerFlow else { return }
        let packet = PacketReference(number: record.number, time: record.time)
        byFlow[flow, default: []].append((ICMPError(report, packet, isAboutClient: true), direction))
    }

    var isEmpty: Bool { counts.isEmpty }

    /// The errors about a flow, and how many there were; `client` is the direction in which the client sends.
    func about(_ flow: Int, client: Int) -> (kept: [ICMPError], count: Int) {
        guard let count = counts[flow] else { return ([], 0) }
        let kept = (byFlow[flow] ?? []).map { item in
            var error = item.error
            error.isAboutClient = item.direction == client
            return error
        }
        return (kept, count)
    }
}
