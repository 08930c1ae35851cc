/// For each configuration of a search, but for what need not have happened, the smallest sets of the latter with which it
/// was reached: whoever reaches it again with more has no more left to do than was tried already.
struct Cover {
    private struct Place: Hashable {
        var position: Int
        var fingerprint: UInt64
        var certain: [UInt64]
    }

    private var sets: [Place: [[UInt64]]] = [:]
    private var words = 0

    /// Sets kept of one configuration; of more, the first stay.
    private static let maximumSets = 16

    /// Memory of the sets, about.
    var byteCount: Int { 8 * words + 96 * sets.count }

    mutating func reset() {
        sets.removeAll(keepingCapacity: true)
        words = 0
    }

    /// Adds the configuration; false where one was there that had used no more of `optional`.
    mutating func insert(_ position: Int, _ fingerprint: UInt64, _ mask: [UInt64], optional: [UInt64]) -> Bool {
        guard optional.contains(where: { $0 != 0 }) else { return true }
        var certain = mask
        var used = mask
        for word in mask.indices {
            certain[word] &= ~optional[word]
            used[word] &= optional[word]
        }
        let place = Place(position: position, fingerprint: fingerprint, certain: certain)
        let known = sets[place] ?? []
        if known.contains(where: { Self.isSubset($0, used) }) { return false }
        guard known.count < Self.maximumSets else { return true }
        sets[place, default: []] = known.filter { !Self.isSubset(used, $0) } + [used]
        words += 2 * mask.count + 4
        return true
    }

    private static func isSubset(_ left: [UInt64], _ right: [UInt64]) -> Bool {
        left.indices.allSatisfy { left[$0] & ~right[$0] == 0 }
    }
}
