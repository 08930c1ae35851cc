import Testing
import Verification

/// Goal: a journal means what its writer meant, value by value, and where the reader cannot know, it says so and does not
/// guess. Method: small journals by hand, each a kind of what real ones do, held against what they must mean.
@Suite("Journals")
struct JournalTests {
    /// Lines of `process :type :f value` as a journal in EDN.
    static func edn(_ lines: String...) -> String { lines.map(map).joined(separator: "\n") }

    private static func map(_ line: String) -> String {
        let words = line.split(separator: " ", maxSplits: 3)
        let value = words.count > 3 ? ", :value \(words[3])" : ""
        return "{:process \(words[0]), :type :\(words[1]), :f :\(words[2])\(value)}"
    }

    private func read(_ text: String, isKeyed: Bool? = nil) throws -> History {
        try HistoryFile.read(bytes: Array(text.utf8), HistoryOptions(isKeyed: isKeyed))
    }

    private func verdict(_ text: String, _ model: CheckModel = .register) throws -> Verdict {
        Checker().check(try read(text), model: model).verdict
    }

    // MARK: Values

    @Test(
        "what was written is read back, of any type",
        arguments: [
            "[1 2 3]", "[1 2]", "(1 2)", "[]", "#{1 2}", "{:a 1, :b [2]}", "true", "false", ":a", "\"a\"", "a",
            "\\a",
            "1.5", "-0.25e3", "1/3", "12345678901234567890", "-9223372036854775808", "#inst \"2024-01-01\"", "\"\"",
            "##NaN", "nil",
            "{}", "#{}", "[nil [true {:x nil}]]", "1000000000000000000", "1152921504606846976", "9223372036854775807",
            "#:a{:b 1}",
            "\"a b\\n\\\"\"", "\"ü🙂\"", "\\newline", ":a/b", "^:m [1]", "[#_ 1 2]", "#foo/bar {:a 1}",
        ])
    func roundTrip(value: String) throws {
        let there = Self.edn("0 invoke write \(value)", "0 ok write \(value)", "1 invoke read", "1 ok read \(value)")
        #expect(try verdict(there) == .held)
        let other = there + "\n" + Self.edn("1 invoke read nil", "1 ok read \"another\"")
        #expect(try verdict(other) == .violated)
    }

    @Test(
        "values of different types are different",
        arguments: [
            ("true", "1"), ("false", "0"), (":a", "\"a\""), ("a", "\"a\""), ("\\a", "\"a\""), ("nil", "\"nil\""),
            ("nil", "0"), ("nil", "false"), ("1", "1.0"), ("1", "\"1\""), ("[1 2]", "[2 1]"), ("[1]", "1"),
            ("#{1}", "[1]"),
            ("\"é\"", "\"e\u{301}\""), (":a/b", ":b"), ("#a 1", "1"),
            ("1152921504606846976", "\"1152921504606846976\""),
            ("12345678901234567890", "12345678901234567891"), ("9223372036854775808", "-9223372036854775808"),
            ("0.1", "0.10000000000000000001"), ("{:a 1}", "[:a 1]"), ("[]", "nil"), ("\"\"", "nil"), ("[[]]", "[]"),
            ("\"\\ud800\"", "\"\\ud801\""), ("\"\\ud800\"", "\"\u{fffd}\""),
        ])
    func types(one: String, other: String) throws {
        for (written, found) in [(one, other), (other, one)] {
            let text = Self.edn(
                "0 invoke write \(written)", "0 ok write \(written)", "1 invoke read", "1 ok read \(found)")
            #expect(try verdict(text) == .violated, "\(written) was written and \(found) read")
        }
    }

