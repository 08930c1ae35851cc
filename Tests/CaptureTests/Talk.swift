import Capture

/// A conversation, written packet by packet. As it is, every packet takes the next IP identification of its sender and the
/// clock's TCP time stamp, as Linux does; what other hosts do instead can be chosen.
struct Talk {
    /// How a host numbers its packets.
    enum Numbering {
        /// One after the other.
        case counting
        /// All alike.
        case constant(UInt16)
        /// Each by chance.
        case random
        /// As IPv6: not at all.
        case none
    }

    var packets = PacketBuilder()
    var numbering = Numbering.counting
    var hasStamps = true
    var identifications: [UInt16] = [100, 700]
    var stamps: UInt32 = 5000
    /// The last time stamp of each side, which the other one echoes.
    private var heard: [UInt32] = [0, 0]
    private var generator = SeededGenerator(state: 3)

    /// A conversation after its handshake: the client's next byte is 1000, the server's 5000.
    init(_ numbering: Numbering = .counting, hasStamps: Bool = true, scale: Bool = true, handshake: Bool = true) {
        self.numbering = numbering
        self.hasStamps = hasStamps
        guard handshake else { return }
        send(from: 0, seq: 999, .syn, scale: scale)
        send(from: 1, seq: 4999, ack: 1000, .syn, scale: scale)
        send(from: 0, seq: 1000, ack: 5000)
    }

    /// Sends a packet; `identification` and `stamp` make it one that was sent at another time.
    mutating func send(
        from side: Int, seq: UInt32, ack: UInt32? = nil, _ flags: TCPFlags = [], window: UInt16 = 500,
        payload: String = "", identification: UInt16? = nil, stamp: UInt32? = nil, scale: Bool = false,
        sack: (UInt32, UInt32)? = nil, ms: Int64 = 1
    ) {
        packets.time += ms * 1_000_000
        stamps += UInt32(ms)
        let options = options(stamp: stamp ?? stamps, echo: heard[1 - side], scale: scale, sack: sack)
        heard[side] = max(heard[side], stamp ?? stamps)
        let ends = [PacketBuilder.client, PacketBuilder.server]
        if case .none = numbering {
            let segment = PacketBuilder.segment(
                ends[side], ends[1 - side], seq, ack, flags, window, options, Array(payload.utf8))
            packets.add(PacketBuilder.ethernet(0x86DD, PacketBuilder.ipv6(6, segment)))
        } else {
            packets.tcp(
                ends[side], ends[1 - side], seq: seq, ack: ack, flags, window: window, options: options,
                payload: payload, identification: identification ?? number(side))
        }
    }

    private mutating func number(_ side: Int) -> UInt16 {
        switch numbering {
        case .counting, .none: identifications[side] += 1
        case .constant(let number): return number
        case .random: return .random(in: 1 ... .max, using: &generator)
        }
        return identifications[side]
    }

    private func options(stamp: UInt32, echo: UInt32, scale: Bool, sack: (UInt32, UInt32)?) -> [UInt8] {
        var options: [UInt8] = hasStamps ? [1, 1, 8, 10] + PacketBuilder.be(stamp) + PacketBuilder.be(echo) : []
        if scale { options += [1, 3, 3, 0] }
        if let sack { options += [1, 1, 5, 10] + PacketBuilder.be(sack.0) + PacketBuilder.be(sack.1) }
        return options
    }

    /// Requests and replies of four bytes; each request `pause` milliseconds after the reply before.
    mutating func exchange(_ rounds: Int, from first: Int = 0, pause: Int64 = 1) {
        for round in first..<first + rounds {
            let sent = UInt32(round) * 4
            send(from: 0, seq: 1000 + sent, ack: 5000 + sent, .psh, payload: "PING", ms: pause)
            send(from: 1, seq: 5000 + sent, ack: 1004 + sent, .psh, payload: "PONG")
        }
    }

    /// Closes both sides after so many rounds.
    mutating func close(after rounds: Int) {
        let sent = UInt32(rounds) * 4
        send(from: 0, seq: 1000 + sent, ack: 5000 + sent, .fin)
        send(from: 1, seq: 5000 + sent, ack: 1001 + sent, .fin)
        send(from: 0, seq: 1001 + sent, ack: 5001 + sent)
    }

    /// Records each packet twice, the second copy so many nanoseconds after the first.
    mutating func double(after nanoseconds: Int64 = 2000) {
        let once = packets.batch
        packets.batch.records = []
        for record in once.records {
            var copy = record
            copy.time.nanoseconds += nanoseconds
            packets.batch.records += [record, copy]
        }
        renumber()
    }

    mutating func renumber() {
        for index in packets.batch.records.indices { packets.batch.records[index].number = index + 1 }
    }

    /// The flows, with their anomalies.
    func flows(verifyChecksums: Bool = false) -> [Flow] {
        var table = FlowTable(findAnomalies: true, verifyChecksums: verifyChecksums)
        table.add(packets.batch)
        return table.finish()
    }

    func anomalies() -> [Anomaly] { flows().flatMap(\.anomalies) }

    /// The kinds found, each with its packet's number.
    func found() -> [String] {
        anomalies().map { "\($0.packet.number) \($0.kind.rawValue)" }
    }

    /// The same with how firmly each is believed.
    func believed() -> [String] {
        anomalies().map { "\($0.packet.number) \($0.kind.rawValue) \($0.confidence.rawValue)" }
    }
}
