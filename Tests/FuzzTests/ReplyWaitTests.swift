import Fuzz
import System
import Testing

/// Goal: a client gives up when its target has owed it a reply for long enough, and never before. Method: what it sees at
/// which time, told to the value that decides: no socket, no clock, nobody sleeps. Looks come every 20 ms, as in an execution.
@Suite("Waiting for a reply")
struct ReplyWaitTests {
    private static let millisecond: Int64 = 1_000_000
    /// Any time that is not 0.
    private static let begin: Int64 = 5_000_000_000_000

    /// What is so from some millisecond on.
    private struct Stretch {
        var from: Int
        var standing: ReplyWait.Standing
        var sleeps = true
    }

    /// The millisecond at which it stalls; nil if it does not within `most`.
    private static func stall(
        _ patience: ClientPatience, _ stretches: [Stretch], hearing: [Int: Int] = [:], most: Int = 60_000
    ) -> Int? {
        var waiting = ReplyWait(patience, heard: 0, at: begin)
        var bytes = 0
        for time in stride(from: 0, through: most, by: 20) {
            let now = begin + Int64(time) * millisecond
            bytes += hearing[time] ?? 0
            if waiting.hears(bytes, at: now) { continue }
            guard waiting.wantsLook(at: now) else { continue }
            let stretch = stretches.last { $0.from <= time }!
            if waiting.looked(stretch.standing, sleeps: stretch.sleeps, at: now) == .stalled { return time }
        }
        return nil
    }

    private static func time(_ milliseconds: Int) -> Int64 { begin + Int64(milliseconds) * millisecond }

    @Test("a target that sleeps hangs after the first patience, then after the usual one")
    func asleep() {
        let patience = ClientPatience()
        #expect(Self.stall(patience, [Stretch(from: 0, standing: .taken)]) == 1_500)
        #expect(Self.stall(patience, [Stretch(from: 0, standing: .taken)]) == 500)
        #expect(Self.stall(patience.confirming, [Stretch(from: 0, standing: .taken)]) == 1_500)
    }

    @Test("one that works, or of which nobody can tell, has ten seconds")
    func awake() {
        let patience = ClientPatience()
        #expect(Self.stall(patience, [Stretch(from: 0, standing: .taken, sleeps: false)]) == 10_000)
        // Falling asleep at last, it has had its time already.
        let late = [Stretch(from: 0, standing: .taken, sleeps: false), Stretch(from: 4_000, standing: .taken)]
        #expect(Self.stall(patience, late) == 4_000)
    }

    @Test("each byte begins the silence anew", arguments: [20, 400, 480])
    func bytes(gap: Int) {
        let patience = ClientPatience()
        patience.hung()
        let hearing = Dictionary(uniqueKeysWithValues: stride(from: gap, through: 4_000, by: gap).map { ($0, 1) })
        let last = 4_000 / gap * gap
        // Having answered after such silences, it is waited for twice as long.
        let expected = last + max(500, gap > 250 ? 2 * gap : 0)
        #expect(Self.stall(patience, [Stretch(from: 0, standing: .taken)], hearing: hearing) == expected)
    }

    @Test("the silence begins when the target has accepted the connection")
    func accepted() {
        let patience = ClientPatience()
        patience.hung()
        // The queue moved 300 ms ago whenever it is looked at.
        let waiting = (0..<200).map { Stretch(from: $0 * 20, standing: .queued(moved: Self.time($0 * 20 - 300))) }
        #expect(Self.stall(patience, waiting + [Stretch(from: 4_000, standing: .taken)]) == 4_480)
    }

    @Test("a queue that stands still is waited for ten seconds, and then a quarter of that")
    func queue() {
        let patience = ClientPatience()
        let still = [Stretch(from: 0, standing: .queued(moved: Self.time(0)))]
        #expect(Self.stall(patience, still) == 10_000)
        #expect(Self.stall(patience, still) == 2_500)
        // It moved a second after the client came.
        #expect(Self.stall(patience, [Stretch(from: 0, standing: .queued(moved: Self.time(1_000)))]) == 3_500)
    }

    @Test("who was not heard waits ten seconds from the last byte, or from when the queue moved")
    func unheard() {
        let patience = ClientPatience()
        patience.hung()
        #expect(Self.stall(patience, [Stretch(from: 0, standing: .unheard(queueMoved: nil))]) == 10_000)
        let moved = [Stretch(from: 0, standing: .unheard(queueMoved: Self.time(2_000)))]
        #expect(Self.stall(patience, moved) == 12_000)
    }

    @Test("a wait is told by what it was for, and only where it was long")
    func waits() {
        let patience = ClientPatience()
        var waiting = ReplyWait(patience, heard: 0, at: Self.begin)
        #expect(!waiting.isNoticed(at: Self.time(9)))
        #expect(waiting.end(at: Self.time(9)).total == 0)
        waiting.isUntaken(at: Self.time(700))
        let waits = waiting.end(at: Self.time(1_000))
        #expect(waits.connecting == 700 * Self.millisecond)
        #expect(waits.replying == 300 * Self.millisecond)
        // Who takes connections slowly may be as slow with the next one.
        patience.hung()
        #expect(patience.silenceMilliseconds == 1_400)
    }

    @Test("drawn histories: nobody is accused before the target owed a reply for the time that it had")
    func drawn() {
        var random = SeededGenerator(seed: 3)
        var stalls = 0
        for _ in 0..<2_000 {
            let patience = ClientPatience()
            if random.oneIn(2) { patience.hung() }
            let least = patience.silenceMilliseconds
            var stretches = [Stretch(from: 0, standing: .taken, sleeps: false)]
            for _ in 0..<random.pick(1...6) {
                let from = stretches.last!.from + random.pick(1...80) * 20
                let standing: ReplyWait.Standing =
                    random.oneIn(2)
                    ? .taken
                    : random.oneIn(2) ? .queued(moved: Self.time(from)) : .unheard(queueMoved: Self.time(from))
                stretches.append(Stretch(from: from, standing: standing, sleeps: !random.oneIn(3)))
            }
            let byte = random.pick(0...100) * 20
            guard let time = Self.stall(patience, stretches, hearing: [byte: 1]) else { continue }
            stalls += 1
            // Since the last byte, and since the target took the connection.
            let untaken = stretches.indices.last { stretches[$0].from <= time && stretches[$0].standing.isUntaken }
            let taken = untaken.map { $0 + 1 < stretches.count ? stretches[$0 + 1].from - 20 : time } ?? 0
            let silent = time - max(taken, byte <= time ? byte : 0)
            let isUntaken = stretches.last { $0.from <= time }!.standing.isUntaken
            // When the target took it before the first look, that is not seen.
            #expect(isUntaken || silent >= least - patience.asleepMilliseconds / 3, "\(time) ms: \(stretches)")
        }
        #expect(stalls > 1_000)
    }
}
