/// Runs of numbers, each as its difference to the one before in as few bytes as that needs, seven bits a byte, with the
/// sign as the lowest bit: ascending numbers without large gaps take a byte each.
struct PackedNumbers: Sendable {
    private var bytes: [UInt8] = []

    /// Adds a run.
    ///
    /// - Parameter count: how many numbers there must be.
    /// - Returns: Where it is; nil where there are not so many, and nothing is added.
    /// - Complexity: O(numbers).
    mutating func append(_ numbers: some Sequence<Int32>, count: Int) -> Int? {
        let start = bytes.count
        append(UInt64(count))
        var (previous, added) = (Int64(0), 0)
        for number in numbers {
            let difference = Int64(number) - previous
            append(UInt64(bitPattern: difference << 1 ^ difference >> 63))
            (previous, added) = (Int64(number), added + 1)
        }
        guard added == count else {
            bytes.removeLast(bytes.count - start)
            return nil
        }
        return start
    }

    /// The run that is there.
    ///
    /// - Complexity: O(numbers).
    func numbers(at start: Int) -> [Int32] {
        var place = start
        let count = Int(next(&place))
        var previous = Int64(0)
        return (0..<count).map { _ in
            let bits = next(&place)
            previous += Int64(bitPattern: bits >> 1) ^ -Int64(bits & 1)
            return Int32(truncatingIfNeeded: previous)
        }
    }

    private mutating func append(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private func next(_ place: inout Int) -> UInt64 {
        var (number, shift) = (UInt64(0), UInt64(0))
        while true {
            let byte = bytes[place]
            place += 1
            number |= UInt64(byte & 0x7F) << shift
            guard byte >= 0x80 else { return number }
            shift += 7
        }
    }
}
