import Report
import Verification

/// Model files of users.
struct ModelFileTarget: ParserTarget {
    let name = "model-file"

    func run(_ input: [UInt8]) {
        guard let model = try? ModelFile(String(decoding: input, as: UTF8.self), name: "m") else { return }
        let lines =
            "{\"format\":\"linhist-1\",\"model\":\"m\"}\n{\"c\":1,\"f\":\"coin\",\"v\":1,\"r\":9223372036854775806,\"t0\":1,\"t1\":2}\n"
        let options = HistoryOptions(model.vocabulary)
        guard let history = try? HistoryFile.read(bytes: Array(lines.utf8), options) else { return }
        _ = model.check(history, Checker(threads: 1))
    }

    func seeds() -> [[UInt8]] {
        [
            "model: m\nkind: counter\nfunctions: {coin: increment, look: read}\ninitial: 100\n",
            "model: t\nstates: [locked, 'open']\noperations:\n  coin:\n    - {from: locked, to: open, answer: ok}\n",
            "a: &a [x, *a]\n? [b]\n: {c: \"d\\\"e\"} # f\n",
        ].map { Array($0.utf8) }
    }
}

/// `finding.json` of somebody else's folder.
struct FindingTarget: ParserTarget {
    let name = "finding"

    func run(_ input: [UInt8]) {
        _ = try? FindingStore.record(json: input)
    }

    func seeds() -> [[UInt8]] {
        let text = """
            {"schema":1,"id":"hang-1","oracle":"hang","summary":"s","protocol":"resp","seed":7,"clients":4,"perturbation":"off",\
            "target":{"command":["x","{port}"]},"first_execution":12,"first_s":0.5,"minimized":false,\
            "reproduced":{"hits":1,"tries":2}}
            """
        return [Array(text.utf8)]
    }
}

/// The page of a history, whatever stands in it.
struct HistoryPageTarget: ParserTarget {
    let name = "history-page"

    func run(_ input: [UInt8]) {
        guard let history = try? HistoryFile.read(bytes: input), history.count < 200 else { return }
        let result = Checker(threads: 1).check(history, model: .register)
        let judgement = Judgement(
            verdict: result.verdict, violations: [], inconclusive: result.inconclusive, exercised: result.exercised)
        let page = CheckPage(title: "t", history: history, model: .register, result: result, judgement: judgement)
            .text()
        require(!page.contains("<script>alert"), "nothing of a history is markup")
    }

    func seeds() -> [[UInt8]] {
        LinhistTarget().seeds() + EDNTarget().seeds()
            + [
                Array(
                    "{:process 0 :type :invoke :f :write :value \"</script><script>alert(1)\" :time -9223372036854775808}"
                        .utf8)
            ]
    }
}
