import Capture
import Fuzz

/// Hand-made packets of clients on loopback: Ethernet, IPv4, TCP or the end mark's UDP.
struct Packets {
    static let serverPort: UInt16 = 6379
    static let startTime: Int64 = 1_000_000_000
    private(set) var batch = PacketBatch(linkTypes: [.ethernet])
    private(set) var now = startTime
    private var sequences: [UInt32: (client: UInt32, server: UInt32)] = [:]

    /// The address of the n-th source of a campaign.
    static func address(_ number: UInt32) -> UInt32 { 0x7F01_0000 + number }

    static func source(_ number: UInt32) -> ClientSource { ClientSource(address: address(number), port: 40_000) }

    /// Adds a segment from a client, or to it.
    mutating func tcp(
        _ address: UInt32, port: UInt16 = 40_000, fromServer: Bool = false, _ flags: TCPFlags, _ text: String = ""
    ) {
        var state = sequences[address] ?? (1000, 5000)
        let length = UInt32(text.utf8.count) + (flags.contains(.syn) || flags.contains(.fin) ? 1 : 0)
        let own = fromServer ? state.server : state.client
        let other = fromServer ? state.client : state.server
        var payload = fromServer ? be(Self.serverPort) + be(port) : be(port) + be(Self.serverPort)
        payload += be(own) + be(flags.contains(.ack) ? other : 0) + be(UInt16(5 << 12) | flags.rawValue)
        payload += be(UInt16(512)) + [0, 0, 0, 0] + Array(text.utf8)
        if fromServer { state.server += length } else { state.client += length }
        sequences[address] = state
        let server: UInt32 = 0x7F00_0001
        add(ip(6, fromServer ? server : address, fromServer ? address : server, payload))
    }

    /// A handshake, an exchange, and both FINs.
    mutating func connection(_ address: UInt32, _ request: String, _ reply: String) {
        handshake(address)
        tcp(address, [.ack, .psh], request)
        tcp(address, fromServer: true, [.ack, .psh], reply)
        tcp(address, [.ack, .fin])
        tcp(address, fromServer: true, [.ack, .fin])
    }

    /// A request that the server acknowledges and never answers, and the client's reset after so many nanoseconds.
    mutating func request(_ address: UInt32, _ request: String, waits nanoseconds: Int64) {
        handshake(address)
        tcp(address, [.ack, .psh], request)
        tcp(address, fromServer: true, [.ack])
        now += nanoseconds
        tcp(address, [.ack, .rst])
    }

    /// Time passes. Nanoseconds.
    mutating func wait(_ nanoseconds: Int64) { now += nanoseconds }

    mutating func handshake(_ address: UInt32) {
        sequences[address] = (UInt32(1000 + batch.records.count), 5000)
        tcp(address, [.syn])
        tcp(address, fromServer: true, [.syn, .ack])
        tcp(address, [.ack])
    }

    /// The datagram that ends an execution.
    mutating func endMark(_ execution: UInt64, magic: String = "crossfire-end-mark") {
        let payload = Array(magic.utf8) + (0..<8).map { UInt8(truncatingIfNeeded: execution >> (8 * $0)) }
        let udp = be(UInt16(50_000)) + be(UInt16(50_000)) + be(UInt16(8 + payload.count)) + [0, 0] + payload
        add(ip(17, 0x7F00_0001, 0x7F00_0001, udp))
    }

    private func be(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    private func ip(_ transport: UInt8, _ from: UInt32, _ to: UInt32, _ payload: [UInt8]) -> [UInt8] {
        [0x45, 0] + be(UInt16(20 + payload.count)) + [0, 1, 0, 0, 64, transport, 0, 0] + be(from) + be(to) + payload
    }

    private mutating func add(_ packet: [UInt8]) {
        let bytes = [UInt8](repeating: 0, count: 12) + [8, 0] + packet
        now += 1000
        batch.records.append(
            PacketRecord(
                number: batch.records.count + 1, time: Timestamp(nanoseconds: now), offset: batch.bytes.count,
                capturedLength: bytes.count, wireLength: bytes.count))
        batch.bytes += bytes
    }
}

extension ExecutionLog {
    /// The log of an execution whose connections came from these sources, one client each.
    init(_ execution: Int, _ sources: [UInt32], start: Int64 = Packets.startTime, outcome: Outcome = .completed) {
        self.init(
            execution: execution,
            connections: sources.enumerated().map { ConnectionLog(client: $0, source: Packets.source($1)) },
            outcome: outcome, startNanoseconds: start, endNanoseconds: start)
    }

    /// Notes what a connection sent and received.
    mutating func note(_ connection: Int, sent: String, received: String) {
        connections[connection].sentBytes = sent.utf8.count
        connections[connection].receivedBytes = received.utf8.count
        var hash = StreamHash()
        Array(received.utf8).withUnsafeBytes { hash.add($0) }
        connections[connection].receivedHash = hash
    }
}
