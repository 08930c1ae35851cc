import Capture
import Fuzz
import Report
import Wire

/// Runs a campaign, tells the terminal what happens, and keeps its folder.
struct CampaignRun {
    var options: CampaignOptions
    var context: RunContext
    var out: String

    struct Outcome {
        var result: CampaignResult
        var summary: CampaignSummary
        var paths: [String: String]
        /// Why something that was asked for could not be written; the verdict holds all the same.
        var lost: CaptureError?
    }

    func run() throws -> Outcome {
        var folder = try CampaignFolder(out, context, marks: .own)
        let text = CampaignText(context, style: TerminalStyle(descriptor: 2))
        let line = StatusLine()
        let campaign = try Campaign(options) { event in
            let lost = folder.keep(event)
            var path: String?
            if case .finding(let finding) = event { path = folder.paths[finding.id] }
            for news in text.news(of: event, path: path, lost: lost) {
                switch news {
                case .line(let words): line.print(words)
                case .passing(let words): line.update(words)
                }
            }
        }
        let result: CampaignResult
        do {
            result = try campaign.run()
        } catch {
            folder.fail(error)
            throw error
        }
        line.end()
        let summary = folder.end(result)
        return Outcome(result: result, summary: summary, paths: folder.paths, lost: folder.lost)
    }
}
