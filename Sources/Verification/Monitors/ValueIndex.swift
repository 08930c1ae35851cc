/// Gives each (key, value) of a history a small number, dense from 0: by a plain table where values are dense and none
/// belongs to two keys, by hashing otherwise.
struct ValueIndex {
    private(set) var count = 0
    private var lowest = 0
    private var table: [Int32] = []
    private var owners: [Int] = []
    private var slots: [Int32] = []
    private var slotKeys: [Int] = []
    private var slotValues: [Int] = []
    private let hasKeys: Bool

    /// Prepares for the values of `columns`, `History.null` left out, of which there are about `expected` different
    /// ones.
    init(_ columns: [[Int]], hasKeys: Bool, expected: Int) {
        self.hasKeys = hasKeys
        var low = Int.max
        var high = Int.min
        for column in columns {
            for value in column where value != History.null {
                low = min(low, value)
                high = max(high, value)
            }
        }
        guard low <= high else {
            prepareHash(16)
            return
        }
        let (span, over) = high.subtractingReportingOverflow(low)
        if !over, span <= 4 * expected + 1024 {
            lowest = low
            table = Array(repeating: -1, count: span + 1)
        } else {
            prepareHash(expected)
        }
    }

    private mutating func prepareHash(_ expected: Int) {
        var size = 64
        while size < 2 * expected { size *= 2 }
        slots = Array(repeating: -1, count: size)
    }

    /// The number of `value` of `key`, given now if it has none.
    @inline(__always)
    mutating func id(_ key: Int, _ value: Int) -> Int {
        if !table.isEmpty {
            let place = value &- lowest
            if place >= 0, place < table.count {
                let known = table[place]
                if known >= 0, !hasKeys || owners[Int(known)] == key { return Int(known) }
                if known < 0 {
                    table[place] = Int32(truncatingIfNeeded: count)
                    if hasKeys { owners.append(key) }
                    count += 1
                    return count - 1
                }
            }
            leaveTable()
        }
        return hashedID(key, value)
    }

    /// A value belongs to two keys after all.
    private mutating func leaveTable() {
        let old = table
        table = []
        prepareHash(2 * count + 16)
        slotKeys = Array(repeating: 0, count: count)
        slotValues = Array(repeating: 0, count: count)
        for (place, id) in old.enumerated() where id >= 0 {
            slotKeys[Int(id)] = hasKeys ? owners[Int(id)] : 0
            slotValues[Int(id)] = lowest + place
            insert(id)
        }
    }

    private mutating func hashedID(_ key: Int, _ value: Int) -> Int {
        let key = hasKeys ? key : 0
        var index = Self.hash(key, value) & (slots.count - 1)
        while slots[index] >= 0 {
            let id = Int(slots[index])
            if slotValues[id] == value, slotKeys[id] == key { return id }
            index = (index + 1) & (slots.count - 1)
        }
        let id = count
        slotKeys.append(key)
        slotValues.append(value)
        slots[index] = Int32(truncatingIfNeeded: id)
        count += 1
        if 2 * count > slots.count {
            prepareHash(2 * count)
            for known in 0..<count { insert(Int32(truncatingIfNeeded: known)) }
        }
        return id
    }

    private mutating func insert(_ id: Int32) {
        var index = Self.hash(slotKeys[Int(id)], slotValues[Int(id)]) & (slots.count - 1)
        while slots[index] >= 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = id
    }

    private static let seed = UInt64.random(in: .min ... .max)

    private static func hash(_ key: Int, _ value: Int) -> Int {
        let mixed =
            (UInt64(bitPattern: Int64(value)) ^ seed ^ (UInt64(bitPattern: Int64(key)) &* 0xA24B_AED4_963E_E407))
            .multipliedFullWidth(by: 0x9FB2_1C65_1E98_DF25)
        return Int(truncatingIfNeeded: (mixed.high ^ mixed.low) >> 1)
    }
}
