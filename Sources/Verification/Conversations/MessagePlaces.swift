/// Where a message lies in its stream and in time, in 16 bytes.
package struct MessagePlaces: Sendable {
    /// The offset, and in the upper bits those of the time.
    private var low: UInt64
    /// What was acknowledged, and in the upper bits the rest of the time.
    private var high: UInt64

    /// Half a terabyte of a stream, forwards and backwards.
    private static let offsetBits: UInt64 = 40
    /// Nearly 40 hours from the first byte to the last, or back where clocks went back.
    private static let timeBits: UInt64 = 48
    private static let halfTimeBits = timeBits / 2

    /// Numbers that are too large become the largest; what was acknowledged is not known then.
    package init(offset: Int, acknowledged: Int?, nanoseconds: Int64) {
        let time = Self.bits(Int(nanoseconds), Self.timeBits)
        let acknowledgement = acknowledged.flatMap { Self.holds($0) ? $0 : nil } ?? Self.unknown
        low = Self.bits(offset, Self.offsetBits) | time << Self.offsetBits
        high = Self.bits(acknowledgement, Self.offsetBits) | (time >> Self.halfTimeBits) << Self.offsetBits
    }

    package var offset: Int { Self.number(low, Self.offsetBits) }

    package var acknowledged: Int? {
        let number = Self.number(high, Self.offsetBits)
        return number == Self.unknown ? nil : number
    }

    package var nanoseconds: Int64 {
        let (lower, upper) = (low >> Self.offsetBits, high >> Self.offsetBits)
        return Int64(Self.number(lower | upper << Self.halfTimeBits, Self.timeBits))
    }

    private static var unknown: Int { -1 << (offsetBits - 1) }

    private static func holds(_ offset: Int) -> Bool { offset > unknown && offset < -unknown }

    /// The lowest bits of a number, which is within what they hold.
    private static func bits(_ number: Int, _ count: UInt64) -> UInt64 {
        let most = 1 << (count - 1) - 1
        return UInt64(bitPattern: Int64(min(max(number, -most - 1), most))) & (1 << count - 1)
    }

    /// The number that the lowest bits write.
    private static func number(_ bits: UInt64, _ count: UInt64) -> Int {
        let shift = 64 - count
        return Int(Int64(bitPattern: bits << shift) >> Int64(shift))
    }
}
