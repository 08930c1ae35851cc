import Foundation
import Testing
import Verification

/// Goal: what the reader does not understand, or what is missing, is named with its place and never guessed. Method:
/// small files by hand, each with one such thing; and every cut of random files, of which none may be accused of more
/// than the whole one is.
@Suite("Histories in doubt")
struct JournalDoubtTests {
    private func read(_ text: String) throws -> History { try HistoryFile.read(bytes: Array(text.utf8)) }

    private func expectError(_ text: String, _ line: Int, _ words: String) {
        do {
            _ = try read(text)
            Issue.record("no error for \(text)")
        } catch {
            let error = error as? HistoryError
            #expect(error?.line == line && error?.reason.contains(words) == true, "\(String(describing: error))")
        }
    }

    @Test("where no function is known, the file is refused; else the unknown ones are named") func functions() throws {
        expectError(JournalTests.edn("0 invoke frobnicate 1", "0 ok frobnicate 1"), 1, "'frobnicate'")
        expectError(#"{"f":"jump","t0":5}"#, 1, "'jump'")
        let history = try read(JournalTests.edn("0 invoke read", "0 ok read nil", "0 invoke frob 1", "0 ok frob 1"))
        #expect(history.functions == [.read, .other] && history.words(history.expectations[1]) == "frob")
        let line = #"{"f":"read","t0":1,"t1":2}"# + "\n" + #"{"f":"frob","t0":3,"t1":4}"#
        #expect(try read(line).functions == [.read, .other])
    }

    @Test(
        "fields that may change the meaning make an operation foreign; those for people do not",
        arguments: [
            (":ttl 5", "write with :ttl"), (":error :x", ""), (":node \"n1\"", ""), (":jepsen/x 1", ""),
            (":if :absent", "write with :if"),
        ])
    func fields(field: String, name: String) throws {
        let text = """
            {:process 0 :type :invoke :f :read} {:process 0 :type :ok :f :read :value nil}
            {:process 0 :type :invoke :f :write :value 1 \(field)} {:process 0 :type :ok :f :write :value 1}
            """
        let history = try read(text)
        #expect(history.functions[1] == (name.isEmpty ? .write : .other))
        if !name.isEmpty { #expect(history.words(history.expectations[1]).contains(name)) }
    }

    @Test(
        "what is wrong with an event is told with its place",
        arguments: [
            ("{:type :ok :process 0 :f :read}", 1, "without an invocation"),
            ("\n{:type :invoke :f :read}", 2, "needs :process"), ("{:type :invoke :process 0}", 1, "needs :f"),
            ("{:process 0 :f :read}", 1, "needs :type"), ("{:type :invoke :process 0 :f 5}", 1, "a name"),
            ("{:type :invoke :process 0 :f :read}\n{:type :ok :process 0 :f :write}", 2, "invoked a read at line 1"),
            ("{:type :invoke :process 0 :f :read}\n{:type :late :process 1 :f :read}", 2, "not late"),
            ("{:type :invoke :process 0 :f :read :value 01}", 1, "no number"),
            ("{:type :invoke :process 0 :f :read :value {:a 1 :a 2}}", 1, "one key twice"),
            ("{:type :invoke :process 0 :f :read} 5", 1, "expected a map"),
            ("[{:type :invoke :process 0 :f :read}] 5", 1, "behind the journal"),
            ("0 :invoke :read nil\nwhat is this\n", 2, "expected a process"),
            (#"{"f":5,"t0":1}"#, 1, "f must be"), (#"{"f":"read","t0":1,"s":"okay"}"#, 1, "s must be"),
            (#"{"f":"read","t0":1,"s":"ok"}"#, 1, "needs t1"), (#"{"f":"read","t0":"1"}"#, 1, "whole number"),
            ("PK\u{3}\u{4}", 1, "expected a history"),
        ])
    func errors(text: String, line: Int, words: String) {
        expectError(text, line, words)
    }

    @Test("a process that invokes twice leaves doubt; what is violated is violated") func twice() throws {
        let history = try read(JournalTests.edn("0 invoke write 1", "0 invoke read", "0 ok read 1"))
        #expect(history.statuses == [.info, .ok] && history.doubts.first?.contains("line 2") == true)
        #expect(Checker().check(history, model: .register).verdict == .inconclusive)
        let bad = try read(JournalTests.edn("0 invoke write 1", "0 invoke read", "0 ok read 7"))
        #expect(Checker().check(bad, model: .register).verdict == .violated)
    }

    @Test("an unknown end makes the operation foreign") func ends() throws {
        let text = JournalTests.edn("0 invoke read", "0 ok read nil", "0 invoke write 1", "0 timeout write 1")
        let history = try read(text)
        #expect(history.functions == [.read, .other] && history.words(history.expectations[1]) == "\":type timeout\"")
    }

    // MARK: Cut files

    @Test("a journal that is cut is judged up to there, and never more than inconclusive") func cut() throws {
        let good = JournalTests.edn("0 invoke write 1", "0 ok write 1", "0 invoke read", "0 ok read 1")
        let bad = JournalTests.edn("0 invoke write 1", "0 ok write 1", "0 invoke read", "0 ok read 5")
        for (text, verdict) in [(good, Verdict.inconclusive), (bad, .violated)] {
            for cut in [
                "[" + text, "(" + text, text + "\n{:process 0, :type :inv", "[\(text)] [\(text)]", "(\(text)) \(text)",
            ] {
                let history = try read(cut)
                #expect(history.count == 2 && history.doubts.count == 1, "\(cut)")
                #expect(Checker().check(history, model: .register).verdict == verdict, "\(cut)")
            }
        }
    }

    @Test("numbers of events that begin anew are another journal") func indices() throws {
        let text = """
            {:process 0 :type :invoke :f :read :index 4} {:process 0 :type :ok :f :read :value nil :index 5}
            {:process 0 :type :invoke :f :read :index 0} {:process 0 :type :ok :f :read :value 7 :index 1}
            """
        let history = try read(text)
        #expect(history.count == 1 && history.doubts.first?.contains("goes back from 4 to 0") == true)
    }

    @Test("a header that promises more, another header, half a line: what is missing may explain what is there")
    func cutRows() throws {
        let header = #"{"format":"linhist-1","model":"register","ops":3}"#
        let rows = [
            #"{"f":"write","v":1,"t0":0,"t1":1}"#, #"{"f":"read","r":9,"t0":2,"t1":3}"#,
            #"{"f":"read","r":1,"t0":5,"t1":6}"#,
        ]
        let whole = ([header] + rows).joined(separator: "\n")
        #expect(Checker().check(try read(whole), model: .register).verdict == .violated)
        // The read of 9 was over before whatever is missing began.
        for cut in [whole.replacing("\"ops\":3", with: "\"ops\":7"), whole + "\n{\"f\":\"re"] {
            let result = Checker().check(try read(cut), model: .register)
            #expect(result.verdict == .violated && result.inconclusive.first?.contains("cut") == true, "\(result)")
        }
        let early = ([header] + rows.prefix(2)).joined(separator: "\n")
        let result = Checker().check(try read(early), model: .register)
        #expect(result.verdict == .inconclusive && result.inconclusive.first?.contains("promises 3") == true)
        let second = try read(whole + "\n" + whole)
        #expect(second.count == 3 && second.doubts.first?.contains("line 5") == true)
    }

    @Test("a compressed file that is cut is one that is cut") func damagedCompression() throws {
        let rows = HistoryGenerator(model: .register, operations: 40, clients: 4, seed: 7).generate()
        let journal = JournalTests.edn("0 invoke write 1", "0 ok write 1", "0 invoke read", "0 ok read 1")
        for bytes in [HistoryFile.linhist(rows), Array(journal.utf8)] {
            let whole = Gzip.stored(bytes)
            // Without its end, and without some of its content too.
            for length in [whole.count - 3, whole.count - 30] {
                let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
                defer { try? FileManager.default.removeItem(atPath: path) }
                try Data(whole.prefix(length)).write(to: URL(fileURLWithPath: path))
                let result = Checker().check(try HistoryFile.read(path), model: .register)
                #expect(result.verdict == .inconclusive && result.inconclusive.joined().contains("cut"), "\(result)")
            }
        }
    }

    @Test("no cut of a sound file is accused", arguments: [CheckModel.register, .queue, .set, .counter])
    func cuts(model: CheckModel) throws {
        let history = HistoryGenerator(model: model, operations: 24, clients: 4, seed: 7).generate()
        let bytes = HistoryFile.linhist(history)
        for length in stride(from: 1, to: bytes.count - 1, by: 1) {
            guard let part = try? HistoryFile.read(bytes: Array(bytes.prefix(length))) else { continue }
            let verdict = Checker().check(part, model: model).verdict
            #expect(verdict == .inconclusive || verdict == .nothingTested, "\(length)")
        }
    }
}
