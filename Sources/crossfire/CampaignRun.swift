import Foundation
import Fuzz
import Report

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
    }

    func run() throws -> Outcome {
        try makeFolder()
        let store = FindingStore(campaign: out)
        let text = CampaignText(context, style: TerminalStyle(descriptor: 2))
        let line = StatusLine()
        var paths: [String: String] = [:]
        let campaign = try Campaign(options) { event in
            switch event {
            case .ready(let address):
                line.print("\(context.target.text) on \(address), \(context.protocolName), seed \(context.seed)")
            case .progress(let status): line.update(text.progress(status))
            case .unsupportedCommand(let name):
                line.print("the target does not know \(name); it is left out from now on")
            case .suspected(let violation, let execution): line.print(text.suspected(violation, execution: execution))
            case .warning(let warning): line.print(warning)
            case .finding(let finding):
                let path = try store.save(finding, context)
                paths[finding.id] = path
                line.print(text.finding(finding, path: path))
            }
        }
        let result = try campaign.run()
        line.end()
        let summary = CampaignSummary(result, context, paths: paths)
        try summary.write(to: out + "/summary.json")
        return Outcome(result: result, summary: summary, paths: paths)
    }

    private func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        } catch {
            throw Failure(.badInput, "cannot make the folder \(out): \(error.localizedDescription)")
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
            write("\r\u{1B}[K\(text)")
            shown = true
        } else if Date() >= nextPlain {
            nextPlain = Date().addingTimeInterval(Self.plainInterval)
            write(text + "\n")
        }
    }

    func print(_ text: String) {
        end(erasing: true)
        write(text + "\n")
    }

    func end(erasing: Bool = false) {
        guard shown else { return }
        write(erasing ? "\r\u{1B}[K" : "\n")
        shown = false
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
