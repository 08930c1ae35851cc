/// Sorting of row numbers by time: stable, in linear time, and at once where the times stand in order already.
enum TimeSort {
    /// The numbers 0..<times.count, or `subset` of them, ordered by `times`; equal times keep their order.
    ///
    /// - Complexity: O(n) passes over the bytes in which times differ.
    static func order(_ times: [Int64], _ subset: [Int32]? = nil) -> [Int32] {
        var order = subset ?? (0..<times.count).map { Int32(truncatingIfNeeded: $0) }
        guard order.count > 1 else { return order }
        var lowest = Int64.max
        var highest = Int64.min
        var previous = Int64.min
        var isSorted = true
        for index in order {
            let time = times[Int(index)]
            lowest = min(lowest, time)
            highest = max(highest, time)
            if time < previous { isSorted = false }
            previous = time
        }
        if isSorted { return order }
        if order.count < 64 {
            insertion(&order, times)
            return order
        }
        radix(&order, times, lowest, UInt64(bitPattern: highest &- lowest))
        return order
    }

    private static func insertion(_ order: inout [Int32], _ times: [Int64]) {
        for end in 1..<order.count {
            let item = order[end]
            var place = end
            while place > 0, times[Int(order[place - 1])] > times[Int(item)] {
                order[place] = order[place - 1]
                place -= 1
            }
            order[place] = item
        }
    }

    /// Least significant digit first, eleven bits a pass; `span` is the largest difference, as unsigned.
    private static func radix(_ order: inout [Int32], _ times: [Int64], _ lowest: Int64, _ span: UInt64) {
        var other = order
        var keys = order.map { UInt64(bitPattern: times[Int($0)] &- lowest) }
        var otherKeys = keys
        var counts = [Int32](repeating: 0, count: 2048)
        var shift: UInt64 = 0
        while shift < 64, span >> shift != 0 {
            for index in counts.indices { counts[index] = 0 }
            for key in keys { counts[Int(truncatingIfNeeded: key >> shift) & 2047] += 1 }
            var sum: Int32 = 0
            for index in counts.indices {
                let count = counts[index]
                counts[index] = sum
                sum += count
            }
            deal(order.span, keys.span, shift, counts.mutableSpan, other.mutableSpan, otherKeys.mutableSpan)
            swap(&order, &other)
            swap(&keys, &otherKeys)
            shift += 11
        }
    }

    /// Puts each item where the counts of smaller digits say. Spans: nothing asks whether it may write.
    private static func deal(
        _ order: Span<Int32>, _ keys: Span<UInt64>, _ shift: UInt64, _ places: consuming MutableSpan<Int32>,
        _ other: consuming MutableSpan<Int32>, _ otherKeys: consuming MutableSpan<UInt64>
    ) {
        for index in order.indices {
            let digit = Int(truncatingIfNeeded: keys[index] >> shift) & 2047
            let place = Int(places[digit])
            places[digit] += 1
            other[place] = order[index]
            otherKeys[place] = keys[index]
        }
    }
}
