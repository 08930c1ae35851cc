/// The UDP exchanges of a capture: datagrams by pair of endpoints, in capture order.
///
/// - Complexity: amortized O(1) a packet, plus the copy of its payload where that is kept.
public struct DatagramTable: Sendable {
    /// Whose datagrams are kept with their payload.
    public enum Kept: Sendable {
        case all
        case none
        /// Those of the exchange with this number.
        case one(Int)
    }

    private let serverPort: UInt16?
    private var kept: Kept
    private let findsTwins: Bool
    private var dissector: Dissector
    private var index = FlowIndex()
    private var exchanges = PagedArray<DatagramExchange>()
    private var errors = ICMPErrors()

    /// Creates an empty table.
    ///
    /// - Parameters:
    ///   - serverPort: tells the server; without, the ports and the first datagram do.
    ///   - kept: whose datagrams are kept; without, memory grows with the exchanges alone.
    ///   - findsTwins: whether each datagram is compared with those before it, to find packets that are there twice.
    public init(
        serverPort: UInt16? = nil, kept: Kept = .all, findsTwins: Bool = false, decoding: UDPDecoding = .usual
    ) {
        self.serverPort = serverPort
        self.kept = kept
        self.findsTwins = findsTwins
        dissector = Dissector(decoding: decoding)
    }

    /// Adds all UDP datagrams of a batch.
    public mutating func add(_ batch: PacketBatch) {
        for record in batch.records {
            switch dissector.dissect(record, batch.bytes.span.bytes, batch.linkTypes) {
            case .udp:
                var segment = dissector.segment
                if segment.isReassembled, let datagram = dissector.fragments?.datagram {
                    _ = add(&segment, record, datagram)
                } else {
                    _ = add(&segment, record, batch.bytes)
                }
            case .other:
                guard let report = dissector.report, report.transport == .udp else { continue }
                _ = note(report, about: dissector.segment, record)
            case .tcp: continue
            }
        }
    }

    /// Adds a datagram whose offsets count in `bytes`; returns the number of its exchange. `inout` spares its copy.
    mutating func add(_ datagram: inout Segment, _ record: PacketRecord, _ bytes: [UInt8]) -> Int {
        let (key, direction) = FlowKey.of(datagram)
        let (slot, known) = index.find(key)
        let number = known >= 0 ? known : index.append(key, at: slot)
        if known < 0 { exchanges.append(DatagramExchange(firstSender: direction, record.time)) }
        let keeps = keeps(number)
        exchanges.change(number) {
            $0.count(datagram, record, direction)
            if findsTwins { $0.compare(datagram, record, bytes, direction) }
            if keeps { $0.keep(datagram, record, bytes, direction) }
        }
        return number
    }

    private func keeps(_ number: Int) -> Bool {
        switch kept {
        case .all: true
        case .none: false
        case .one(let wanted): number == wanted
        }
    }

    /// Notes an ICMP error about a datagram with these ends; returns the number of its exchange, nil for none.
    mutating func note(_ report: ICMPReport, about datagram: Segment, _ record: PacketRecord) -> Int? {
        let (key, direction) = FlowKey.of(datagram)
        let known = index.find(key).flow
        guard known >= 0 else { return nil }
        errors.add(report, record, flow: known, direction: direction)
        return known
    }

    /// Lets go of all datagrams kept, and keeps no more: nobody will ask for them.
    public mutating func keepNone() {
        if case .none = kept { return }
        kept = .none
        for number in 0..<count { exchanges.change(number) { $0.forget() } }
    }

    /// How many exchanges there are.
    public var count: Int { exchanges.count }

    /// The exchange with a number below `count`, as it is now.
    ///
    /// - Complexity: O(datagrams kept).
    public func exchange(_ number: Int) -> DatagramFlow {
        let key = index.keys[number]
        let exchange = exchanges[number]
        let client = exchange.client(key, serverPort: serverPort)
        var flow = DatagramFlow(
            id: number, client: key.endpoint(client), server: key.endpoint(1 - client), time: exchange.firstTime)
        flow.lastTime = exchange.lastTime
        flow.datagrams = exchange.datagrams.map { ($0.direction == client, $0.datagram) }
        exchange.conclude(&flow, client: client)
        let about = errors.about(number, client: client)
        flow.icmpErrors = about.kept
        flow.icmpErrorCount = about.count
        return flow
    }

    /// Shows the exchanges as they are now, without their datagrams, one by one: they need not all be there at once.
    public func forEachExchange(_ body: (Flow) throws -> Void) rethrows {
        for number in 0..<count { try body(Flow(exchange(number))) }
    }

    /// What the table has, in order of first datagram.
    public consuming func finish() -> [DatagramFlow] {
        (0..<count).map { exchange($0) }
    }
}
