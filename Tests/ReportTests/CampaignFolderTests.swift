import Capture
import Foundation
import Fuzz
import Report
import Testing
import Wire
import Verification

/// Goal: what a campaign finds is kept as it comes, and a full disk takes no verdict away. Method: events of a campaign, in a
/// folder, and in one where nothing can be written.
@Suite("A campaign's folder")
struct CampaignFolderTests {
    private let text = CampaignText(Sample.context, style: Sample.plain)

    @Test("findings, state and summary are kept")
    func kept() throws {
        let temporary = try TemporaryFolder()
        let path = temporary.path + "/out"
        var folder = try CampaignFolder(path, Sample.context)
        let finding = try Sample.finding()
        var refusals = [folder.keep(.progress(CampaignStatus()))]
        #expect(try temporary.text("out/status.json").contains("\"running\""))
        refusals.append(folder.keep(.finding(finding)))
        #expect(refusals == [nil, nil])
        #expect(folder.paths == [finding.id: "\(path)/findings/\(finding.id)"])
        _ = folder.end(Sample.result(.violated, findings: [finding]))
        #expect(folder.lost == nil)
        #expect(try temporary.text("out/status.json").contains("\"ended\""))
        #expect(try object(try temporary.text("out/summary.json"))["verdict"] as? String == "violated")
    }

    @Test("a finding that cannot be saved is told whole, and the first loss is kept")
    func lost() throws {
        let temporary = try TemporaryFolder()
        let path = temporary.path + "/out"
        var folder = try CampaignFolder(path, Sample.context)
        // Where the store wants a folder stands a file.
        try "".write(toFile: path + "/findings", atomically: true, encoding: .utf8)
        let finding = try Sample.finding()
        let refusal = folder.keep(.finding(finding))
        let lost = try #require(refusal)
        #expect(folder.lost == lost && folder.paths.isEmpty)
        let news = text.news(of: .finding(finding), path: nil, lost: lost)
        #expect(
            news == [
                .line("\(lost); \(finding.id) has this scenario:"), .line(finding.minimized?.text ?? ""),
                .line(text.finding(finding, path: nil)),
            ])
        let summary = folder.end(Sample.result(.violated, findings: [finding]))
        #expect(try object(summary.json())["verdict"] as? String == "violated")
        #expect(folder.lost == lost)
    }

    @Test("a folder that cannot be made is an output that cannot be written")
    func refused() throws {
        let temporary = try TemporaryFolder()
        let path = temporary.path + "/file"
        try "".write(toFile: path, atomically: true, encoding: .utf8)
        let refusal = #expect(throws: CampaignFolder.Refusal.self) { try CampaignFolder(path, Sample.context) }
        #expect(refusal?.description == "cannot make the folder '\(path)': it is no folder")
    }

    @Test("what is said of each event")
    func news() throws {
        let table: [(CampaignEvent, [CampaignText.News])] = [
            (.ready(.tcp(port: 9)), [.line("threaded/kv+lost-update on 127.0.0.1:9, resp, seed 7")]),
            (.activity("confirming"), [.passing("confirming")]),
            (.progress(CampaignStatus()), [.passing(text.progress(CampaignStatus()))]),
            (.unsupportedCommand("MSET"), [.line("the target does not know MSET; it is left out from now on")]),
            (.warning("a warning"), [.line("a warning")]),
            (.suspected(Sample.violation, execution: 3), [.line(text.suspected(Sample.violation, execution: 3))]),
        ]
        for (event, news) in table { #expect(text.news(of: event, path: nil, lost: nil) == news) }
    }
}