    @Test(
        "spellings of one value are one value",
        arguments: [
            ("[1 2]", "(1 2)"), ("[1, 2]", "[1 2]"), ("#{1 2}", "#{2 1}"), ("{:a 1 :b 2}", "{:b 2, :a 1}"), ("5", "+5"),
            ("5", "5N"), ("1.5", "1.50"), ("1.5", "15e-1"), ("1.5M", "1.5"), ("2/4", "1/2"), ("4/2", "2"), ("-0", "0"),
            ("\"\\u0041\"", "\"A\""), ("\\u0041", "\\A"), ("^{:a 1} [1]", "[1]"), ("1e3", "1000.0"),
            ("#:a{:b 1}", "{:a/b 1}"),
            ("\"\\ud83d\\ude42\"", "\"🙂\""), ("1E+2", "100.0"), ("0.0", "0e7"), ("; why\n7", "7"),
        ])
    func spellings(one: String, other: String) throws {
        let text = Self.edn("0 invoke write \(one)", "0 ok write \(one)", "1 invoke read", "1 ok read \(other)")
        #expect(try verdict(text) == .held)
    }

    @Test("bytes that are no text are told apart, and survive") func bytes() throws {
        func journal(_ byte: UInt8) -> [UInt8] {
            let start = Array(#"{:process 0 :type :invoke :f :write :value ""#.utf8)
            return start + [byte] + Array("\"}".utf8)
        }
        let one = try HistoryFile.read(bytes: journal(0xFE))
        let other = try HistoryFile.read(bytes: journal(0xFF))
        #expect(one.values[one.arguments[0]] == .bytes([0xFE]) && other.values[other.arguments[0]] == .bytes([0xFF]))
    }

    // MARK: Keys

    @Test("a list of two is a key and a value where every operation has one, and only there") func keyed() throws {
        let independent = Self.edn(
            "0 invoke write [:x 1]", "0 ok write [:x 1]", "1 invoke read [:y nil]", "1 ok read [:y nil]")
        let history = try read(independent)
        #expect(history.keys.map(history.words) == [":x", ":y"] && history.arguments == [1, History.null])
        #expect(try verdict(independent, .kv) == .held)
        #expect(try verdict(independent) == .held)
        #expect(Set(try read(independent, isKeyed: false).keys) == [0])
        // A read was invoked without one: then it is a value.
        let listed = Self.edn("0 invoke write [7 8]", "0 ok write [7 8]", "1 invoke read nil", "1 ok read [7 8]")
        #expect(Set(try read(listed).keys) == [0])
        #expect(try verdict(listed) == .held)
        #expect(try read(listed, isKeyed: true).keys == [7, 7])
        #expect(throws: HistoryError.self) { try read(Self.edn("0 invoke write 5"), isKeyed: true) }
        // Nothing is no key.
        let nothing = try read(Self.edn("0 invoke cas [7 [nil 8]]", "0 ok cas false", "1 invoke write [nil 8]"))
        #expect(nothing.keys == [0, 0] && nothing.expectations[0] == 7)
    }

    @Test("a compare-and-set has two values of its own") func keyedSwaps() throws {
        let plain = try read(Self.edn("0 invoke cas [1 2]", "0 ok cas [1 2]"))
        #expect(plain.keys == [0] && plain.expectations == [1] && plain.arguments == [2])
        let keyed = try read(Self.edn("0 invoke cas [5 [1 2]]", "0 ok cas [5 [1 2]]", "1 invoke read [5 nil]"))
        #expect(keyed.keys == [5, 5] && keyed.expectations[0] == 1 && keyed.arguments[0] == 2)
        // Of lists: the first one has no key.
        let lists = try read(Self.edn("0 invoke cas [[1 2] [3 4]]", "0 ok cas [[1 2] [3 4]]"))
        #expect(lists.keys == [0] && lists.words(lists.expectations[0]) == "[1 2]")
    }

    @Test("transactions of two steps are no keys") func transactions() throws {
        let steps = try? read(Self.edn("0 invoke read nil", "0 ok read 1", "1 invoke txn [[:r 1 nil] [:w 2 3]]"))
        #expect(steps?.keys == [0, 0])
    }

    @Test("a field :key names the key") func keyField() throws {
        let text = """
            {:process 0, :type :invoke, :f :put, :key "a", :value 1}
            {:process 0, :type :ok, :f :put, :key "a", :value 1}
            {:process 0, :type :invoke, :f :get, :key "b", :value [1 2]}
            {:process 0, :type :ok, :f :get, :value nil}
            """
        let history = try read(text)
        #expect(history.keys.map(history.words) == ["a", "b"])
        #expect(try verdict(text, .kv) == .held)
    }

    // MARK: Processes, times, lines

    @Test("only the nemesis is no client", arguments: [":nemesis", "\"nemesis\"", "nemesis"])
    func processes(nemesis: String) throws {
        let text = Self.edn(
            "\"c1\" invoke write 1", "\"c1\" ok write 1", "\(nemesis) info start", ":c2 invoke read",
            ":c2 ok read nil", "123456789012 invoke write 3")
        let history = try read(text)
        #expect(history.count == 3 && Set(history.clients).count == 3)
        #expect(history.words(client: history.clients[0]) == "client c1")
        #expect(try verdict(text) == .violated)
    }

    @Test("JSON may keep the colons of keywords") func colons() throws {
        let text = """
            [{"process":":nemesis","type":":info","f":":kill","value":null},
             {"process":0,"type":":invoke","f":":write","value":":a"},{"process":0,"type":"ok","f":"write","value":":a"}]
            """
        let history = try read(text)
        #expect(history.functions == [.write] && history.statuses == [.ok])
        #expect(history.values[history.arguments[0]] == .text(":a"))
    }

    @Test("the order of lines is the order of events, whatever the times say") func order() throws {
        func journal(_ times: [String]) -> String {
            let events = ["0 invoke write 1", "0 ok write 1", "1 invoke read", "1 ok read nil"]
            return zip(events, times).map { Self.edn($0).dropLast() + ", :time \($1)}" }.joined(separator: "\n")
        }
        for times in [
            ["1", "5", "5", "6"], ["9", "7", "5", "3"], ["0", "0", "0", "0"], ["\"x\"", "1.5", "nil", "5"],
        ] {
            #expect(try verdict(journal(times)) == .violated, "\(times)")
        }
        #expect(try read(journal(["10", "20", "30", "40"])).completed == [20, 40])
        #expect(try read(journal(["10", "20", "30", "40"])).hasClock)
        for times in [
            ["9", "7", "5", "3"], ["0", "0", "0", "0"], ["1", "\"x\"", "3", "4"],
            ["9223372036854775807", "1", "2", "3"],
        ] {
            #expect(try read(journal(times)).hasClock == false)
        }
        let modern = ["1793000000000000000", "1793000000000000010", "1793000000000000020", "1793000000000000030"]
        #expect(try read(journal(modern)).invoked[1] == 1_793_000_000_000_000_020)
        let overlapping = """
            {:process 0, :type :invoke, :f :write, :value 1, :time 10, :index 0}
            {:process 1, :type :invoke, :f :write, :value 2, :time 30, :index 1}
            {:process 0, :type :ok, :f :write, :value 1, :time 20, :index 2}
            {:process 1, :type :ok, :f :write, :value 2, :time 40, :index 3}
            {:process 0, :type :invoke, :f :read, :value nil, :time 50, :index 4}
            {:process 0, :type :ok, :f :read, :value 1, :time 60, :index 5}
            """
        #expect(try verdict(overlapping) == .held)
    }

    @Test("in brackets, in parentheses, behind a mark, with other line ends: the same journal") func frames() throws {
        let plain = Self.edn("0 invoke write [0 1]", "0 ok write [0 1]", "1 invoke read [0 nil]", "1 ok read [0 1]")
        let wanted = try read(plain)
        let framed = [
            "[\(plain)]", "(\(plain))", "\u{feff}\(plain)", "\u{feff}(\(plain)\n)\n; the end\n",
            plain.replacing("\n", with: "\r\n"), "#_ {:type :jump} [\(plain)]", "#jepsen.history.History [\(plain)]",
            plain.replacing("{:p", with: "#jepsen.history.Op{:p"), "^{:a 1} [\(plain)]",
            plain.replacing("\n", with: " "),
            plain.replacing(":process", with: "\"process\""),
        ]
        for text in framed {
            let history = try read(text)
            #expect(
                history.keys == wanted.keys && history.results == wanted.results && history.doubts.isEmpty, "\(text)")
        }
    }

