import Testing
import Verification

/// Goal: what is stored in few bits is what was given. Method: random numbers of all magnitudes, and those at the edges of
/// what the bits hold, read back.
@Suite("Places in few bits")
struct PackedPlacesTests {
    private static let (halfOffsets, halfTimes) = (1 << 39, 1 << 47)

    private static func numbers(_ half: Int, _ seed: UInt64) -> [Int] {
        var random = Seed(seed)
        let edges: [Int] = [0, 1, -1, half - 1, half, half + 1, -half, 1 - half, -half - 1, .max, .min]
        let any = (0..<2_000).map { _ -> Int in
            let number: Int = random.below(1 << random.below(62))
            return random.oneIn(2) ? number : -number
        }
        return edges + any
    }

    @Test("a message's offset, acknowledgement and duration")
    func messages() {
        let times = Self.numbers(Self.halfTimes, 2)
        for (index, offset) in Self.numbers(Self.halfOffsets, 1).enumerated() {
            let time = times[(index * 7) % times.count]
            let places = MessagePlaces(offset: offset, acknowledged: offset, nanoseconds: Int64(time))
            #expect(places.offset == min(max(offset, -Self.halfOffsets), Self.halfOffsets - 1))
            #expect(places.acknowledged == (offset.magnitude < Self.halfOffsets ? offset : nil))
            #expect(places.nanoseconds == Int64(min(max(time, -Self.halfTimes), Self.halfTimes - 1)))
            #expect(MessagePlaces(offset: 0, acknowledged: nil, nanoseconds: 0).acknowledged == nil)
        }
    }

    @Test("the words of requests, also of long ones")
    func words() {
        var random = Seed(3)
        let ranges = (0..<5_000).map { _ -> Range<Int> in
            let start: Int = random.below(1 << random.below(24))
            let count: Int = random.below(1 << random.below(20))
            return start..<start + count
        }
        var edges: [Range<Int>] = []
        for start in [(1 << 18) - 1, 1 << 18] {
            for count in [0, (1 << 14) - 2, (1 << 14) - 1, 1 << 14] { edges.append(start..<start + count) }
        }
        var words = WordRanges()
        words.append(ranges)
        words.append(edges)
        #expect(Array(words) == ranges + edges)
    }
}
