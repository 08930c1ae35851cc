/// Where the words of all requests lie, each within its request: half of what ranges take, for a capture has millions.
package struct WordRanges: RandomAccessCollection, Sendable {
    private var bounds: [(lower: UInt32, upper: UInt32)] = []

    package var startIndex: Int { 0 }
    package var endIndex: Int { bounds.count }

    @inline(__always)
    package subscript(index: Int) -> Range<Int> { Int(bounds[index].lower)..<Int(bounds[index].upper) }

    mutating func reserveCapacity(_ count: Int) { bounds.reserveCapacity(count) }

    /// Adds words of a request, which is shorter than 4 GiB.
    mutating func append(_ words: [Range<Int>]) {
        for word in words { bounds.append((UInt32(clamping: word.lowerBound), UInt32(clamping: word.upperBound))) }
    }
}
