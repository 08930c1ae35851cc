import Report
import Verification

/// The pages about histories: what a file says never becomes part of the page's code.
///
/// Input: a model, and a history in any format.
struct HistoryPageTarget: ParserTarget {
    let name = "history-page"

    func run(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let model = CheckModel.allCases[Int(first) % CheckModel.allCases.count]
        guard let history = try? HistoryFile.read(bytes: Array(input.dropFirst())), history.count <= Self.mostRows
        else {
            return
        }
        let page = Self.page(history, model)
        for tag in ["<script", "</script", "<style", "<!--", "]]>"] {
            requireEqual(Self.count(tag, page), Self.count(tag, Self.usual), "no \(tag) comes from a history")
        }
        // Whatever else begins like a tag is one that a browser would take.
        requireEqual(Self.count("<img", page) + Self.count("<iframe", page), 0, "no element comes from a history")
    }

    private static let mostRows = 64
    private static let usual = page(HistoryProperties.sample, .register)

    private static func page(_ history: History, _ model: CheckModel) -> String {
        let checker = Checker(budget: SearchBudget(nodes: 2_000, bytes: 16 << 20), threads: 1)
        let result = checker.check(history, model: model)
        let violations = result.violations.map {
            Violation(oracle: .linearizability, summary: $0.summary, signature: $0.signature, blame: $0.blame)
        }
        let judgement = Judgement(
            violations: violations, inconclusive: result.inconclusive,
            exercised: result.exercised)
        return CheckPage(
            title: "<script>a</script>", history: history, model: model, result: result, judgement: judgement
        ).text()
    }

    private static func count(_ word: String, _ page: String) -> Int {
        page.ranges(of: word).count
    }

    func seeds() -> [[UInt8]] {
        let hostile =
            "{:process 0, :type :invoke, :f :write, :key \"</script><img src=x onerror=1>\", :value \"<!--<script>\"}\n"
            + "{:process 0, :type :ok, :f :write, :key \"</script><img src=x onerror=1>\", :value \"<!--<script>\"}\n"
            + "{:process 1, :type :invoke, :f :read, :key \"</script><img src=x onerror=1>\"}\n"
            + "{:process 1, :type :ok, :f :read, :key \"</script><img src=x onerror=1>\", :value \"]]>\\u2028&amp;\"}\n"
        return (0..<UInt8(CheckModel.allCases.count)).map { [$0] + HistoryFile.linhist(HistoryProperties.sample) } + [
            [0] + Array(hostile.utf8), [1] + Array(hostile.utf8),
        ]
    }
}
