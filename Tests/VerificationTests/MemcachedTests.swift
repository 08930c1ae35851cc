import Capture
import Testing
import Verification

/// Goal: replies of memcached are held against what was asked and what keys hold, and nothing is made of what is not certain.
/// Method: hand-made captures, each fault beside the innocent conversation that looks most like it.
@Suite("Conversations with memcached")
struct MemcachedTests {
    /// - Parameter isCampaign: Whether it is a campaign's, whose keys are new: then a key that is gone was not evicted.
    private func judge(_ clients: Int = 2, isCampaign: Bool = true, _ exchange: (Tape, [Int]) -> Void) -> Judgement {
        let tape = Tape("memcached")
        let c = tape.connect(clients)
        exchange(tape, c)
        c.forEach(tape.close)
        var evidence = tape.evidence
        evidence.source = isCampaign ? .target : .capture
        return Judge().judge(evidence)
    }

    @Test("right replies of all commands hold")
    func right() {
        let judgement = judge { tape, c in
            tape.exchange(c[0], "get k", "END\r\n")
            tape.exchange(c[0], "set k 0 0 one", "STORED\r\n")
            tape.exchange(c[1], "add k 0 0 two", "NOT_STORED\r\n")
            tape.exchange(c[0], "append k 0 0 more", "STORED\r\n")
            tape.exchange(c[1], "prepend k 0 0 some", "STORED\r\n")
            tape.exchange(c[0], "gets k x", "VALUE k 0 11 7\r\nsomeonemore\r\nEND\r\n")
            tape.exchange(c[1], "cas k 3 0 new 7", "STORED\r\n")
            tape.exchange(c[0], "cas k 0 0 other 7", "EXISTS\r\n")
            tape.exchange(c[0], "get k", "VALUE k 3 3\r\nnew\r\nEND\r\n")
            tape.exchange(c[0], "replace k 0 0 next", "STORED\r\n")
            tape.exchange(c[0], "touch k 0", "TOUCHED\r\n")
            tape.exchange(c[0], "set n 0 0 10", "STORED\r\n")
            tape.exchange(c[0], "decr n 1", "9\r\n")
            tape.exchange(c[1], "get n", "VALUE n 0 2\r\n9 \r\nEND\r\n")
            tape.exchange(c[1], "incr n 5", "14\r\n")
            tape.exchange(c[1], "decr n 100", "0\r\n")
            tape.exchange(c[1], "delete n", "DELETED\r\n")
            tape.exchange(c[1], "incr n 1", "NOT_FOUND\r\n")
            tape.exchange(c[1], "mg k v f O1", "VA 4 f0 O1\r\nnext\r\n")
            tape.exchange(c[0], "incr k 1", "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n")
            tape.exchange(c[0], "version", "VERSION 1.6.18\r\n")
        }
        #expect(judgement.verdict == .held, "\(judgement)")
    }

    @Test("an increment that was lost, text that was lost, an old value, a lock that two hold")
    func races() {
        let lost = judge { tape, c in
            tape.exchange(c[0], "set n 0 0 10", "STORED\r\n")
            tape.send(c[0], "incr n 1")
            tape.send(c[1], "incr n 1")
            tape.reply(c[0], "11\r\n")
            tape.reply(c[1], "11\r\n")
        }
        #expect(lost.violations.first?.oracle == .linearizability, "\(lost)")
        let text = judge { tape, c in
            tape.exchange(c[0], "set k 0 0 a-b-c", "STORED\r\n")
            tape.send(c[0], "append k 0 0 d-e-f")
            tape.send(c[1], "append k 0 0 g-h-i")
            tape.reply(c[0], "STORED\r\n")
            tape.reply(c[1], "STORED\r\n")
            tape.exchange(c[0], "get k", "VALUE k 0 10\r\na-b-cg-h-i\r\nEND\r\n")
        }
        #expect(text.violations.first?.oracle == .linearizability, "\(text)")
        let lock = judge { tape, c in
            tape.send(c[0], "add k 0 0 mine")
            tape.send(c[1], "add k 0 0 yours")
            tape.reply(c[0], "STORED\r\n")
            tape.reply(c[1], "STORED\r\n")
        }
        #expect(lock.violations.first?.oracle == .linearizability, "\(lock)")
        let stale = judge(isCampaign: false) { tape, c in
            tape.exchange(c[0], "set k 0 0 old-value", "STORED\r\n")
            tape.exchange(c[0], "set k 0 0 new-value", "STORED\r\n")
            tape.exchange(c[1], "get other k", "VALUE k 0 9\r\nold-value\r\nEND\r\n")
        }
        #expect(stale.violations.first?.oracle == .linearizability, "\(stale)")
    }

