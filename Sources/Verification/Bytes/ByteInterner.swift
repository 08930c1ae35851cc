import Glibc

/// Gives equal byte strings equal small numbers, in order of first appearance.
///
/// One of the files where bytes are read through pointers: hashing eight at a time, and comparing.
package struct ByteInterner {
    private var arena: [UInt8] = []
    private var offsets: [Int] = [0]
    private var hashes: [UInt64] = []
    private var slots: [Int32]

    /// Distinct per process, so that nobody can choose keys that collide.
    private static let seed = UInt64.random(in: .min ... .max) | 1

    package init(minimumCapacity: Int = 16) {
        var size = 32
        while size < 2 * minimumCapacity { size *= 2 }
        slots = Array(repeating: -1, count: size)
    }

    /// How many distinct strings there are.
    package var count: Int { hashes.count }

    /// Bytes of all of them.
    package var byteCount: Int { arena.count }

    /// The string with this number.
    package func bytes(_ id: Int) -> ArraySlice<UInt8> {
        arena[offsets[id]..<offsets[id + 1]]
    }

    /// The number of `source[range]`.
    ///
    /// - Complexity: O(length), amortised.
    package mutating func intern(_ source: [UInt8], _ range: Range<Int>) -> Int {
        let hash = Self.hash(source, range)
        if let found = find(source, range, hash) { return found }
        if 2 * (hashes.count + 1) > slots.count { grow() }
        let id = hashes.count
        arena.append(contentsOf: source[range])
        offsets.append(arena.count)
        hashes.append(hash)
        insert(Int32(id), hash)
        return id
    }

    /// The number of `source[range]` if it has one.
    package func lookup(_ source: [UInt8], _ range: Range<Int>) -> Int? {
        find(source, range, Self.hash(source, range))
    }

    private func find(_ source: [UInt8], _ range: Range<Int>, _ hash: UInt64) -> Int? {
        var index = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        while slots[index] >= 0 {
            let id = Int(slots[index])
            if hashes[id] == hash, isEqual(id, source, range) { return id }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }

    private func isEqual(_ id: Int, _ source: [UInt8], _ range: Range<Int>) -> Bool {
        Self.isEqual(arena, offsets[id]..<offsets[id + 1], source, range)
    }

    /// Whether `left[own]` and `right[other]` are the same bytes. memcmp(3)
    static func isEqual(_ left: [UInt8], _ own: Range<Int>, _ right: [UInt8], _ other: Range<Int>) -> Bool {
        guard own.count == other.count else { return false }
        return left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                let (left, right) = (UnsafeRawBufferPointer(rebasing: left[own]), right[other])
                guard let start = left.baseAddress else { return true }
                return memcmp(start, UnsafeRawBufferPointer(rebasing: right).baseAddress!, left.count) == 0
            }
        }
    }

    private mutating func insert(_ id: Int32, _ hash: UInt64) {
        var index = Int(truncatingIfNeeded: hash >> 20) & (slots.count - 1)
        while slots[index] >= 0 { index = (index + 1) & (slots.count - 1) }
        slots[index] = id
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: 2 * slots.count)
        for (id, hash) in hashes.enumerated() { insert(Int32(id), hash) }
    }

    static func hash(_ source: [UInt8], _ range: Range<Int>) -> UInt64 {
        source.withUnsafeBytes { all in
            let bytes = UnsafeRawBufferPointer(rebasing: all[range])
            var state = seed ^ UInt64(bytes.count)
            var index = 0
            while index + 8 <= bytes.count {
                state = mix(state ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                index += 8
            }
            var tail: UInt64 = 0
            while index < bytes.count {
                tail = tail << 8 | UInt64(bytes[index])
                index += 1
            }
            return mix(state ^ tail)
        }
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
