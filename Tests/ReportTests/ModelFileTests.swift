import Report
import Testing
import Verification

/// Goal: a user's own model decides as it is written, and what is wrong in its file is told with its place. Method:
/// small models and histories by hand.
@Suite("Models in YAML")
struct ModelFileTests {
    static let turnstile = """
        model: turnstile
        states: [locked, open]
        operations:
          coin:
            - {to: open, answer: ok}
          push:
            - {from: open, to: locked, answer: passed}
            - {from: locked, answer: refused}
        """

    private func verdict(_ model: String, _ lines: String...) throws -> Verdict {
        let file = try ModelFile(model, name: "m.yaml")
        let history = try HistoryFile.read(
            bytes: Array(lines.joined(separator: "\n").utf8), HistoryOptions(file.vocabulary))
        return file.check(history, Checker()).verdict
    }

    @Test("a table of transitions")
    func table() throws {
        let coin = #"{"f":"coin","c":0,"r":"ok","t0":1,"t1":2}"#
        let passed = #"{"f":"push","c":1,"r":"passed","t0":3,"t1":4}"#
        #expect(try verdict(Self.turnstile, coin, passed) == .held)
        #expect(try verdict(Self.turnstile, passed) == .violated)
        #expect(
            try verdict(Self.turnstile, coin, passed, #"{"f":"push","c":1,"r":"passed","t0":5,"t1":6}"#) == .violated)
        // At once, the coin may have been first; unanswered, it may have fallen at any time.
        #expect(try verdict(Self.turnstile, passed, #"{"f":"coin","c":0,"r":"ok","t0":2,"t1":9}"#) == .held)
        #expect(try verdict(Self.turnstile, #"{"f":"coin","c":0,"t0":1,"s":"info"}"#, passed) == .held)
        #expect(try verdict(Self.turnstile, coin, #"{"f":"push","c":1,"r":"refused","t0":3,"t1":4}"#) == .violated)
        // Each key is an object of its own.
        #expect(
            try verdict(
                Self.turnstile, #"{"f":"coin","k":"a","c":0,"r":"ok","t0":1,"t1":2}"#,
                #"{"f":"push","k":"b","c":1,"r":"passed","t0":3,"t1":4}"#) == .violated)
    }

    @Test("what a table does not name is not judged, nor what came after it")
    func foreign() throws {
        let coin = #"{"f":"coin","c":0,"r":"ok","t0":1,"t1":2}"#
        let kick = #"{"f":"kick","c":0,"r":"ok","t0":3,"t1":4}"#
        let refused = #"{"f":"push","c":1,"r":"refused","t0":5,"t1":6}"#
        let open = #"{"f":"push","c":1,"r":"passed","t0":0,"t1":0}"#
        #expect(try verdict(Self.turnstile, kick) == .nothingTested)
        #expect(try verdict(Self.turnstile, coin, kick, refused) == .inconclusive)
        #expect(try verdict(Self.turnstile, open, coin, kick) == .violated)
        #expect(try verdict(Self.turnstile, coin, #"{"f":"kick","c":0,"t0":3,"t1":4,"s":"fail"}"#) == .held)
    }

    @Test("Jepsen's histories too, and sentences with the user's names")
    func edn() throws {
        let file = try ModelFile(Self.turnstile, name: "m.yaml")
        let text = """
            {:type :invoke, :f :push, :process 0, :time 1}
            {:type :ok, :f :push, :process 0, :value "passed", :time 2}
            """
        let result = file.check(
            try HistoryFile.read(bytes: Array(text.utf8), HistoryOptions(file.vocabulary)), Checker())
        #expect(result.violations.first?.summary.hasPrefix("push → passed (op 0)") == true, "\(result)")
    }

    @Test("a built-in kind under other names, and with another beginning")
    func renamed() throws {
        let machine = """
            model: ticket machine
            kind: counter
            functions: {draw: increment, look: get}
            initial: 100
            """
        let lines = [
            #"{"f":"draw","c":0,"r":101,"t0":1,"t1":2}"#, #"{"f":"look","c":0,"r":101,"t0":3,"t1":4}"#,
            #"{"f":"draw","c":1,"r":102,"t0":3,"t1":9}"#,
        ]
        #expect(try verdict(machine, lines[0], lines[1], lines[2]) == .held)
        #expect(try verdict(machine, lines[0], #"{"f":"draw","c":1,"r":101,"t0":3,"t1":9}"#) == .violated)
        let light = "{model: light, kind: register, functions: {dim: write, see: read}, initial: 7}"
        #expect(try verdict(light, #"{"f":"see","c":0,"r":7,"t0":1,"t1":2}"#) == .held)
        #expect(try verdict(light, #"{"f":"see","c":0,"r":null,"t0":1,"t1":2}"#) == .violated)
    }

    @Test(
        "what is wrong is told",
        arguments: [
            ("model: [", "no YAML"), ("- a", "must be a map"), ("kind: counter", "model must be a text"),
            ("model: x", "give 'kind'"), ("{model: x, kind: heap}", "unknown kind 'heap'"),
            ("{model: x, kind: counter, functions: {a: fly}}", "unknown function 'fly'"),
            ("{model: x, kind: queue, initial: 3}", "a queue starts empty"),
            ("{model: x, kind: counter, initial: three}", "whole number"),
            ("{model: x, states: []}", "list of different names"),
            ("{model: x, states: [a], operations: {f: [{to: b}]}}", "operations: f: an unknown state 'b'"),
            ("{model: x, states: [a], operations: {f: [{too: a}]}}", "unknown field 'too'"),
            ("{model: x, states: [a], operations: {f: []}}", "list of transitions"),
            ("{model: x, kinds: counter}", "unknown field 'kinds'"),
        ])
    func errors(text: String, reason: String) {
        do {
            _ = try ModelFile(text, name: "m.yaml")
            Issue.record("no error for \(text)")
        } catch {
            #expect(error.description.hasPrefix("m.yaml: ") && error.description.contains(reason), "\(error)")
            #expect(!error.description.contains("\n"))
        }
    }
}
