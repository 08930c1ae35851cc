/// What happened to the packets of one direction between two captures.
public struct TwoPointPath: Sendable {
    /// Packets at the sending end.
    public var sent = 0
    /// Packets at the receiving end.
    public var received = 0
    /// Packets of the sending end that did not arrive.
    public var lost: [PacketReference] = []
    /// Packets of the receiving end that had arrived before.
    public var duplicated: [Match] = []
    /// Packets of the receiving end that were sent before others which arrived before them.
    public var reordered: [Match] = []
    /// Packets of the receiving end that were not seen at the sending end: the capture there missed them, or something
    /// on the way made them.
    public var unsent: [PacketReference] = []
    /// Packets whose bytes arrived in other pieces, cut or joined by offloading.
    public var resegmented = 0
    /// The difference of the two clocks' stamps for the fastest packet and for the one in the middle, in nanoseconds;
    /// it includes the clocks' own difference. Nil when nothing arrived.
    public var shortestDelay: Int64?
    /// The median of the differences.
    public var medianDelay: Int64?

    /// One packet at both ends.
    public struct Match: Hashable, Sendable {
        /// As it was sent.
        public var sent: PacketReference
        /// As it arrived.
        public var received: PacketReference
    }

    /// Matches what was sent with what was received, both in capture order.
    init(sent: [TwoPointMatcher.Seen], received: [TwoPointMatcher.Seen]) {
        self.sent = sent.count
        self.received = received.count
        var places: [TwoPointMatcher.Key: [Int]] = [:]
        places.reserveCapacity(sent.count)
        for (place, packet) in sent.enumerated() { places[packet.key, default: []].append(place) }
        var arrivals = [Int](repeating: 0, count: sent.count)
        var used: [TwoPointMatcher.Key: Int] = [:]
        var delays: [Int64] = []
        var newest = -1
        var strange: [TwoPointMatcher.Seen] = []
        for packet in received {
            guard let candidates = places[packet.key] else {
                strange.append(packet)
                continue
            }
            let times = used[packet.key, default: 0]
            used[packet.key] = times + 1
            let place = candidates[min(times, candidates.count - 1)]
            let match = Match(sent: sent[place].packet, received: packet.packet)
            arrivals[place] += 1
            if times >= candidates.count {
                duplicated.append(match)
                continue
            }
            delays.append(match.received.time.nanoseconds - match.sent.time.nanoseconds)
            if place < newest { reordered.append(match) }
            newest = max(newest, place)
        }
        settle(sent.indices.filter { arrivals[$0] == 0 }.map { sent[$0] }, strange)
        delays.sort()
        shortestDelay = delays.first
        medianDelay = delays.isEmpty ? nil : delays[delays.count / 2]
    }

    /// Packets without a twin are lost or made on the way, unless the other end has their bytes in other pieces.
    private mutating func settle(_ missing: [TwoPointMatcher.Seen], _ strange: [TwoPointMatcher.Seen]) {
        let arrived = SequenceRanges(strange)
        let departed = SequenceRanges(missing)
        for packet in missing {
            if arrived.contains(packet) { resegmented += 1 } else { lost.append(packet.packet) }
        }
        for packet in strange where !departed.contains(packet) { unsent.append(packet.packet) }
    }
}

/// The bytes that some packets carry, as ranges of sequence numbers.
private struct SequenceRanges {
    /// Ascending and apart, relative to the first packet.
    private var ranges: [Range<Int>] = []
    private let base: UInt32

    init(_ packets: [TwoPointMatcher.Seen]) {
        let base = packets.first?.key.sequence ?? 0
        self.base = base
        let pieces = packets.filter { $0.key.length > 0 }.map { Self.range($0, base) }
        for piece in pieces.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = ranges.last, piece.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, piece.upperBound)
            } else {
                ranges.append(piece)
            }
        }
    }

    private static func range(_ packet: TwoPointMatcher.Seen, _ base: UInt32) -> Range<Int> {
        let start = Int(Int32(bitPattern: packet.key.sequence &- base))
        return start..<start + Int(packet.key.length)
    }

    func contains(_ packet: TwoPointMatcher.Seen) -> Bool {
        guard packet.key.length > 0 else { return false }
        let wanted = Self.range(packet, base)
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < wanted.upperBound { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= wanted.lowerBound
            && ranges[low].upperBound >= wanted.upperBound
    }
}
