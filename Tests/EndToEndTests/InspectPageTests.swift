import Foundation
import Testing

extension EndToEnd {
    /// Goal: the page of a capture says everything without scripts and without a network, and nothing in a capture
    /// becomes markup. Method: the page's source, and headless Chromium's view of it: its text and a screenshot.
    @Suite("inspect --html") struct InspectPage {
        static let chromium = CrossfireProcess.program("chromium")

        private func page(_ more: String...) throws -> (folder: TemporaryFolder, path: String, source: String) {
            let folder = try TemporaryFolder()
            let capture = try TinyCapture.echo(loses: true).write("\(folder.path)/lossy.pcap")
            let path = "\(folder.path)/page.html"
            let result = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire", ["inspect", capture, "--html", path] + more
            ).finish()
            #expect(result.status == 0, "\(result.errors)")
            return (folder, path, try String(contentsOfFile: path, encoding: .utf8))
        }

        @Test("the page is self-contained, escapes what it shows, and says what it leaves out")
        func source() throws {
            let page = try page("--protocol", "echo", "--name", "40001=<script>alert(1)</script>")
            for outside in ["http:", "https:", "src=", "href=", "@import", "url("] {
                #expect(!page.source.contains(outside), "\(outside)")
            }
            #expect(page.source.contains("a&lt;b&gt;\\n"))
            #expect(!page.source.contains("a<b>"))
            #expect(page.source.contains("&lt;script&gt;alert(1)"))
            #expect(page.source.components(separatedBy: "<script>").count == 2)
            #expect(page.source.contains("Nothing is left out of this page."))
            #expect(page.source.contains("NO REPLY"))
            // Three requests and two replies as arrows, the repeated packet as a mark, two graphs a flow.
            #expect(page.source.components(separatedBy: "class=\"m ask\"").count == 3)
            #expect(page.source.components(separatedBy: "class=\"m say\"").count == 3)
            #expect(page.source.components(separatedBy: "class=\"m bad\"").count == 2)
            #expect(page.source.components(separatedBy: "class=\"m odd\"").count == 2)
            #expect(page.source.components(separatedBy: "class=\"graph\"").count == 5)
        }

        @Test("without a protocol the packets with payload are drawn")
        func packets() throws {
            let page = try page()
            #expect(page.source.contains("Packets with payload"))
            #expect(page.source.components(separatedBy: "class=\"m ask\"").count == 4)
        }

        @Test("Chromium shows it", .enabled(if: chromium != nil, "chromium is not installed"))
        func browser() throws {
            let page = try page("--protocol", "echo", "--name", "40001=writer")
            let common = [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--user-data-dir=\(page.folder.path)/profile", "--window-size=1200,1000",
            ]
            let url = "file://\(page.path)"
            let dump = try CrossfireProcess.start(Self.chromium!, common + ["--dump-dom", url]).finish()
            #expect(dump.status == 0, "\(dump.errors)")
            for text in ["lossy.pcap", "writer", "timeout-retransmission", "no reply", "Time and sequence numbers"] {
                #expect(dump.output.contains(text), "\(text)")
            }
            // The script ran: the buttons, useless without it, are shown.
            #expect(dump.output.contains("<p id=\"zoom\">"))
            let picture = "\(page.folder.path)/page.png"
            let shot = try CrossfireProcess.start(Self.chromium!, common + ["--screenshot=\(picture)", url]).finish()
            #expect(shot.status == 0, "\(shot.errors)")
            let image = try Data(contentsOf: URL(fileURLWithPath: picture))
            #expect(image.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
            // Width and height of its header; an empty page of this size compresses to some five kilobytes.
            #expect(image[16..<24] == Data([0, 0, 4, 0xB0, 0, 0, 3, 0xE8]))
            #expect(image.count > 20_000)
        }
    }
}
