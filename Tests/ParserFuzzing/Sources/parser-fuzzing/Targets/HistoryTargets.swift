import Verification

/// Histories in `linhist-1`.
struct LinhistTarget: ParserTarget {
    let name = "linhist"

    func run(_ input: [UInt8]) {
        HistoryProperties.check(input)
    }

    func seeds() -> [[UInt8]] {
        let lines =
            "{\"format\":\"linhist-1\",\"model\":\"kv\",\"expect\":\"ok\",\"plant\":\"\"}\n"
            + "{\"i\":3,\"c\":1,\"f\":\"cas\",\"k\":2,\"v\":[1,2],\"r\":true,\"t0\":10,\"t1\":20,\"s\":\"ok\"}\n"
            + "{\"c\":2,\"f\":\"write\",\"k\":\"a\",\"v\":\"x\\\"\",\"u\":null,\"t0\":-5,\"t1\":null,\"s\":\"info\",\"x\":[{},[]]}\n"
        return [HistoryFile.linhist(HistoryProperties.sample), Array(lines.utf8)]
    }
}

/// Jepsen's histories.
struct EDNTarget: ParserTarget {
    let name = "edn"

    func run(_ input: [UInt8]) {
        HistoryProperties.check(input)
    }

    func seeds() -> [[UInt8]] {
        let register =
            "{:type :invoke, :f :write, :value 1, :process 0, :time 5, :index 0}\n"
            + "{:type :invoke, :f :read, :value nil, :process 1, :time 6}\n{:type :ok, :f :write, :value 1, :process 0}\n"
            + "{:type :ok, :f :read, :value 1, :process 1, :time 9}\n{:type :info, :f :start, :process :nemesis}\n"
        let vector =
            "; why\n[{:process 0, :type :invoke, :f :cas, :value [:a [1 2]]} {:process 0, :type :fail, :f :cas, "
            + ":value [:a [1 2]]} {:process 2 :type :invoke :f :enqueue :value \"x\\\"y\"} {:process 2 :type :info :f :enqueue"
            + " :value #{1} :error #foo (bad 12N)}]"
        return [Array(register.utf8), Array(vector.utf8)]
    }
}

/// Jepsen's histories as JSON.
struct JSONJournalTarget: ParserTarget {
    let name = "journal-json"

    func run(_ input: [UInt8]) {
        HistoryProperties.check(input)
    }

    func seeds() -> [[UInt8]] {
        let list =
            "[{\"process\":0,\"type\":\"invoke\",\"f\":\"write\",\"value\":[1,2.5,null,true],\"time\":1,\"index\":0},\n"
            + "{\"process\":\"c1\",\"type\":\"invoke\",\"f\":\"cas\",\"value\":[0,[1,{\"#edn\":\":a\"}]],\"key\":\"k\"},\n"
            + "{\"process\":0,\"type\":\"ok\",\"f\":\"write\",\"value\":[1,2.5,null,true],\"error\":{\"a\":1}},\n"
            + "{\"process\":\"c1\",\"type\":\"info\",\"f\":\"cas\",\"value\":null}]"
        let lines =
            "{\"process\":1,\"type\":\"invoke\",\"f\":\"add\",\"value\":\"\\ud83d\\ude42\"}\n"
            + "{\"process\":1,\"type\":\"ok\",\"f\":\"add\",\"value\":true}\n"
        return [Array(list.utf8), Array(lines.utf8)]
    }
}

/// Jepsen's histories as lines.
struct TextJournalTarget: ParserTarget {
    let name = "journal-text"

    func run(_ input: [UInt8]) {
        HistoryProperties.check(input)
    }

    func seeds() -> [[UInt8]] {
        let plain = "0\t:invoke\t:write\t4\n1 :invoke :cas [4 5]\n0\t:ok\t:write\t4\n1 :info :cas :timed-out\n"
        let prefixed =
            "INFO  jepsen.core - go\r\nINFO  jepsen.util - :nemesis\t:info\t:start\tnil\r\n"
            + "INFO  jepsen.util - 3\t:invoke\t:read\tnil\r\nINFO  jepsen.util - 3\t:ok\t:read\t[1 #{2}]"
        return [Array(plain.utf8), Array(prefixed.utf8)]
    }
}

/// What must hold of histories, whatever their format.
enum HistoryProperties {
    static func check(_ input: [UInt8]) {
        do throws(HistoryError) {
            let history = try HistoryFile.read(bytes: input)
            checkColumns(history)
            checkWriting(history)
        } catch {
            guard error.line > 0 else { return }
            let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
            require((1...lines.count).contains(error.line), "an error names a line of the file")
            let length = lines[error.line - 1].count
            require((1...length + 1).contains(error.column), "an error names a column of its line: \(error)")
        }
    }

    private static func checkColumns(_ history: History) {
        let columns = [
            history.ids.count, history.statuses.count, history.clients.count, history.keys.count,
            history.arguments.count, history.results.count, history.invoked.count, history.completed.count,
        ]
        require(columns.allSatisfy { $0 == history.count }, "all columns are equally long")
        require(history.expectations.isEmpty || history.expectations.count == history.count, "so are expectations")
        for row in 0..<history.count {
            require(history.completed[row] >= history.invoked[row], "answers come after invocations")
        }
    }

    /// Writing and reading gives the same rows.
    private static func checkWriting(_ history: History) {
        // Of a cut file what is left may be nothing but functions that nobody knows; as a whole file that is refused.
        guard history.functions.contains(where: { $0 != .other }) else { return }
        let written = HistoryFile.linhist(history)
        do throws(HistoryError) {
            let again = try HistoryFile.read(bytes: written)
            requireEqual(again.count, history.count, "every row is written")
            requireEqual(again.model, history.model, "the model is written")
            for row in 0..<history.count {
                requireEqual(text(again, row), text(history, row), "row \(row) is read as it was written")
            }
            let twice = HistoryFile.linhist(again)
            requireEqual(twice, HistoryFile.linhist(again), "writing says the same each time")
        } catch {
            fatalError("property: what is written is sound: \(error)\n\(String(decoding: written, as: UTF8.self))")
        }
    }

    private static func text(_ history: History, _ row: Int) -> [String] {
        let expected = history.expectations.isEmpty ? History.null : history.expectations[row]
        return [
            "\(history.ids[row]) \(history.functions[row]) \(history.statuses[row]) \(history.clients[row])",
            words(history, history.keys[row]), words(history, history.arguments[row]), words(history, expected),
            words(history, history.results[row]), "\(history.invoked[row]) \(history.completed[row])",
        ]
    }

    /// Sets and maps are told in the order in which their elements were first seen: that alone may differ, and of long ones
    /// what is left out.
    private static func words(_ history: History, _ code: Int) -> String {
        let words = history.words(code)
        guard words.contains("{") else { return words }
        return words.contains(" more") ? "" : String(decoding: words.utf8.sorted(), as: UTF8.self)
    }

    /// One operation of each kind.
    static var sample: History {
        var history = History()
        history.model = "kv"
        let functions: [History.Function] = [
            .read, .write, .compareAndSet, .increment, .add, .remove, .contains, .enqueue, .dequeue, .acquire, .release,
            .append, .delete,
        ]
        for (index, function) in functions.enumerated() {
            let start = Int64(10 * index)
            history.append(
                function, client: index % 3, key: index % 2, argument: index, expected: index == 2 ? 4 : nil,
                result: 1, invoked: start, completed: start + 15)
        }
        return history
    }
}
