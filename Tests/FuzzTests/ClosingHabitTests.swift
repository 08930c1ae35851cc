import Fuzz
import System
import Testing

/// Goal: a server is taken to end connections by itself only where it does so at the same place each time, and is asked more slowly
/// only where that may help. Method: looks and executions as numbers, drawn, against what must hold of any.
@Suite("Closing by habit, and pace")
struct ClosingHabitTests {
    private typealias Look = ClosingHabit.Look

    private static func habit(_ looks: [Look]) -> ClosingHabit? { ClosingHabit(looks, isOfConnections: false) }

    @Test("what comes after as many requests, or as long a time, is a habit")
    func same() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let (count, milliseconds) = (random.pick(20...4000), random.pick(20...1000))
            let byCount = (0..<5).map { _ in
                Look(
                    requests: count + random.pick(0...count / 10), time: .milliseconds(random.pick(1...1_000_000)))
            }
            let habit = Self.habit(byCount)
            #expect(habit.map { (count...count + count / 10).contains($0.requests) } == true, "\(byCount)")
            let byTime = (0..<5).map { _ in
                Look(
                    requests: random.pick(2...1_000_000),
                    time: .milliseconds(milliseconds + random.pick(0...milliseconds / 10)))
            }
            #expect(Self.habit(byTime) != nil, "\(byTime)")
        }
    }

    @Test("accidents are none: one look in a hundred that are drawn at random agrees, or fewer")
    func accidents() {
        var random = SeededGenerator(seed: 2)
        let agreeing = (0..<10_000).count { _ in
            let looks = (0..<5).map { _ in
                let count = random.pick(2...2000)
                return Look(requests: count, time: .microseconds(count * 300 + random.pick(0...20_000)))
            }
            return Self.habit(looks) != nil
        }
        #expect(agreeing < 100, "\(agreeing)")
    }

    @Test("too few looks tell nothing, nor does a server that answers nobody twice")
    func few() {
        let look = Look(requests: 50, time: .milliseconds(20))
        #expect(Self.habit([]) == nil && Self.habit(Array(repeating: look, count: 4)) == nil)
        #expect(Self.habit(Array(repeating: look, count: 5)) != nil)
        #expect(Self.habit(Array(repeating: Look(requests: 1, time: .milliseconds(1)), count: 5)) == nil)
    }

    @Test("who turns nearly all away is asked more slowly, until that helps; who never stops doing so, at full speed")
    func pace() {
        for helping in CampaignPace.pauses {
            var pace = CampaignPace()
            for _ in 0..<500 { _ = pace.note(isTurnedAway: pace.pause < helping) }
            #expect(pace.pause == helping)
        }
        var vain = CampaignPace()
        let changes = (0..<500).count { _ in vain.note(isTurnedAway: true) }
        #expect(vain.pause == .zero && changes == CampaignPace.pauses.count + 1)
        // Half of it leaves enough.
        var half = CampaignPace()
        #expect((0..<500).allSatisfy { !half.note(isTurnedAway: $0 % 2 == 0) } && half.pause == .zero)
    }
}
