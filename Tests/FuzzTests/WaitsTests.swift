import Fuzz
import Testing

/// Goal: a slow target is told what it is slow at, and a fast one is not called slow. Method: counts of campaigns.
@Suite struct WaitsTests {
    private func status(_ waits: Waits, executions: Int = 10, seconds: Double = 10) -> CampaignStatus {
        var status = CampaignStatus()
        status.waits = waits
        status.executions = executions
        status.fuzzing = .seconds(seconds)
        return status
    }

    private func waits(connecting: Int64 = 0, replying: Int64 = 0, closing: Int64 = 0) -> Waits {
        var waits = Waits()
        (waits.connecting, waits.replying, waits.closing) = (connecting, replying, closing)
        return waits
    }

    private static let second: Int64 = 1_000_000_000

    @Test("what most of the time went to is named")
    func named() {
        let thinking = status(waits(replying: 9 * Self.second)).slowness
        #expect(
            thinking == "the target is slow: in an execution clients wait on average 900 ms for replies: "
                + "the target thinks so long")
        #expect(status(waits(connecting: 8 * Self.second)).slowness?.contains("listen queue") == true)
        let both = status(waits(replying: 4 * Self.second, closing: 4 * Self.second)).slowness
        #expect(
            both?.contains("400 ms for replies") == true && both?.contains("400 ms for the target to close") == true)
    }

    @Test("neither a few waits nor short ones make a target slow")
    func fast() {
        #expect(status(Waits()).slowness == nil)
        #expect(status(waits(replying: 2 * Self.second)).slowness == nil)
        #expect(status(waits(replying: 9 * Self.second), executions: 10_000).slowness == nil)
        #expect(status(waits(replying: 9 * Self.second), executions: 0).slowness == nil)
    }
}