    // MARK: What answers mean

    @Test("nil is a value, and what a register holds before its first write") func nothing() throws {
        let text = Self.edn(
            "0 invoke write 1", "0 ok write 1", "0 invoke write nil", "0 ok write nil", "0 invoke read", "0 ok read nil"
        )
        #expect(try read(text).arguments == [1, History.null, History.null])
        #expect(try verdict(Self.edn("0 invoke read", "0 ok read nil")) == .held)
    }

    @Test("the answer of append is the offset, unless all of them only echo") func offsets() throws {
        let log = Self.edn("0 invoke append 5", "0 ok append 0", "0 invoke read 0", "0 ok read 5")
        #expect(try read(log).results == [0, 5])
        #expect(try verdict(log, .log) == .held)
        let echo = try read(Self.edn("0 invoke append 5", "0 ok append 5", "0 invoke append 6", "0 ok append 6"))
        #expect(echo.results == [History.null, History.null])
    }

    @Test("a value that stands only in the completion belongs to the operation") func late() throws {
        let text = Self.edn("0 invoke write nil", "0 ok write 2", "0 invoke read", "0 ok read 2")
        #expect(try read(text).arguments[0] == 2)
        #expect(try verdict(text) == .held)
        // One that crashed wrote what nobody can know.
        let crashed = try read(text + "\n" + Self.edn("1 invoke write nil", "1 info write nil"))
        #expect(crashed.functions[2] == .other && crashed.words(crashed.expectations[2]).contains("only its answer"))
        let keyed = try read(Self.edn("0 invoke write [1 nil]", "0 ok write [1 2]", "0 invoke read [1 nil]"))
        #expect(keyed.keys == [1, 1] && keyed.arguments[0] == 2)
    }

