import Capture

extension PacketLine {
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
