import Testing
import Verification

/// Goal: how much clients of a history met, and whose fault a violation is, are told as for a capture. Method: random histories
/// are counted pair by pair; hand-made ones have parties that could have been out of order by themselves, or could not.
@Suite("Who met in a history, and who is to blame")
struct MeetingTests {
    @Test("overlaps are the pairs of different clients on one key, however many operations a client has open")
    func overlaps() {
        var seed = Seed(3)
        var total = 0
        for _ in 0..<400 {
            var history = History()
            for _ in 0..<seed.below(24) {
                let invoked = Int64(seed.below(30))
                let client = seed.oneIn(5) ? -7 : seed.oneIn(5) ? 1 << 20 : seed.below(3)
                let status: History.Status = seed.oneIn(4) ? .info : seed.oneIn(5) ? .fail : .ok
                history.append(
                    .read, client: client, key: seed.below(3), invoked: invoked,
                    completed: invoked + Int64(seed.below(8)), status: status)
            }
            var pairs = 0
            for left in 0..<history.count {
                for right in 0..<left
                where history.clients[left] != history.clients[right] && history.keys[left] == history.keys[right]
                    && history.invoked[left] <= history.completed[right]
                    && history.invoked[right] <= history.completed[left]
                { pairs += 1 }
            }
            let exercised = Checker().check(history, model: .kv).exercised
            #expect(exercised.overlaps == pairs)
            #expect(exercised.connections == Set(history.clients).count)
            total += pairs
        }
        #expect(total > 3000)
    }

    /// Each of two clients writes a value and reads it back; the second then reads the first one's, which is overwritten.
    private func history(readsOwn: Bool) -> History {
        var history = History()
        func append(_ client: Int, _ value: Int, isWrite: Bool, at time: Int64) {
            history.append(
                isWrite ? .write : .read, client: client, argument: isWrite ? value : History.null,
                result: isWrite ? History.null : value, invoked: time, completed: time + 1)
        }
        append(0, 1, isWrite: true, at: 0)
        if readsOwn { append(0, 1, isWrite: false, at: 10) }
        append(1, 2, isWrite: true, at: 20)
        if readsOwn { append(1, 2, isWrite: false, at: 30) }
        append(0, 1, isWrite: false, at: 40)
        return history
    }

    @Test("of clients that could each have been wrong alone, and are not, it is said that they are wrong together")
    func blame() {
        let told = Checker().check(history(readsOwn: true), model: .register).violations.first
        #expect(
            told?.blame
                == "what each client saw is in order by itself, and together it is not: an operation of one fell between the "
                + "steps of another, or they do not share this state")
        let little = Checker().check(history(readsOwn: false), model: .register).violations
        #expect(little.count == 1)
        // Client 1 has read nothing.
        #expect(little.first?.blame == nil)
    }

    @Test("a client whose own operations contradict each other is named")
    func alone() {
        var history = history(readsOwn: true)
        history.clients = history.clients.map { _ in 4 }
        history.append(.write, client: 5, argument: 9, invoked: 0, completed: 1)
        let blame = Checker().check(history, model: .register).violations.first?.blame
        #expect(blame?.contains("4 alone sees it") ?? false, "\(blame ?? "nobody")")
    }
}
