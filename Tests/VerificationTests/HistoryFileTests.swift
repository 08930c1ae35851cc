import Testing
import Verification

/// Goal: histories survive being written and read, foreign ones are understood, and what is wrong in a file is told
/// with its place. Method: generated histories there and back, hand-written files, and random damage from a fixed seed.
@Suite("History files")
struct HistoryFileTests {
    /// What the first operation wrote.
    private func written(_ text: String) throws -> HistoryValue? {
        let history = try HistoryFile.read(bytes: Array(text.utf8))
        return history.values[history.arguments[0]]
    }

    @Test("written and read again, nothing is lost", arguments: [CheckModel.register, .kv, .counter, .queue, .set])
    func roundTrip(model: CheckModel) throws {
        let generator = HistoryGenerator(
            model: model, operations: 500, clients: 8, keys: 9, unansweredPercent: 5, seed: 3)
        let history = generator.generate()
        let again = try HistoryFile.read(bytes: HistoryFile.linhist(history))
        #expect(again.count == 500 && again.model == model.rawValue)
        #expect(again.functions == history.functions && again.statuses == history.statuses)
        #expect(again.arguments == history.arguments && again.results == history.results)
        #expect(again.invoked == history.invoked && again.completed == history.completed)
        #expect(again.keys == history.keys && again.clients == history.clients && again.ids == history.ids)
    }

    @Test("fields in any order, texts as values, unknown fields, no header") func tolerant() throws {
        let text = """
            {"t0": 1, "t1":2, "f":"write","v":"red", "c":0, "s":"ok", "extra":{"a":[1,2,{"b":null}]}}

            {"f":"cas","u":"red","v":"blue","c":1,"t0":3,"t1":4,"r":true,"s":"ok"}
            {"f":"cas","v":["blue",7],"c":1,"t0":5,"t1":6,"r":true,"s":"ok"}
            {"f":"read","r":7,"c":1,"t0":7,"t1":8,"s":"ok"}
            """
        let history = try HistoryFile.read(bytes: Array(text.utf8))
        #expect(history.values[history.arguments[0]] == .text("red") && history.words(history.arguments[1]) == "blue")
        #expect(history.expectations == [History.null, history.arguments[0], history.arguments[1], History.null])
        #expect(Checker().check(history, model: .cas).verdict == .held)
        let again = try HistoryFile.read(bytes: HistoryFile.linhist(history))
        #expect(again.expectations.map(again.words) == history.expectations.map(history.words))
    }

    @Test(
        "errors name their place",
        arguments: [
            ("", 0, "there is no operation"), ("{\"format\":\"x\"}\n", 1, "linhist-1"),
            ("{\"f\":\"read\"}", 1, "needs f and t0"), ("\n{\n\"f\":\"read\"\n}", 2, "needs f and t0"),
            ("{\"f\":\"read\",\"t0\":5,\"t1\":3}", 1, "before t0"),
            ("{\"f\":\"jump\",\"t0\":5}", 1, "unknown function"),
            ("{\"f\":\"read\",\"t0\":1}\n{\"f\":\"read\",\"t0\":1.5}", 2, "whole number"),
            ("{\"f\":\"read\",\"t0\":1", 1, "ends inside"),
            ("{\"f\":\"re", 1, "ends inside"), ("{\"t0\":99999999999999999999}", 1, "whole number"),
            ("{:type :jump, :process 0}", 1, "expected :type"),
            ("{:type :ok, :f :read, :process 0}", 1, "without an invocation"),
            ("[{:type :invoke", 1, "ends inside"),
            ("{\"t0\":5000000000000000000}", 1, "2^62"),
            ("{\"f\":\"x\\\n\"}", 1, "does not end"),
            ("{:f\n\"x\ny\\\nz\" :type\n[}", 5, "expected a value"),
            ("{:f\n#\n1}", 2, "a tag"), ("{:f ]}", 1, "expected a value"),
        ])
    func errors(text: String, line: Int, reason: String) {
        do {
            _ = try HistoryFile.read(bytes: Array(text.utf8), name: "h")
            Issue.record("no error for \(text)")
        } catch {
            #expect(error.line == line && error.reason.contains(reason), "\(error)")
        }
    }

