import Capture
import Testing
import Verification
import Wire

/// Goal: of a file that holds several recordings each is judged by itself. Method: one counter, read from the same evidence
/// as one recording and as two.
@Suite("Several recordings in one file")
struct RecordingTests {
    /// Two clients, each of which counts once and is answered 1.
    static func evidence(secondAnswer: String) -> Evidence {
        let tape = Tape()
        let clients = [tape.connect(1)[0], tape.connect(1)[0]]
        tape.exchange(clients[0], "INCR n", ":1\r\n")
        tape.exchange(clients[1], "INCR n", secondAnswer)
        for client in clients { tape.close(client) }
        var evidence = tape.evidence
        evidence.keysStartAbsent = true
        return evidence
    }

    @Test("what one says is nothing to the other")
    func apart() {
        var evidence = Self.evidence(secondAnswer: ":1\r\n")
        #expect(Judge().judge(evidence).verdict == .violated)
        evidence.conversations[1].recording = 1
        let judgement = Judge().judge(evidence)
        #expect(judgement.verdict == .held)
        #expect(judgement.exercised.operations == 2)
    }

    @Test("the worst verdict is that of the file")
    func worst() {
        var evidence = Self.evidence(secondAnswer: "?\r\n")
        evidence.conversations[1].recording = 1
        let judgement = Judge().judge(evidence)
        #expect(judgement.verdict == .violated)
        evidence.conversations[0].recording = 1
        evidence.conversations[1].recording = 0
        #expect(Judge().judge(evidence).verdict == .violated)
    }
}
