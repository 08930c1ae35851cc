import Fuzz
import Testing

/// Goal: a target that gets no processor is not taken for one at rest. Method: the value is told what is seen.
@Suite("Waiting for a target's rest") struct RestWaitTests {
    private static let millisecond: Int64 = 1_000_000

    /// After how many milliseconds it is over, with a look at each.
    private static func length(_ rest: Int, _ longest: Int, sleepsFrom: Int64) -> Int64? {
        var wait = RestWait(rest, longest: longest, at: 5)
        return (0...20_000).first { elapsed in
            wait.isOver(at: 5 + elapsed * millisecond) { elapsed >= sleepsFrom }
        }
    }

    @Test("one that sleeps is waited for as long as it may rest")
    func asleep() {
        #expect(Self.length(300, 10_000, sleepsFrom: 0) == 300)
        #expect(Self.length(300, 10_000, sleepsFrom: 300) == 300)
    }

    @Test("one that does not is given the same time again, until the longest")
    func awake() {
        #expect(Self.length(300, 10_000, sleepsFrom: 301) == 600)
        #expect(Self.length(300, 10_000, sleepsFrom: 4_000) == 4_200)
        #expect(Self.length(300, 10_000, sleepsFrom: .max) == 10_000)
        #expect(Self.length(5, 0, sleepsFrom: .max) == 5)
    }

    @Test("nobody looks at the target before the time is over")
    func looks() {
        var wait = RestWait(300, longest: 10_000, at: 0)
        var looks = 0
        for elapsed in 0..<300 {
            _ = wait.isOver(at: Int64(elapsed) * Self.millisecond) {
                looks += 1
                return true
            }
        }
        #expect(looks == 0)
        #expect(wait.milliseconds(at: 100 * Self.millisecond) == 200)
        #expect(wait.milliseconds(at: 400 * Self.millisecond) == 0)
    }
}
