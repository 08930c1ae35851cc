/// Configurations from which no order was found, by two independent marks of 64 bits: for two to be taken for one there is
/// a chance of 2⁻¹²⁸.
///
/// The marks are random already, so they are their own hash.
struct FailedSet {
    /// Open addressing with linear probing; nothing where the first mark is 0.
    private var slots: [(first: UInt64, second: UInt64)] = Array(repeating: (0, 0), count: firstSlots)
    private var count = 0

    private static let firstSlots = 256

    func contains(_ key: (UInt64, UInt64)) -> Bool {
        let key = Self.stored(key)
        return slots[place(key)].first != 0
    }

    mutating func insert(_ key: (UInt64, UInt64)) {
        let key = Self.stored(key)
        let place = place(key)
        guard slots[place].first == 0 else { return }
        slots[place] = key
        count += 1
        if 2 * count > slots.count { grow() }
    }

    private static func stored(_ key: (UInt64, UInt64)) -> (first: UInt64, second: UInt64) { (max(1, key.0), key.1) }

    /// Where a key is, or would be.
    private func place(_ key: (first: UInt64, second: UInt64)) -> Int {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: key.first) & mask
        while slots[place].first != 0, slots[place] != key { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: (0, 0), count: 2 * old.count)
        for key in old where key.first != 0 { slots[place(key)] = key }
    }
}
