import Glibc
import Report
import Testing
import Verification

/// Goal: scripts read from the exit status what matters most. Method: the contract's table, and every pair that its order names.
@Suite("Exit status")
struct CommandStatusTests {
    @Test("a verdict's")
    func verdicts() {
        #expect(CommandStatus(.held).rawValue == 0)
        #expect(CommandStatus(.violated).rawValue == 1)
        #expect(CommandStatus(.inconclusive).rawValue == 2)
        #expect(CommandStatus(.nothingTested).rawValue == 2)
    }

    @Test("where several apply: 70, 74, 1, 75, 69, 2, 0")
    func precedence() {
        let order: [CommandStatus] = [.ownBug, .outputLost, .violated, .retry, .noTarget, .inconclusive, .held]
        #expect(order.map(\.rawValue) == [70, 74, 1, 75, 69, 2, 0])
        for (index, status) in order.enumerated() {
            for weaker in order[index...] {
                #expect(CommandStatus.first(of: [weaker, status]) == status)
                #expect(CommandStatus.first(of: [status, weaker]) == status)
            }
        }
        #expect(CommandStatus.first(of: []) == .held)
    }

    @Test("none is left out of the order")
    func whole() {
        for status in CommandStatus.allCases { #expect(CommandStatus.first(of: [status]) == status) }
    }

    @Test("a verdict that is lost, or of a run that was ended")
    func runs() {
        #expect(CommandStatus(.violated, isOutputLost: true, signal: SIGINT) == .outputLost)
        #expect(CommandStatus(.violated, isOutputLost: false, signal: SIGINT) == .interrupted)
        #expect(CommandStatus(.held, isOutputLost: false, signal: SIGTERM) == .terminated)
        #expect(CommandStatus(.held, isOutputLost: false, signal: nil) == .held)
        #expect([CommandStatus.interrupted, .terminated].map(\.rawValue) == [128 + SIGINT, 128 + SIGTERM])
    }
}
