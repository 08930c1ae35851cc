/// A connection's two ends in a fixed order, so that both directions give one key.
struct FlowKey: Equatable {
    /// The lower end's address and the higher end's, IPv4 in the low halves.
    var lowerHigh: UInt64
    var lowerLow: UInt64
    var higherHigh: UInt64
    var higherLow: UInt64
    /// Lower port, higher port, and whether this is IPv6.
    var ports: UInt64

    /// The key of a segment, and which of the key's ends sent it: 0 the lower one, 1 the higher one.
    @inline(__always)
    static func of(_ segment: borrowing Segment) -> (key: FlowKey, direction: Int) {
        let family: UInt64 = segment.isIPv6 ? 1 << 32 : 0
        let source = UInt64(segment.sourcePort)
        let destination = UInt64(segment.destinationPort)
        let isLower: Bool
        if segment.sourceHigh != segment.destinationHigh {
            isLower = segment.sourceHigh < segment.destinationHigh
        } else if segment.sourceLow != segment.destinationLow {
            isLower = segment.sourceLow < segment.destinationLow
        } else {
            isLower = source <= destination
        }
        // Chosen field by field, the compiler needs no branch: the direction cannot be predicted.
        let key = FlowKey(
            lowerHigh: isLower ? segment.sourceHigh : segment.destinationHigh,
            lowerLow: isLower ? segment.sourceLow : segment.destinationLow,
            higherHigh: isLower ? segment.destinationHigh : segment.sourceHigh,
            higherLow: isLower ? segment.destinationLow : segment.sourceLow,
            ports: family | (isLower ? source << 16 | destination : destination << 16 | source))
        return (key, isLower ? 0 : 1)
    }

    /// The end that is 0 or 1 in `of`.
    func endpoint(_ direction: Int) -> Endpoint {
        let high = direction == 0 ? lowerHigh : higherHigh
        let low = direction == 0 ? lowerLow : higherLow
        let address = ports >> 32 == 1 ? IPAddress.v6(high, low) : .v4(UInt32(truncatingIfNeeded: low))
        return Endpoint(address: address, port: UInt16(truncatingIfNeeded: direction == 0 ? ports >> 16 : ports))
    }

    /// A 64-bit multiply of the addresses by the ports, both halves kept: every input bit reaches every bit of the result.
    ///
    /// But for the last bits of the greater port, which are added where the slot is taken from: a client that connects
    /// again and again takes one port after the other, and finds its slots side by side.
    @inline(__always)
    func hash(_ seed: Seed) -> UInt64 {
        let isFirst = ports >> 16 & 0xFFFF > ports & 0xFFFF
        let neighbour = (isFirst ? ports >> 16 : ports) & Self.neighbours
        let ports = ports & ~(Self.neighbours << (isFirst ? 16 : 0))
        let first = (lowerLow ^ (higherLow << 32 | higherLow >> 32) ^ seed.addresses)
            .multipliedFullWidth(by: ports ^ seed.ports)
        var value = first.high ^ first.low
        if ports >> 32 == 1 {
            let second = (lowerHigh ^ (higherHigh << 32 | higherHigh >> 32) ^ seed.ports)
                .multipliedFullWidth(by: value ^ seed.addresses)
            value = second.high ^ second.low
        }
        return value ^ neighbour << 32
    }

    /// The bits of a port that tell it from its neighbours: as many slots as lie in a page of memory.
    static var neighbours: UInt64 { 511 }

    /// Differs from run to run, so that a file cannot be made to collide; never reaches any output.
    struct Seed {
        let addresses = UInt64.random(in: .min ... .max)
        let ports = UInt64.random(in: .min ... .max)

        static let ofThisRun = Seed()
    }
}

/// From keys to the number of the newest flow with that key: open addressing, never more than half full. Creation costs
/// one small allocation, a probe touches eight bytes.
struct FlowIndex {
    /// In each taken slot the upper half of the key's hash and the flow's number plus one; 0 in an empty slot.
    private var slots: [UInt64]
    private var taken = 0
    /// A copy: reading a static value costs a call each time.
    private let seed = FlowKey.Seed.ofThisRun
    /// The key of each flow.
    private(set) var keys = PagedArray<FlowKey>()

    init() {
        slots = Array(repeating: 0, count: 16)
    }

    /// From a taken slot to the one that is tried next: beyond the neighbours, which are likely taken too. Odd, so that all
    /// slots are tried.
    private static var step: Int { Int(FlowKey.neighbours) + 2 }

    /// The slot that holds `key` or would hold it, and its flow (-1: none).
    @inline(__always)
    func find(_ key: FlowKey) -> (slot: Int, flow: Int) {
        let tag = key.hash(seed) >> 32
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: tag) & mask
        while slots[slot] != 0 {
            let flow = Int(slots[slot] & 0xFFFF_FFFF) - 1
            if slots[slot] >> 32 == tag, keys[flow] == key { return (slot, flow) }
            slot = (slot + Self.step) & mask
        }
        return (slot, -1)
    }

    /// Numbers a new flow with `key`; `slot` comes from `find`, with no change in between.
    mutating func append(_ key: FlowKey, at slot: Int) -> Int {
        let flow = keys.count
        precondition(flow < Int(UInt32.max) - 1, "too many flows")
        if slots[slot] == 0 { taken += 1 }
        slots[slot] = key.hash(seed) & 0xFFFF_FFFF_0000_0000 | UInt64(flow + 1)
        keys.append(key)
        if taken * 2 > slots.count { grow() }
        return flow
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 4)
        let mask = slots.count - 1
        for entry in old where entry != 0 {
            var slot = Int(truncatingIfNeeded: entry >> 32) & mask
            while slots[slot] != 0 { slot = (slot + Self.step) & mask }
            slots[slot] = entry
        }
    }
}
