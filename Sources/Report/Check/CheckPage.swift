public import Verification
import Wire

/// `crossfire check --html`: one page that needs no network: what was decided and why, readable without scripts, and
/// with them a drawing of all operations.
public struct CheckPage: Sendable {
    /// The most operations that are drawn, unless told otherwise. Of more, those nearest to the first violation are.
    public static let maximumOperations = 1_000_000

    /// What the search for the lines may spend, unless told otherwise.
    public static let budget = SearchBudget(nodes: 1_000_000, bytes: 256 << 20)

    private let title: String
    private let checked: String
    private let judgement: Judgement
    private let warnings: [String]
    private var timeline: CheckTimeline
    private var stories: [CheckStory]
    /// What the drawing shows where nothing is violated.
    private var quiet: CheckStory
    private let center: Int64

    /// A page about a capture.
    ///
    /// - Complexity: O(bytes + n log n), and the search for the lines, which keeps to its budget.
    public init(
        title: String, evidence: Evidence, judgement: Judgement, warnings: [String],
        maximumOperations: Int = CheckPage.maximumOperations, budget: SearchBudget = CheckPage.budget
    ) {
        let keys = KeyTimeline(evidence)
        let timeline = CheckTimeline(evidence, keys, budget)
        self.init(
            title: title, checked: evidence.codec.name, judgement, warnings, timeline,
            timeline.stories(evidence, keys, judgement.violations), maximumOperations
        ) { timeline.line(keys, key: $0, before: nil) }
    }

    /// A page about a history.
    ///
    /// - Complexity: O(n log n), and the search for the lines, which keeps to its budget.
    public init(
        title: String, history: History, model: CheckModel, result: CheckResult, judgement: Judgement,
        maximumOperations: Int = CheckPage.maximumOperations, budget: SearchBudget = CheckPage.budget
    ) {
        self.init(title, history, CheckedObject(model, budget), result, judgement, maximumOperations)
    }

    /// A page about a history that is held against a model of the user's own.
    ///
    /// - Complexity: O(n log n), and the search for the lines, which keeps to its budget.
    public init(
        title: String, history: History, own: ModelFile, result: CheckResult, judgement: Judgement,
        budget: SearchBudget = CheckPage.budget
    ) {
        self.init(title, history, CheckedObject(own, budget), result, judgement, Self.maximumOperations)
    }

    private init(
        _ title: String, _ history: History, _ checked: CheckedObject, _ result: CheckResult, _ judgement: Judgement,
        _ most: Int
    ) {
        let timeline = CheckTimeline(history, checked)
        self.init(
            title: title, checked: checked.name, judgement, [], timeline,
            timeline.stories(history, checked, result), most
        ) { timeline.line(history, checked, key: $0, before: nil) }
    }

    private init(
        title: String, checked: String, _ judgement: Judgement, _ warnings: [String], _ timeline: CheckTimeline,
        _ stories: [CheckStory], _ most: Int, line: (Int) -> CheckLine
    ) {
        self.title = title
        self.checked = checked
        self.judgement = judgement
        self.warnings = warnings
        self.timeline = timeline
        self.stories = stories
        quiet = CheckStory(oracle: "", sentence: "")
        var center = timeline.origin
        if stories.isEmpty, let busiest = timeline.busiest() {
            center = busiest.time
            quiet.key = busiest.key
            if judgement.verdict == .held {
                quiet.line = line(busiest.key)
            } else {
                quiet.line.note = "No line: it is not decided whether there is an order."
            }
        }
        self.center = center
        var drawn = stories.isEmpty ? [quiet] : stories
        let middle = drawn[0].rows.first ?? timeline.rows.firstIndex { $0.start >= center } ?? 0
        self.timeline.limit(to: most, &drawn, around: middle)
        if stories.isEmpty { quiet = drawn[0] } else { self.stories = drawn }
    }

    /// The page. O(operations), which its limits bound.
    public func text() -> String {
        var out = htmlHead(title: "\(title): \(judgement.verdict.rawValue)", style: CheckPageStyle.css)
        out +=
            "<h1><span class=\"verdict \(judgement.verdict == .nothingTested ? "nothing" : judgement.verdict.rawValue)\">"
        out += "\(judgement.verdict.rawValue)</span> \(escaped(title))</h1>\n<p>\(escaped(summary))</p>\n"
        out += "<ol class=\"violations\">\n"
        for story in stories {
            out += "<li><b>\(escaped(story.oracle))</b>: \(escaped(story.sentence))</li>\n"
        }
        out += "</ol>\n" + drawing()
        for index in stories.indices { out += chapter(index) }
        if stories.isEmpty { out += quietChapter() }
        out += inconclusive() + leftOut()
        out += CheckPageData.elements(timeline, stories.isEmpty ? [quiet] : stories)
        return out + "<script>\(CheckPageScript.text)</script></body></html>\n"
    }

    private var summary: String {
        let exercised = judgement.exercised
        return "Checked as \(checked): \(count(exercised.connections, timeline.isCapture ? "connection" : "client")), "
            + "\(count(exercised.operations, "operation")), \(grouped(exercised.answered)) answered, overlapped "
            + "\(grouped(exercised.overlaps)) times, in \(duration(nanoseconds: timeline.end &- timeline.origin))."
    }