    @Test("one version that two replaced")
    func versions() {
        let judgement = judge(isCampaign: false) { tape, c in
            tape.exchange(c[0], "set k 0 0 first", "STORED\r\n")
            tape.exchange(c[0], "gets k", "VALUE k 0 5 12\r\nfirst\r\nEND\r\n")
            tape.exchange(c[1], "gets k", "VALUE k 0 5 12\r\nfirst\r\nEND\r\n")
            tape.send(c[0], "cas k 0 0 second 12")
            tape.send(c[1], "cas k 0 0 third 12")
            tape.reply(c[0], "STORED\r\n")
            tape.reply(c[1], "STORED\r\n")
        }
        #expect(judgement.violations.first?.oracle == .linearizability, "\(judgement)")
        let unknown = judge(isCampaign: false) { tape, c in
            tape.exchange(c[0], "set k 0 0 first", "STORED\r\n")
            // No version is the one of nothing: a server that keeps none says 0.
            tape.exchange(c[0], "gets k", "VALUE k 0 5 0\r\nfirst\r\nEND\r\n")
            tape.exchange(c[0], "set k 0 0 second", "STORED\r\n")
            tape.exchange(c[1], "cas k 0 0 third 0", "STORED\r\n")
        }
        #expect(unknown.verdict == .held, "\(unknown)")
    }

    @Test("client flags are part of a value, and another client's value is none of this key")
    func values() {
        let flags = judge { tape, c in
            tape.exchange(c[0], "set k 5 0 some-value", "STORED\r\n")
            tape.exchange(c[0], "get k", "VALUE k 6 10\r\nsome-value\r\nEND\r\n")
        }
        #expect(flags.verdict == .violated, "\(flags)")
        let crossed = judge { tape, c in
            tape.exchange(c[0], "set a 0 0 value-of-a", "STORED\r\n")
            tape.exchange(c[0], "set b 0 0 value-of-b", "STORED\r\n")
            tape.exchange(c[1], "get a", "VALUE a 0 10\r\nvalue-of-b\r\nEND\r\n")
        }
        #expect(crossed.violations.first?.oracle == .crosstalk, "\(crossed)")
        let opaque = judge { tape, c in
            tape.send(c[0], "md nothing Otoken-0")
            tape.send(c[1], "md nothing Otoken-1")
            tape.reply(c[0], "NF Otoken-1\r\n")
            tape.reply(c[1], "NF Otoken-0\r\n")
        }
        #expect(opaque.violations.first?.oracle == .crosstalk, "\(opaque)")
        let key = judge { tape, c in
            tape.exchange(c[0], "get a", "VALUE b 0 1\r\nx\r\nEND\r\n")
        }
        #expect(key.verdict == .violated, "\(key)")
    }

    @Test("what asks for no reply may have happened at any time, or not")
    func noReply() {
        for value in ["before", "silent"] {
            let judgement = judge { tape, c in
                tape.exchange(c[0], "set k 0 0 before", "STORED\r\n")
                tape.send(c[0], "set k 0 0 silent noreply", "delete other noreply", "version")
                tape.reply(c[0], "VERSION 1\r\n")
                tape.exchange(c[1], "get k", "VALUE k 0 6\r\n\(value)\r\nEND\r\n")
            }
            #expect(judgement.verdict == .held, "\(value): \(judgement)")
        }
        let pipelined = judge { tape, c in
            tape.send(c[0], "set k 0 0 silent noreply", "get k", "delete k noreply", "get k")
            tape.reply(c[0], "VALUE k 0 6\r\nsilent\r\nEND\r\nEND\r\n")
        }
        #expect(pipelined.verdict == .held, "\(pipelined)")
        let unwritten = judge { tape, c in
            tape.exchange(c[1], "set k 0 0 before", "STORED\r\n")
            tape.send(c[0], "set k 0 0 silent noreply")
            tape.exchange(c[1], "get k", "VALUE k 0 9\r\nunwritten\r\nEND\r\n")
        }
        #expect(unwritten.verdict == .violated, "\(unwritten)")
    }

