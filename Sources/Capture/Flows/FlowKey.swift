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
        if isLower {
            let key = FlowKey(
                lowerHigh: segment.sourceHigh, lowerLow: segment.sourceLow, higherHigh: segment.destinationHigh,
                higherLow: segment.destinationLow, ports: family | source << 16 | destination)
            return (key, 0)
        }
        let key = FlowKey(
            lowerHigh: segment.destinationHigh, lowerLow: segment.destinationLow, higherHigh: segment.sourceHigh,
            higherLow: segment.sourceLow, ports: family | destination << 16 | source)
        return (key, 1)
    }

    /// The end that is 0 or 1 in `of`.
    func endpoint(_ direction: Int) -> Endpoint {
        let high = direction == 0 ? lowerHigh : higherHigh
        let low = direction == 0 ? lowerLow : higherLow
        let address = ports >> 32 == 1 ? IPAddress.v6(high, low) : .v4(UInt32(truncatingIfNeeded: low))
        return Endpoint(address: address, port: UInt16(truncatingIfNeeded: direction == 0 ? ports >> 16 : ports))
    }

    /// Two rounds of a 64-bit multiply, both halves kept: every input bit reaches every bit of the result.
    @inline(__always)
    var hash: UInt64 {
        let first = (lowerLow ^ (higherLow << 32 | higherLow >> 32) ^ Self.seed)
            .multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ ports)
        var value = first.high ^ first.low ^ ports
        if ports >> 32 == 1 {
            let second = (lowerHigh ^ (higherHigh << 32 | higherHigh >> 32)).multipliedFullWidth(
                by: 0xD6E8_FEB8_6659_FD93)
            value ^= second.high ^ second.low
        }
        let last = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return last.high ^ last.low
    }

    /// Differs from run to run, so that a file cannot be made to collide; never reaches any output.
    private static let seed = UInt64.random(in: .min ... .max)
}

/// From keys to the number of the newest flow with that key: open addressing, linear probing, never more than half
/// full. Creation costs one small allocation.
struct FlowIndex {
    private var slots: [Slot]
    private var count = 0

    private struct Slot {
        var key: FlowKey
        /// The flow's number, or -1 in an empty slot.
        var flow: Int
    }

    private static let empty = Slot(
        key: FlowKey(lowerHigh: 0, lowerLow: 0, higherHigh: 0, higherLow: 0, ports: 0), flow: -1)

    init() {
        slots = Array(repeating: Self.empty, count: 16)
    }

    /// The slot that holds `key` or would hold it, and its flow (-1: none).
    @inline(__always)
    func find(_ key: FlowKey) -> (slot: Int, flow: Int) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key.hash) & mask
        while slots[slot].flow >= 0, slots[slot].key != key { slot = (slot + 1) & mask }
        return (slot, slots[slot].flow)
    }

    /// Sets the flow of a key; `slot` comes from `find`, with no change in between.
    mutating func set(_ slot: Int, _ key: FlowKey, flow: Int) {
        if slots[slot].flow < 0 { count += 1 }
        slots[slot] = Slot(key: key, flow: flow)
        if count * 2 > slots.count { grow() }
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Self.empty, count: old.count * 4)
        for slot in old where slot.flow >= 0 { slots[find(slot.key).slot] = slot }
    }
}
