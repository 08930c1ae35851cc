import Testing
import Verification

/// Goal: `linhist-1` keeps values and times as they are, and takes nothing for something else. Method: lines by hand, and
/// values of every type written and read again.
@Suite("linhist-1 to the letter")
struct LinhistStrictnessTests {
    private func read(_ lines: String...) throws -> History {
        try HistoryFile.read(bytes: Array(lines.joined(separator: "\n").utf8))
    }

    private func verdict(_ written: String, _ found: String) throws -> Verdict {
        let history = try read(
            #"{"f":"write","v":\#(written),"t0":0,"t1":1}"#, #"{"f":"read","r":\#(found),"t0":2,"t1":3}"#)
        return Checker().check(history, model: .register).verdict
    }

    @Test(
        "values keep their type",
        arguments: [
            ("true", "1"), ("false", "0"), ("null", "0"), ("null", "\"null\""), ("1", "1.0"), ("1", "\"1\""),
            ("[]", "null"),
            ("[1,2]", "[2,1]"), ("{\"a\":1}", "[\"a\",1]"), ("1152921504606846976", "\"1152921504606846976\""),
            ("18446744073709551615", "18446744073709551616"), ("\"\\u00e9\"", "\"e\\u0301\""),
            ("-9223372036854775808", "null"),
        ])
    func types(one: String, other: String) throws {
        for value in [one, other] { #expect(try verdict(value, value) == .held) }
        #expect(try verdict(one, other) == .violated)
        #expect(try verdict(other, one) == .violated)
    }

    @Test("times of today in nanoseconds are times, and times of 2^62 are refused") func times() throws {
        let history = try read(
            #"{"f":"write","v":1,"c":0,"t0":1793000000000000000,"t1":1793000000000000005,"s":"ok"}"#,
            #"{"f":"read","r":2,"c":0,"t0":1793000000000000009,"t1":1793000000000000010,"s":"ok"}"#)
        #expect(history.completed == [1_793_000_000_000_000_005, 1_793_000_000_000_000_010])
        #expect(Checker().check(history, model: .register).verdict == .violated)
        for time in [
            "4611686018427387904", "-4611686018427387904", "9223372036854775807", "99999999999999999999", "1e3",
        ] {
            #expect(throws: HistoryError.self) { try read(#"{"f":"read","t0":\#(time)}"#) }
        }
    }

    @Test("clients may have names, and keys may be called so") func names() throws {
        let history = try read(
            #"{"f":"read","key":"a","c":"alice","t0":1}"#, #"{"f":"read","k":"a","c":123456789012,"t0":1}"#,
            #"{"f":"read","k":["a"],"c":"alice","t0":1}"#)
        #expect(history.keys[0] == history.keys[1] && history.keys[2] != history.keys[0])
        #expect(history.clients[0] == history.clients[2] && history.clients[1] != history.clients[0])
        #expect(history.words(client: history.clients[1]) == "client 123456789012")
    }

    @Test("a compare-and-set has u, or a list of two in v; nothing else has u") func swaps() throws {
        let history = try read(
            #"{"f":"cas","v":[1,2],"t0":1}"#, #"{"f":"cas","u":1,"v":[3,4],"t0":1}"#,
            #"{"f":"cas","u":null,"v":1,"t0":1}"#,
            #"{"f":"cas","v":1,"t0":1}"#, #"{"f":"write","u":1,"v":1,"t0":1}"#,
            #"{"f":"write","v":[1,2],"ttl":5,"t0":1}"#,
            #"{"f":"write","v":[1,2],"node":"n1","t0":1}"#)
        #expect(history.functions == [.compareAndSet, .compareAndSet, .compareAndSet, .other, .other, .other, .write])
        #expect(history.expectations.prefix(3) == [1, 1, History.null] && history.arguments[0] == 2)
        #expect(history.words(history.arguments[1]) == "[3 4]" && history.words(history.arguments[6]) == "[1 2]")
        #expect(history.words(history.expectations[5]) == "\"write with 'ttl'\"")
    }

    @Test("a lock that was not given, a queue that was full: without effect") func refusals() throws {
        let history = try read(
            #"{"f":"acquire","r":false,"t0":1,"t1":2}"#, #"{"f":"enq","v":1,"r":false,"t0":1,"t1":2}"#,
            #"{"f":"acquire","r":true,"t0":1,"t1":2}"#, #"{"f":"cas","u":1,"v":2,"r":false,"t0":1,"t1":2}"#,
            #"{"f":"write","v":1,"r":false,"t0":1,"t1":2}"#, #"{"f":"read","r":false,"t0":1,"t1":2}"#)
        #expect(history.statuses == [.fail, .fail, .ok, .ok, .ok, .ok])
        #expect(history.functions[4] == .other && history.results[3] == 0)
        #expect(history.values[history.results[5]] == .bool(false))
    }

    @Test("values of every type survive being written") func written() throws {
        let values = [
            "#{1 :a}", "{:a [1 \"x\"], nil #{}}", ":a/b", "\\newline", "\\,", "##NaN", "#inst \"2024\"", "1/3", "1.5",
            "x",
            "[:a [true nil]]", "12345678901234567890", "\"#edn\"", "\"\\u0001\\\"\\\\\"", "{\"a\" 1}",
            "#a #b [\"\\ud800\"]",
        ]
        let journal = values.map {
            "{:process 0 :type :invoke :f :write :value \($0)} {:process 0 :type :ok :f :write}"
        }
        let history = try read(journal.joined(separator: "\n"))
        let again = try HistoryFile.read(bytes: HistoryFile.linhist(history))
        #expect(again.arguments.map(again.words) == history.arguments.map(history.words))
        #expect(zip(again.arguments, history.arguments).allSatisfy { same(again, $0, history, $1) })
    }

    private func same(_ one: History, _ left: Int, _ other: History, _ right: Int) -> Bool {
        switch (one.values[left], other.values[right]) {
        case (nil, nil): left == right
        case (.list(let these), .list(let those)): these.count == those.count
        case (.set(let these), .set(let those)), (.map(let these), .map(let those)): these.count == those.count
        case (.tagged(let tag, _), .tagged(let otherTag, _)): tag == otherTag
        case (let this, let that): this == that
        }
    }

    @Test("a journal of the nemesis alone tests nothing") func nemesis() throws {
        let history = try read("{:process :nemesis :type :info :f :kill :value nil}")
        #expect(Checker().check(history, model: .register).verdict == .nothingTested)
    }
}