    @Test("nothing is made of misses where keys may be evicted, of times to live, of errors of nobody's")
    func innocent() {
        let evicted = judge(isCampaign: false) { tape, c in
            tape.exchange(c[0], "set k 0 0 first", "STORED\r\n")
            tape.exchange(c[0], "get k", "END\r\n")
            tape.exchange(c[0], "add k 0 0 second", "STORED\r\n")
            tape.exchange(c[1], "add k 0 0 third", "STORED\r\n")
            tape.exchange(c[1], "delete k", "NOT_FOUND\r\n")
        }
        #expect(evicted.verdict == .held, "\(evicted)")
        let expired = judge { tape, c in
            tape.exchange(c[0], "set k 0 60 first", "STORED\r\n")
            tape.exchange(c[0], "get k", "END\r\n")
        }
        #expect(expired.violations.isEmpty, "\(expired)")
        let swallowed = judge { tape, c in
            tape.send(c[0], raw: Array("set k 0 0 3\r\nabcdef\r\nget k\r\n".utf8))
            tape.reply(c[0], "CLIENT_ERROR bad data chunk\r\nERROR\r\nEND\r\n")
        }
        #expect(swallowed.violations.isEmpty, "\(swallowed)")
        let unknown = judge { tape, c in
            tape.send(c[0], "ms k value O1", "mg k v", "mn")
            tape.reply(c[0], "ERROR\r\nERROR\r\nERROR\r\nMN\r\n")
        }
        #expect(unknown.violations.isEmpty && unknown.unsupportedCommands == ["ms"], "\(unknown)")
        let late = judge { tape, c in
            tape.send(c[0], raw: Array("set k 0 0 noreply\r\nget k\r\nversion\r\n".utf8))
            tape.reply(c[0], "ERROR\r\nEND\r\nVERSION 1\r\n")
        }
        #expect(late.violations.isEmpty, "\(late)")
        let flushed = judge { tape, c in
            tape.exchange(c[0], "set k 0 0 first", "STORED\r\n")
            tape.exchange(c[1], "flush_all", "OK\r\n")
            tape.exchange(c[0], "get k", "END\r\n")
        }
        #expect(flushed.violations.isEmpty, "\(flushed)")
        let quiet = judge { tape, c in
            tape.send(c[0], "mg a v k q", "mg b v k q", "ms c one q", "mn")
            tape.reply(c[0], "VA 1 kb\r\nx\r\nMN\r\n")
            tape.exchange(c[1], "get c", "VALUE c 0 3\r\none\r\nEND\r\n")
        }
        #expect(quiet.violations.isEmpty, "\(quiet)")
    }

    @Test("a reply of another request's form, one that is missing, one too many")
    func framing() {
        let swapped = judge { tape, c in
            tape.send(c[0], "get a", "delete a")
            tape.reply(c[0], "NOT_FOUND\r\nEND\r\n")
        }
        #expect(swapped.verdict == .violated, "\(swapped)")
        let lost = judge { tape, c in
            tape.send(c[0], "md a Ofirst", "md b Osecond", "md c Othird")
            tape.reply(c[0], "NF Ofirst\r\nNF Othird\r\n")
        }
        #expect(lost.violations.contains { $0.oracle == .loss }, "\(lost)")
        let doubled = judge { tape, c in
            tape.send(c[0], "version")
            tape.reply(c[0], "VERSION 1\r\nVERSION 1\r\n")
        }
        #expect(doubled.violations.contains { $0.oracle == .duplication }, "\(doubled)")
    }

    @Test(
        "in a capture of anybody's only who is answered as memcached answers is judged, whatever looks like a command")
    func strangers() {
        let judge = { (exchanges: [(String, String)]) in
            let tape = Tape("memcached")
            let c = tape.connect()
            for (request, reply) in exchanges {
                tape.send(c[0], raw: Array(request.utf8))
                tape.reply(c[0], reply)
            }
            c.forEach(tape.close)
            let evidence = Evidence(
                capture: tape.flows, codec: tape.codec, end: Timestamp(nanoseconds: tape.now + 60_000_000_000))
            return Judge().judge(evidence)
        }
        let foreign = [
            [("GET / HTTP/1.0\r\nHost: a\r\n\r\n", "HTTP/1.0 401 Unauthorized\r\n\r\n")],
            [("get /\r\n", "iThis is gopher\r\n.\r\n")],
            [("USER me\r\n", "331 password\r\n"), ("quit\r\n", "221 bye\r\n")],
        ]
        for exchanges in foreign {
            let judgement = judge(exchanges)
            #expect(judgement.violations.isEmpty && judgement.exercised.answered == 0, "\(judgement)")
        }
        let own = [("set k 0 0 1\r\n1\r\n", "STORED\r\n"), ("get k\r\n", "VALUE k 0 1\r\n1\r\nEND\r\n")]
        #expect(judge(own).exercised.answered == 2)
        #expect(judge(own + [("incr k 1\r\n", "5\r\n")]).verdict == .violated)
    }

    @Test("a command in capitals is none, and its value a request of its own")
    func capitals() {
        let judgement = judge { tape, c in
            tape.send(c[0], raw: Array("SET k 0 0 1\r\n1\r\n".utf8))
            tape.reply(c[0], "ERROR\r\nERROR\r\n")
            tape.exchange(c[0], "get k", "END\r\n")
        }
        #expect(judgement.verdict == .held, "\(judgement)")
    }
}
