import Testing
import Verification

/// Goal: lists, hashes, sets, sorted sets and transactions of Redis are judged by what their commands do, and never more.
/// Method: small random histories against the definition; correct servers that held something before; hand-made
/// captures of what goes wrong.
@Suite("Types of Redis")
struct TypedKeyTests {
    private static let rounds = MonitorComparisonTests.rounds / 4

    @Test("small histories are decided as by definition", arguments: TypedCrowd.Kind.allCases)
    func definition(kind: TypedCrowd.Kind) {
        var violated = 0
        for round in 0..<Self.rounds {
            let crowd = TypedCrowd(kind, seed: UInt64(round) &* 7919 &+ 1, operations: 2 + round / 6 % 6)
            let isLinearizable = crowd.isLinearizable
            if !isLinearizable { violated += 1 }
            let verdict = KeyVerdict.guided(crowd.tape.evidence, firstTurn: round % 2 == 0 ? nil : 1 + round / 2 % 3)
            let isRight: Bool
            switch verdict {
            case .undecided: isRight = false
            case .linearizable: isRight = isLinearizable || !crowd.isExact
            case .violated: isRight = !isLinearizable
            }
            #expect(isRight, "round \(round), \(verdict): \(crowd)")
            guard isRight else { return }
        }
        #expect(violated > Self.rounds / 100)
    }

    @Test("what was there before the capture explains anything", arguments: TypedCrowd.Kind.allCases)
    func unknownBeginning(kind: TypedCrowd.Kind) {
        for round in 0..<Self.rounds {
            let crowd = TypedCrowd(
                kind, seed: UInt64(round) &* 104_729 &+ 7, operations: 3 + round % 9, startsFull: true, isCorrect: true)
            let verdict = KeyVerdict.guided(crowd.tape.evidence)
            #expect(verdict == .linearizable, "round \(round): \(crowd)")
            guard verdict == .linearizable else { return }
        }
    }
}
