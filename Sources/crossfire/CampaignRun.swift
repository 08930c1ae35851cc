import Capture
import Foundation
import Fuzz
import Report
import Wire

/// Runs a campaign, tells the terminal what happens, and keeps its folder.
struct CampaignRun {
    private let options: CampaignOptions
    private let context: RunContext
    private let out: String

    init(_ options: CampaignOptions, _ context: RunContext, out: String) {
        self.options = options
        self.context = context
        self.out = out
    }

    struct Outcome {
        var result: CampaignResult
        var summary: CampaignSummary
        var paths: [String: String]
        /// Why something that was asked for could not be written; the verdict holds all the same.
        var lost: CaptureError?
    }

    func run() throws -> Outcome {
        try makeFolder()
        let store = FindingStore(campaign: out, marks: .own)
        store.removeLeftovers()
        let text = CampaignText(context, style: TerminalStyle(descriptor: 2))
        let line = StatusLine()
        var paths: [String: String] = [:]
        var lost: CaptureError?
        var state = CampaignStatusFile(folder: out, context)
        let campaign = try Campaign(options) { event in
            switch event {
            case .ready(let address):
                line.print("\(context.target.text) on \(address), \(context.protocolName), seed \(context.seed)")
            case .progress(let status):
                state.note(status)
                line.update(text.progress(status))
            case .activity(let words):
                state.note(activity: words)
                line.update(words)
            case .unsupportedCommand(let name):
                line.print("the target does not know \(name); it is left out from now on")
            case .suspected(let violation, let execution): line.print(text.suspected(violation, execution: execution))
            case .warning(let warning): line.print(warning)
            case .finding(let finding):
                do {
                    paths[finding.id] = try store.save(finding, context)
                } catch let error as CaptureError {
                    lost = lost ?? error
                    line.print("\(error); \(finding.id) has this scenario:")
                    line.print((finding.minimized ?? finding.scenario).text)
                }
                line.print(text.finding(finding, path: paths[finding.id]))
            }
        }
        let result: CampaignResult
        do {
            result = try campaign.run()
        } catch {
            state.fail("\(error)")
            throw error
        }
        line.end()
        state.end(result)
        let summary = CampaignSummary(result, context, paths: paths)
        do {
            try summary.write(to: out + "/summary.json")
        } catch let error as CaptureError {
            lost = lost ?? error
        }
        return Outcome(result: result, summary: summary, paths: paths, lost: lost)
    }

    private func makeFolder() throws {
        do {
            try OwnFolder.make(out)
        } catch {
            throw Failure(.outputLost, "cannot make the folder '\(out)': \(error)")
        }
    }
}

/// The line that is rewritten in place on a terminal; elsewhere one line every few seconds.
final class StatusLine {
    private let isTerminal = isatty(2) == 1
    private var shown = false
    private var nextPlain = Date()

    /// The time between two lines where standard error is no terminal. Seconds.
    private static let plainInterval = 5.0

    func update(_ text: String) {
        if isTerminal {
            Console.write(text, after: Self.erasing)
            shown = true
        } else if Date() >= nextPlain {
            nextPlain = Date().addingTimeInterval(Self.plainInterval)
            Console.note(text)
        }
    }

    func print(_ text: String) {
        end(erasing: true)
        Console.note(text)
    }

    func end(erasing: Bool = false) {
        guard shown else { return }
        Console.write(erasing ? "" : "\n", after: erasing ? Self.erasing : "")
        shown = false
    }

    /// To the line's beginning, and all of it away.
    private static let erasing = "\r\u{1B}[K"
}
