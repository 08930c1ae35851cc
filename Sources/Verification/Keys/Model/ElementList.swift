/// A list of cells that grows and shrinks at both ends, with a fingerprint of what it holds.
///
/// - Complexity: O(1) at the ends.
struct ElementList {
    private var ring: [Int] = []
    private var head = 0
    private(set) var count = 0
    /// A polynomial of the elements, lowest power leftmost, and the power that comes next; numbers wrap.
    private var sum: UInt64 = 0
    private var power: UInt64 = 1

    private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
    /// What undoes a multiplication by `base`, which is odd: Newton's iteration doubles the right bits.
    private static let inverse: UInt64 = {
        var guess = base
        for _ in 0..<5 { guess &*= 2 &- base &* guess }
        return guess
    }()

    var isEmpty: Bool { count == 0 }

    /// Lists with the same elements have the same; others hardly ever.
    var fingerprint: UInt64 {
        var state = sum ^ UInt64(count) &* Self.base
        return SplitMix.next(&state)
    }

    /// The element at a place, counted from the left.
    subscript(index: Int) -> Int { ring[(head + index) & (ring.count - 1)] }

    mutating func push(_ cell: Int, left: Bool) {
        if count == ring.count { grow() }
        let weight = Self.weight(cell)
        if left {
            head = (head + ring.count - 1) & (ring.count - 1)
            ring[head] = cell
            sum = sum &* Self.base &+ weight
        } else {
            ring[(head + count) & (ring.count - 1)] = cell
            sum &+= weight &* power
        }
        count += 1
        power &*= Self.base
    }

    /// Takes the element at an end of a list that has some.
    mutating func pop(left: Bool) -> Int {
        count -= 1
        power &*= Self.inverse
        let cell = self[left ? 0 : count]
        if left {
            head = (head + 1) & (ring.count - 1)
            sum = (sum &- Self.weight(cell)) &* Self.inverse
        } else {
            sum &-= Self.weight(cell) &* power
        }
        return cell
    }

    /// Whether the elements from `start` to `stop`, counted as `KeyParts.ElementRange` does, are `cells`.
    func has(_ range: KeyParts.ElementRange) -> Bool {
        let start = max(0, range.start < 0 ? range.start + count : range.start)
        let stop = min(count - 1, range.stop < 0 ? range.stop + count : range.stop)
        guard start <= stop else { return range.cells.isEmpty }
        guard range.cells.count == stop - start + 1 else { return false }
        return range.cells.indices.allSatisfy { self[start + $0] == range.cells[$0] }
    }

    private mutating func grow() {
        var larger = (0..<count).map { self[$0] }
        larger += Array(repeating: 0, count: max(4, 2 * count) - count)
        // A power of two, for the masks.
        ring = larger
        head = 0
    }

    private static func weight(_ cell: Int) -> UInt64 {
        var state = UInt64(bitPattern: Int64(cell))
        return SplitMix.next(&state)
    }
}