    @Test("texts and numbers of any kind survive", arguments: ["a\"b", "a\\", "\\u0041", "two\nlines\r\t\u{1}", "ü🙂"])
    func texts(_ text: String) throws {
        var history = History()
        history.model = text
        let code = history.values.code(.text(ExactText(text)))
        history.append(.write, client: 0, argument: code, invoked: 1, completed: 1 << 61)
        history.append(.write, client: 0, argument: 1 - History.firstName, invoked: 2, completed: 3)
        let again = try HistoryFile.read(bytes: HistoryFile.linhist(history))
        #expect(again.values[again.arguments[0]] == .text(ExactText(text)) && again.model == text)
        #expect(again.arguments == history.arguments && again.completed == history.completed)
    }

    @Test("the escapes of texts are decoded") func escapes() throws {
        let json = #"{"f":"write","v":"\u0041\n\/\ud83d\ude42\q","t0":1}"#
        #expect(try written(json) == .text("A\n/🙂\\q"))
        let edn = #"{:type :invoke, :f :write, :value "\u0041\"", :process 0}"#
        #expect(try written(edn) == .text("A\""))
    }

    @Test("values within values are refused from some depth on", arguments: ["{\"a\":", "{\"a\":[", "{:a ", "["])
    func depth(_ opening: String) {
        let text = String(repeating: opening, count: 100_000)
        #expect(throws: HistoryError.self) { try HistoryFile.read(bytes: Array(text.utf8)) }
    }

    @Test("a number whose magnitude no number has") func mostNegative() throws {
        let edn = "{:type :invoke, :f :write, :value -9223372036854775808, :process 0}"
        #expect(try written(edn) == .number("-9223372036854775808"))
    }

    @Test("Jepsen's EDN") func edn() throws {
        let text = """
            ; a comment
            {:type :invoke, :f :write, :value 3, :process 0, :time 10, :index 0}
            {:process :nemesis, :type :info, :f :start, :value {:a #{1 2}}}
            {:type :invoke, :f :cas, :value [3 4], :process 1, :time 11}
            {:type :ok, :f :write, :value 3, :process 0, :time 12}
            #jepsen.history.Op{:type :fail, :f :cas, :value [3 4], :process 1, :time 13, :error "no"}
            {:type :invoke, :f :read, :value nil, :process 2, :time 14}
            {:type :ok, :f :read, :value 3, :process 2, :time 15}
            {:type :invoke, :f :read, :value nil, :process 3, :time 16}
            {:type :info, :f :read, :value nil, :process 3, :time 17}
            """
        let history = try HistoryFile.read(bytes: Array(text.utf8))
        #expect(history.count == 4)
        #expect(history.statuses == [.ok, .fail, .ok, .info])
        #expect(history.results[2] == 3)
        #expect(Checker().check(history, model: .cas).verdict == .held)
        let vector = "[{:type :invoke :f :read :value [1 nil] :process 0} {:type :ok :f :read :value [1 5] :process 0}]"
        let independent = try HistoryFile.read(bytes: Array(vector.utf8))
        #expect(independent.keys == [1] && independent.results == [5])
        #expect(Checker().check(independent, model: .kv).violations.first?.kind == .phantomRead)
    }

    @Test("damaged files give an error or a history, never a trap") func damage() {
        var seed = Seed(5)
        let good = HistoryFile.linhist(HistoryGenerator(model: .kv, operations: 20, clients: 3, seed: 8).generate())
        let edn = Array(
            "[{:type :invoke, :f :cas, :value [3 4], :process 1} {:type :ok :f :cas :value [1 [2 3]] :process 1}]"
                .utf8)
        for round in 0..<3000 {
            var bytes = round % 2 == 0 ? good : edn
            for _ in 0..<1 + seed.below(4) {
                switch seed.below(3) {
                case 0: bytes[seed.below(bytes.count)] = UInt8(truncatingIfNeeded: seed.next())
                case 1: bytes.removeSubrange(seed.below(bytes.count)...)
                default: bytes.insert(Array("{}[]\",:9-".utf8)[seed.below(9)], at: seed.below(bytes.count + 1))
                }
                if bytes.isEmpty { break }
            }
            guard let history = try? HistoryFile.read(bytes: bytes) else { continue }
            for model in CheckModel.allCases {
                _ = Checker(budget: SearchBudget(nodes: 1000)).check(history, model: model)
            }
        }
    }
}
