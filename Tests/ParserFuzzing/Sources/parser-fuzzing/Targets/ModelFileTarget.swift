import Report
import Verification

/// Models of users' own, as YAML, and what they say of a history.
///
/// Input: the YAML.
struct ModelFileTarget: ParserTarget {
    let name = "model-file"

    func run(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        do throws(ModelFile.Failure) {
            let model = try ModelFile(text, name: "model.yaml")
            guard let history = try? HistoryFile.read(bytes: Self.history, HistoryOptions(model.vocabulary)) else {
                return
            }
            let budget = SearchBudget(nodes: 5_000, bytes: 16 << 20)
            let result = model.check(history, Checker(budget: budget, threads: 1))
            requireEqual(result.verdict == .violated, !result.violations.isEmpty, "violations make the verdict")
        } catch {
            require(!error.description.contains { $0.isNewline }, "an error is one line")
            require(
                error.description.utf8.count <= Self.mostErrorBytes, "and is short: \(error.description.utf8.count)")
        }
    }

    private static let mostErrorBytes = 4096

    private static let history = Array(
        """
        {:process 0, :type :invoke, :f :coin}
        {:process 0, :type :ok, :f :coin, :value "ok"}
        {:process 1, :type :invoke, :f :push, :value 2}
        {:process 2, :type :invoke, :f :look}
        {:process 1, :type :ok, :f :push, :value "passed"}
        {:process 2, :type :ok, :f :look, :value 101}
        {:process 1, :type :invoke, :f :take}
        {:process 1, :type :info, :f :take}

        """.utf8)

    func seeds() -> [[UInt8]] {
        [
            """
            model: turnstile
            states: [locked, open]
            operations:
              coin:
                - {to: open, answer: ok}
              push:
                - {from: open, to: locked, argument: 2, answer: passed}
                - {from: locked, answer: refused}
            """,
            "model: ticket machine\nkind: counter\nfunctions: {take: increment, look: read}\ninitial: 100\n",
            "model: m\nkind: register\ninitial: -9223372036854775808\n", "[a]: b\n", "a: &x [1]\nb: [*x, *x]\n",
            "model: m\nkind: nothing\nfunctions: {push: write, \"\": read}\ninitial: 1e400\n",
        ].map { Array($0.utf8) }
    }
}