    @Test("a yes or no is 1 or 0 where it is an answer, and an echo is none") func answers() throws {
        let history = try read(
            Self.edn(
                "0 invoke add 5", "0 ok add true", "0 invoke add 6", "0 ok add 6", "0 invoke contains 5",
                "0 ok contains false", "0 invoke remove 5", "0 ok remove nil", "0 invoke cas [1 2]", "0 ok cas false",
                "0 invoke cas [1 2]", "0 ok cas [1 2]", "0 invoke acquire", "0 ok acquire false", "0 invoke read",
                "0 ok read true"))
        #expect(history.results.dropLast() == [1, History.null, 0, History.null, 0, History.null, History.null])
        #expect(history.statuses[6] == .fail && history.values[history.results[7]] == .bool(true))
        let odd = try read(Self.edn("0 invoke contains 5", "0 ok contains 5", "0 invoke read", "0 ok read 1"))
        #expect(odd.functions == [.other, .read])
        // `false` may be the new value once more, or a no; `true` says yes either way.
        let unclear = try read(
            Self.edn("0 invoke cas [1 false]", "0 ok cas false", "0 invoke cas [1 true]", "0 ok cas true"))
        #expect(unclear.functions == [.other, .compareAndSet])
    }

    @Test("numbers say how many permits of a semaphore, and which of several locks") func permits() throws {
        let text = Self.edn(
            "0 invoke acquire 2", "0 ok acquire 2", "1 invoke acquire 1", "1 ok acquire 1", "0 invoke release 2",
            "0 ok release 2", "1 invoke release 1", "1 ok release 1")
        for (model, permits, wanted) in [(CheckModel.semaphore, 3, Verdict.held), (.semaphore, 2, .violated)] {
            var history = try HistoryFile.read(
                bytes: Array(text.utf8), HistoryOptions(HistoryVocabulary().suited(to: model)))
            history.initial = permits
            #expect(Checker().check(history, model: model).verdict == wanted, "\(permits) permits")
        }
        #expect(throws: HistoryError.self) {
            try HistoryFile.read(bytes: Array(text.utf8), HistoryOptions(HistoryVocabulary().suited(to: .mutex)))
        }
    }

    @Test("the accounts of JSON are numbers, though its keys are texts") func accounts() throws {
        func journal(_ after: Int) -> String {
            let transfer = #"{"from":0,"to":1,"amount":3}"#
            return [
                (0, "invoke", "read", "null"), (0, "ok", "read", #"{"0":10,"1":10}"#),
                (1, "invoke", "transfer", transfer), (1, "ok", "transfer", transfer), (0, "invoke", "read", "null"),
                (0, "ok", "read", #"{"0":7,"1":\#(after)}"#),
            ].map { #"{"process":\#($0),"type":"\#($1)","f":"\#($2)","value":\#($3)}"# }.joined(separator: "\n")
        }
        #expect(try verdict(journal(13), .bank) == .held)
        #expect(try verdict(journal(10), .bank) == .violated)
    }

    @Test("a journal of which no operation can be judged is refused at its first one") func nothingToJudge() {
        let text = Self.edn("0 invoke cas 1", "0 ok cas 1", "1 invoke contains 5", "1 ok contains 5")
        do {
            _ = try read(text)
            Issue.record("nothing was refused")
        } catch let error as HistoryError {
            #expect(error.line == 1 && error.reason.contains("nothing in it can be judged"), "\(error)")
        } catch {
            Issue.record(error)
        }
    }

    @Test("a backslash before the end of a line is told at its place in it") func backslash() {
        let text = "{:process 0, :type :invoke, :f :write,\n :value \\\n}"
        do {
            _ = try read(text)
            Issue.record("nothing was refused")
        } catch let error as HistoryError {
            #expect(error.line == 2 && (1...10).contains(error.column), "\(error)")
        } catch {
            Issue.record(error)
        }
    }

    @Test("a process goes on after info under the same number or another") func info() throws {
        let text = Self.edn(
            "0 invoke write 1", "0 info write :timed-out", "0 invoke read", "0 ok read 1", "5 invoke read",
            "5 fail read")
        #expect(try read(text).statuses == [.info, .ok, .fail])
        #expect(try verdict(text) == .held)
    }

    @Test("names of which only bytes differ, and marks that combine with what stands before them, survive writing")
    func oddNames() throws {
        func event(_ process: [UInt8], _ rest: String) -> [UInt8] {
            Array("{:process \"".utf8) + process + Array("\" :type :invoke :f :write :value \(rest)}\n".utf8)
        }
        let journal = event([0xF7], ":\u{7ED}") + event([0xF6], ":\u{7ED}a") + event([0xF5], "1")
        let history = try HistoryFile.read(bytes: journal)
        let again = try HistoryFile.read(bytes: HistoryFile.linhist(history))
        #expect(Set(history.clientNames.values).count == 3)
        #expect(again.clients == history.clients)
        #expect(again.arguments.map(again.words) == history.arguments.map(history.words))
        #expect(Set(history.arguments).count == 3)
    }

    @Test("a long text within a value that JSON has no word for survives writing")
    func longInEDN() throws {
        let long = String(repeating: "x\\\"\u{7}", count: 2000)
        let journal =
            "{:process 0 :type :invoke :f :add :value #{1 \"\(long.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"}}"
        let history = try HistoryFile.read(bytes: Array(journal.utf8))
        let again = try HistoryFile.read(bytes: HistoryFile.linhist(history))
        #expect(again.words(again.arguments[0]) == history.words(history.arguments[0]))
        #expect(history.words(history.arguments[0]).contains("bytes"))
    }
}
