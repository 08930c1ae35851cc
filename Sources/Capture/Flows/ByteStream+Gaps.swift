/// Gaps of a stream whose bytes are not kept, as its segments come in: ascending, and apart from one another.
extension ByteStream {
    enum Uncovered {
        case allNew
        /// Some of it was there already.
        case repeats
        /// So many gaps lie behind that they stay as they are.
        case tooManyGaps
    }

    /// Notes a gap beyond all others.
    ///
    /// - Parameter room: gaps that may still be listed.
    mutating func addGap(_ gap: Range<Int>, _ room: inout Int) {
        if let last = gaps.last, last.upperBound == gap.lowerBound {
            gaps[gaps.count - 1] = last.lowerBound..<gap.upperBound
        } else if room > 0 {
            room -= 1
            gaps.append(gap)
        } else {
            unlistedGapBytes += gap.count
        }
    }

    /// Takes what came out of the gaps.
    ///
    /// - Complexity: O(gaps from the first that it touches on).
    mutating func uncover(_ range: Range<Int>, _ room: inout Int) -> Uncovered {
        var index = firstGap(endingAfter: range.lowerBound)
        var found = 0
        while index < gaps.count, gaps[index].lowerBound < range.upperBound {
            guard gaps.count - index <= StreamBuilder.maximumChunksBehindHole else { return .tooManyGaps }
            let gap = gaps[index]
            let common = gap.clamped(to: range)
            found += common.count
            let rest = [gap.lowerBound..<common.lowerBound, common.upperBound..<gap.upperBound].filter { !$0.isEmpty }
            gaps.replaceSubrange(index...index, with: rest)
            room += 1 - rest.count
            index += rest.count
        }
        return found == range.count ? .allNew : .repeats
    }

    private func firstGap(endingAfter offset: Int) -> Int {
        var low = 0
        var high = gaps.count
        while low < high {
            let middle = (low + high) / 2
            if gaps[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
