/// Where the words of all requests lie, each within its request: four bytes a word, for a capture has millions.
package struct WordRanges: RandomAccessCollection, Sendable {
    /// Of each word its length, and in the upper bits where it begins; `elsewhere` where these do not suffice.
    private var bounds: [UInt32] = []
    /// The words that are longer or further behind, by their index: those of long requests.
    private var long: [Int: Range<Int>] = [:]

    private static let lengthBits: UInt32 = 14
    private static let longest = 1 << 14 - 1
    private static let last = 1 << 18 - 1
    private static let elsewhere = UInt32.max

    /// No words.
    package init() {}

    package var startIndex: Int { 0 }
    package var endIndex: Int { bounds.count }

    @inline(__always)
    package subscript(index: Int) -> Range<Int> {
        let bits = bounds[index]
        if bits == Self.elsewhere { return longRange(index) }
        let lower = Int(bits >> Self.lengthBits)
        return lower..<lower + Int(bits) & Self.longest
    }

    private func longRange(_ index: Int) -> Range<Int> { long[index] ?? 0..<0 }

    mutating func reserveCapacity(_ count: Int) { bounds.reserveCapacity(count) }

    /// Adds words of a request.
    package mutating func append(_ words: [Range<Int>]) {
        for word in words {
            // What has the largest numbers of both is kept elsewhere too.
            if word.count < Self.longest, word.lowerBound <= Self.last {
                bounds.append(UInt32(word.lowerBound) << Self.lengthBits | UInt32(word.count))
            } else {
                long[bounds.count] = word
                bounds.append(Self.elsewhere)
            }
        }
    }
}