    /// What the script fills; without it there is nothing to see here.
    private func drawing() -> String {
        """
        <section id="timeline" hidden><div id="tools"><span id="steps"><button data-key="p"
        title="p">‹</button> violation <span id="which"></span> <button data-key="n" title="n">›</button></span><button data-key="k" title="k">by
        <span id="mode">key</span></button><button data-key="+" title="+">+</button><button data-key="-" title="-">−</button>
        <button data-key="0" title="0">all</button><button data-key="?" title="?">?</button><span id="view"></span></div>
        <canvas id="canvas" tabindex="0"></canvas><div id="say"></div><p id="note" class="dim"></p>
        <div id="legend"><i class="k op"></i>operation <span id="shows"><i class="k bad"></i>shows the violation </span><i class="k open"></i>not
        answered <i class="k refused"></i>refused, no effect <i class="k order"></i>the order <i class="k other"></i>other
        keys</div><pre id="keys" hidden>n p   next, previous violation      k   lanes by client or by key
        + −   zoom, as the wheel does       ← → ↑ ↓   move, as dragging does
        0     everything                    Esc   let go of the operation that was clicked</pre></section>

        """
    }

    private func chapter(_ index: Int) -> String {
        let story = stories[index]
        var out = "<section class=\"story\"><h2>\(stories.count > 1 ? "Violation \(index + 1): " : "")"
        out += "\(escaped(story.oracle))</h2>\n<p>\(escaped(story.sentence))</p>\n"
        if !story.details.isEmpty {
            out += "<ul>" + story.details.map { "<li>\(escaped($0))</li>" }.joined() + "</ul>\n"
        }
        if !story.rows.isEmpty { out += table(story) }
        if story.rows.isEmpty, !story.notes.isEmpty {
            out += htmlTable([["packet", "what it shows"]] + story.notes.map { ["\($0.packet)", $0.note] })
        }
        if !story.shrunk.isEmpty { out += "<p>\(escaped(shrunk(story)))</p>\n" }
        if index == 0 {
            let figure = CheckFigure(timeline, story, center: center)
            if !figure.isEmpty { out += figure.html() }
        }
        return out + "<p class=\"dim\">\(escaped(story.line.note))</p></section>\n"
    }

    /// The most operations of a smaller history that are named.
    private static let maximumNamed = 60

    private func shrunk(_ story: CheckStory) -> String {
        let named = story.shrunk.prefix(Self.maximumNamed).map(String.init).joined(separator: ", ")
        let more = story.shrunk.count - Self.maximumNamed
        return "Made smaller: no order explains these \(count(story.shrunk.count, "operation")) alone: \(named)"
            + (more > 0 ? " and \(grouped(more)) more." : ".")
    }

    /// The most operations of a violation that are listed.
    private static let maximumListed = 50

    private func table(_ story: CheckStory) -> String {
        let isCapture = timeline.isCapture
        let head =
            ["", "client", "operation", "invoked", "answered", "took"]
            + (isCapture ? ["packets", "what they show"] : ["operation number"])
        let cells = story.rows.prefix(Self.maximumListed).enumerated().map { index, place in
            let row = timeline.rows[place]
            let first = place == story.culprit ? " ← inexplicable" : ""
            let took = row.isAnswered ? duration(nanoseconds: row.end &- row.start) : ""
            let answered = row.isAnswered ? timeline.time(row.end) + first : "never"
            var line = [
                "\(index + 1)", timeline.clients[Int(row.client)], timeline.label(row), timeline.time(row.start),
                answered, took,
            ]
            if isCapture {
                let notes = story.notes.filter { $0.packet == row.number || $0.packet == row.answerNumber }
                line.append(row.answerNumber > 0 ? "\(row.number) → \(row.answerNumber)" : "\(row.number)")
                line.append(notes.map { "\($0.packet): \($0.note)" }.joined(separator: "; "))
            } else {
                line.append("\(row.number)")
            }
            return line
        }
        let more = story.rows.count - cells.count
        return htmlTable([head] + cells)
            + (more > 0 ? "<p>\(count(more, "more operation")) that show it: not listed.</p>\n" : "")
    }

    private func quietChapter() -> String {
        let figure = CheckFigure(timeline, quiet, center: center)
        guard !figure.isEmpty else { return "" }
        var place = ""
        if let key = quiet.key { place = " on \(timeline.keys[key])" }
        return "<section class=\"story\"><h2>Where most\(escaped(place)) was open at once</h2>\n" + figure.html()
            + "<p class=\"dim\">\(escaped(quiet.line.note))</p></section>\n"
    }

    /// The most reasons that are listed.
    private static let maximumReasons = 20

    private func inconclusive() -> String {
        let reasons = judgement.inconclusive.prefix(Self.maximumReasons)
        guard !reasons.isEmpty else { return "" }
        let more = judgement.inconclusive.count - reasons.count
        return "<h2>Inconclusive</h2><ul>" + reasons.map { "<li>\(escaped($0))</li>" }.joined()
            + (more > 0 ? "<li>and \(grouped(more)) more</li>" : "") + "</ul>\n"
    }

    private func leftOut() -> String {
        var notes = judgement.notes + timeline.leftOut + warnings
        if timeline.texts.shortened > 0 {
            notes.append("\(grouped(timeline.texts.shortened)) texts of labels; … stands for them.")
        }
        if !judgement.unsupportedCommands.isEmpty {
            notes.append("The server does not know \(judgement.unsupportedCommands.joined(separator: ", ")).")
        }
        return "<h2>Limits</h2>" + htmlLeftOut(notes)
    }
}
