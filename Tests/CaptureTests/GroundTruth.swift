import Capture

/// What really happened to each segment with payload, SYN or FIN of a scenario that was captured at both ends of a link:
/// taken from the two captures alone, packet by packet, never from the analysis under test.
struct GroundTruth {
    /// A segment at one end.
    struct Seen {
        var number: Int
        var flow: FlowID
        var key: Key
        var taken: Int
    }

    /// A direction of a connection.
    struct FlowID: Hashable {
        var source: Endpoint
        var destination: Endpoint
    }

    /// What tells a packet from all others of its flow.
    struct Key: Hashable {
        var identification: UInt32?
        var sequence: UInt32
        var acknowledgement: UInt32
        var length: Int
        var flags: TCPFlags
        var stamp: UInt32?
    }

    enum Label: String {
        case first
        case retransmission
        case reordered
        case duplicate
    }

    /// Labels of the receiver's segments, and of the sender's, by packet number.
    var atReceiver: [Int: Label] = [:]
    var atSender: [Int: Label] = [:]

    /// Compares the view at the sending end with that at the receiving end.
    init(sent: [Seen], received: [Seen]) {
        let sentByFlow = Dictionary(grouping: sent, by: \.flow)
        let receivedByFlow = Dictionary(grouping: received, by: \.flow)
        for (flow, packets) in sentByFlow {
            var order: [Key: [Int]] = [:]
            var repeated: Set<Int> = []
            var end: UInt32?
            for (index, packet) in packets.enumerated() {
                order[packet.key, default: []].append(index)
                guard packet.taken > 0 else { continue }
                let isNewConnection =
                    packet.key.flags.contains(.syn)
                    && end.map { _ in packet.key.sequence != Self.syn(packets, before: index) } ?? true
                let isOld = !isNewConnection && end.map { Int32(bitPattern: packet.key.sequence &- $0) < 0 } ?? false
                if isOld { repeated.insert(index) }
                atSender[packet.number] = isOld ? .retransmission : .first
                let packetEnd = packet.key.sequence &+ UInt32(packet.taken)
                if isNewConnection || end.map({ Int32(bitPattern: packetEnd &- $0) > 0 }) ?? true { end = packetEnd }
            }
            label(receivedByFlow[flow] ?? [], order, repeated)
        }
    }

    /// The sequence number of the last SYN before a packet.
    private static func syn(_ packets: [Seen], before index: Int) -> UInt32? {
        packets[..<index].last { $0.key.flags.contains(.syn) }?.key.sequence
    }

    private mutating func label(_ packets: [Seen], _ order: [Key: [Int]], _ repeated: Set<Int>) {
        var used: [Key: Int] = [:]
        var newest = -1
        for packet in packets {
            guard let places = order[packet.key] else { continue }
            let times = used[packet.key, default: 0]
            used[packet.key] = times + 1
            guard times < places.count else {
                if packet.taken > 0 { atReceiver[packet.number] = .duplicate }
                continue
            }
            let place = places[times]
            if packet.taken > 0 {
                atReceiver[packet.number] =
                    place < newest ? .reordered : repeated.contains(place) ? .retransmission : .first
            }
            newest = max(newest, place)
        }
    }

    /// The TCP segments of a capture, in capture order.
    static func read(_ path: String) throws -> [Seen] {
        var reader = try CaptureFileReader(path: path)
        var all: [Seen] = []
        while let batch = try reader.nextBatch() {
            for record in batch.records {
                guard case .tcp(let segment) = dissect(record, in: batch) else { continue }
                let key = Key(
                    identification: segment.identification, sequence: segment.sequence,
                    acknowledgement: segment.acknowledgement, length: segment.payloadLength, flags: segment.flags,
                    stamp: segment.timestampValue)
                all.append(
                    Seen(
                        number: record.number, flow: FlowID(source: segment.source, destination: segment.destination),
                        key: key, taken: segment.sequenceLength))
            }
        }
        return all
    }
}
