public import Capture

/// One packet as a diagram needs it: a TCP segment, or a UDP datagram, which has no numbers, flags and window.
public struct PacketLine: Sendable {
    /// Its number and time in the capture.
    public var packet: PacketReference
    /// What carries its flow.
    public var transport = FlowTransport.tcp
    /// The number of its flow.
    public var flow: Int
    /// Who sent it.
    public var source: Endpoint
    /// As on the wire.
    public var sequence: UInt32
    /// As on the wire.
    public var acknowledgement: UInt32
    /// The flags.
    public var flags: TCPFlags
    /// The window as on the wire, not scaled.
    public var window: UInt16
    /// Payload bytes.
    public var length: Int

    /// Takes what a diagram needs of a segment.
    public init(_ segment: Segment, _ record: PacketRecord, flow: Int) {
        packet = PacketReference(number: record.number, time: record.time)
        self.flow = flow
        source = segment.source
        sequence = segment.sequence
        acknowledgement = segment.acknowledgement
        flags = segment.flags
        window = segment.window
        length = segment.payloadLength
    }

    /// Takes what a diagram needs of a datagram.
    public init(_ datagram: Datagram, _ record: PacketRecord, flow: Int) {
        packet = PacketReference(number: record.number, time: record.time)
        transport = .udp
        self.flow = flow
        source = datagram.source
        sequence = 0
        acknowledgement = 0
        flags = []
        window = 0
        length = datagram.payloadLength
    }

    /// The datagrams of a flow, numbered by the bytes before them in their direction, as a stream's segments are.
    static func numbered(_ datagrams: [PacketLine], client: Endpoint) -> [PacketLine] {
        var bytes: [UInt32] = [0, 0]
        return datagrams.map { line in
            var line = line
            let side = line.source == client ? 0 : 1
            line.sequence = bytes[side]
            bytes[side] &+= UInt32(truncatingIfNeeded: line.length)
            return line
        }
    }

    /// `SYN ACK`, or `-` for none.
    var flagNames: String {
        let names: [(TCPFlags, String)] = [
            (.syn, "SYN"), (.fin, "FIN"), (.rst, "RST"), (.psh, "PSH"), (.ack, "ACK"), (.urg, "URG"),
        ]
        let set = names.filter { flags.contains($0.0) }.map(\.1)
        return set.isEmpty ? "-" : set.joined(separator: " ")
    }
}

/// Sequence numbers counted from the start of each direction, as Wireshark does: a SYN has 0, the first byte 1.
struct RelativeNumbers {
    private var bases: [UInt32?] = [nil, nil]

    /// Learns the starts from a flow's packets in capture order.
    init(_ packets: [PacketLine], client: Endpoint) {
        for packet in packets {
            let side = packet.source == client ? 0 : 1
            if bases[side] == nil {
                bases[side] = packet.flags.contains(.syn) ? packet.sequence : packet.sequence &- 1
            }
        }
        // A side that never spoke: what the other one acknowledged first stands for its first byte.
        for packet in packets where packet.flags.contains(.ack) {
            let other = packet.source == client ? 1 : 0
            if bases[other] == nil { bases[other] = packet.acknowledgement &- 1 }
        }
    }

    /// The packet's sequence number; negative for one before the start.
    func sequence(_ packet: PacketLine, isToServer: Bool) -> Int {
        difference(packet.sequence, bases[isToServer ? 0 : 1])
    }

    /// The packet's acknowledgement number, counted in the other direction.
    func acknowledgement(_ packet: PacketLine, isToServer: Bool) -> Int {
        difference(packet.acknowledgement, bases[isToServer ? 1 : 0])
    }

    /// Beyond 2 GiB the distance wraps, as it does for Wireshark.
    private func difference(_ number: UInt32, _ base: UInt32?) -> Int {
        guard let base else { return 0 }
        let distance = Int32(bitPattern: number &- base)
        return distance < -0x1000_0000 ? Int(UInt32(bitPattern: distance)) : Int(distance)
    }
}
