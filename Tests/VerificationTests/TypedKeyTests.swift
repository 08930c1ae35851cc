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

    @Test("every violation is put into words", arguments: TypedCrowd.Kind.allCases)
    func words(kind: TypedCrowd.Kind) {
        var found = 0
        for round in 0..<Self.rounds / 4 {
            let crowd = TypedCrowd(kind, seed: UInt64(round) &* 65_537 &+ 3, operations: 4 + round % 9)
            for violation in crowd.tape.judge().violations {
                found += 1
                #expect(!violation.summary.isEmpty && !violation.packets.isEmpty, "round \(round): \(crowd)")
            }
        }
        #expect(found > Self.rounds / 400)
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

    // MARK: Ends that were set before

    @Test("a key that may have been given an end before the capture may be gone") func expiredBefore() {
        let judge = { (requests: [(String, String)], startsAbsent: Bool) in
            let tape = Tape()
            tape.keysStartAbsent = startsAbsent
            let c = tape.connect(2)
            if !startsAbsent { c.forEach(tape.midStream) }
            for (index, (request, answer)) in requests.enumerated() { tape.exchange(c[index % 2], request, answer) }
            c.forEach(tape.close)
            var evidence = tape.evidence
            evidence.source = .capture
            return Judge().judge(evidence)
        }
        // A rate limiter: the first that counts sets the end.
        let limiter = [("INCR k", ":7\r\n"), ("INCR k", ":8\r\n"), ("INCR k", ":1\r\n"), ("INCR k", ":2\r\n")]
        #expect(judge(limiter, false).verdict == .held)
        #expect(judge(limiter, false).notes.contains { $0.contains("Key k may have expired") })
        #expect(judge(limiter, true).verdict == .violated)
        // One end explains one absence.
        #expect(judge(limiter + [("INCR k", ":1\r\n")], false).verdict == .violated)
        // SET takes the end away.
        let written = [("SET k 7", "+OK\r\n"), ("INCR k", ":8\r\n"), ("GET k", "$-1\r\n")]
        #expect(judge(written, false).verdict == .violated)
        #expect(judge([("INCR k", ":7\r\n"), ("INCR k", ":7\r\n")], false).verdict == .violated)
        #expect(judge([("HSET h f a", ":0\r\n"), ("HGET h f", "$-1\r\n")], false).verdict == .held)
    }

    @Test("what a server forgets by itself may be gone, and nothing older takes its place") func forgotten() {
        let judge = { (requests: [(String, String)], forgets: Bool) in
            let tape = Tape()
            tape.keysStartAbsent = true
            let c = tape.connect(2)
            for (index, (request, answer)) in requests.enumerated() { tape.exchange(c[index % 2], request, answer) }
            c.forEach(tape.close)
            var evidence = tape.evidence
            evidence.objectsAreForgotten = forgets
            return Judge().judge(evidence).verdict
        }
        let once = [("SET k 7", "+OK\r\n"), ("GET k", "$-1\r\n")]
        let again = (0..<3).flatMap { _ in once }
        for requests in [once, again, [("INCR k", ":1\r\n"), ("INCR k", ":2\r\n"), ("INCR k", ":1\r\n")]] {
            #expect(judge(requests, false) == .violated && judge(requests, true) == .held, "\(requests)")
        }
        let older = [("SET k 7", "+OK\r\n"), ("SET k 8", "+OK\r\n"), ("GET k", "$1\r\n7\r\n")]
        let lost = [("SET k 5", "+OK\r\n"), ("INCR k", ":6\r\n"), ("INCR k", ":6\r\n")]
        let back = once + [("GET k", "$1\r\n7\r\n")]
        for requests in [older, lost, back] { #expect(judge(requests, true) == .violated, "\(requests)") }
    }

    // MARK: What is said

    @Test("an element or a member that two clients got is named, with who put it in") func takenTwice() {
        let judge = { (put: String, take: String, answer: String) in
            let tape = Tape()
            tape.keysStartAbsent = true
            let c = tape.connect(3)
            tape.exchange(c[0], put, ":1\r\n")
            tape.send(c[1], take)
            tape.send(c[2], take)
            tape.reply(c[1], answer)
            tape.reply(c[2], answer)
            c.forEach(tape.close)
            return tape.judge().violations
        }
        let list = judge("RPUSH q job", "LPOP q", "$3\r\njob\r\n")
        #expect(
            list.map(\.summary) == [
                "LPOP q: job, put in once, by c0 (packet 1), was taken out 2 times (packets 5 and 6)."
            ])
        #expect(list.map(\.signature) == ["linearizability:taken-twice:LPOP"])
        let set = judge("SADD s m", "SREM s m", ":1\r\n")
        #expect(
            set.map(\.summary) == [
                "SREM s: s[m], put in once, by c0 (packet 1), was taken out 2 times (packets 5 and 6)."
            ])
        #expect(judge("SADD s m", "SPOP s", "$1\r\nm\r\n").map(\.signature) == ["linearizability:taken-twice:SPOP"])
    }

    @Test("of a watched key nothing was changed when EXEC succeeds") func watched() {
        let judge = { (exec: String) in
            let tape = Tape()
            tape.keysStartAbsent = true
            let c = tape.connect(2)
            tape.exchange(c[0], "SET k 1", "+OK\r\n")
            tape.exchange(c[0], "WATCH k", "+OK\r\n")
            tape.exchange(c[0], "GET k", "$1\r\n1\r\n")
            tape.exchange(c[1], "SET k 5", "+OK\r\n")
            tape.exchange(c[0], "MULTI", "+OK\r\n")
            tape.exchange(c[0], "SET k 2", "+QUEUED\r\n")
            tape.exchange(c[0], "EXEC", exec)
            tape.exchange(c[1], "GET k", exec == "*-1\r\n" ? "$1\r\n5\r\n" : "$1\r\n2\r\n")
            c.forEach(tape.close)
            return tape.judge().verdict
        }
        #expect(judge("*-1\r\n") == .held)
        #expect(judge("*1\r\n+OK\r\n") == .violated)
    }

    @Test("what was begun before the capture, thrown away or queued in vain did nothing") func transactions() {
        let tape = Tape()
        tape.keysStartAbsent = true
        let c = tape.connect(2)
        tape.exchange(c[0], "MULTI", "+OK\r\n")
        tape.exchange(c[0], "INCR k", "+QUEUED\r\n")
        tape.exchange(c[0], "DISCARD", "+OK\r\n")
        tape.exchange(c[0], "MULTI", "+OK\r\n")
        tape.exchange(c[0], "INCR k", "+QUEUED\r\n")
        tape.exchange(c[0], "FROB", "-ERR unknown command 'FROB'\r\n")
        tape.exchange(c[0], "EXEC", "-EXECABORT Transaction discarded because of previous errors.\r\n")
        tape.exchange(c[1], "GET k", "$-1\r\n")
        c.forEach(tape.close)
        #expect(tape.judge().verdict == .held)
        let middle = Tape()
        let d = middle.connect(2)
        middle.midStream(d[0])
        middle.exchange(d[0], "INCR k", "+QUEUED\r\n")
        middle.exchange(d[0], "EXEC", "*2\r\n:1\r\n:2\r\n")
        middle.exchange(d[1], "GET k", "$1\r\n7\r\n")
        #expect(middle.judge().violations.isEmpty)
        #expect(middle.judge().notes.contains { $0.contains("transaction was not captured whole") })
    }

    @Test("two kinds of object of one name are not judged, and values that expire only as long as they certainly live")
    func left() {
        let tape = Tape()
        let c = tape.connect(2)
        tape.exchange(c[0], "SET k 1", "+OK\r\n")
        tape.exchange(c[0], "DEL k", ":1\r\n")
        tape.exchange(c[0], "HSET k f 1", ":1\r\n")
        tape.exchange(c[1], "SET k 1", "+OK\r\n")
        tape.exchange(c[1], "HGET k f", "-WRONGTYPE Operation against a key\r\n")
        c.forEach(tape.close)
        #expect(tape.judge().verdict == .held)
        let short = Tape()
        let d = short.connect(1)
        short.exchange(d[0], "SET k v PX 5000", "+OK\r\n")
        short.exchange(d[0], "GET k", "$-1\r\n")
        #expect(short.judge().verdict == .violated)
    }
}
