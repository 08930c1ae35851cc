import ArgumentParser
import Capture
import Foundation
import Report
import Verification

/// What `check` writes besides its verdict.
struct CheckOutputs: ParsableArguments {
    @Option(help: "Write a page with the operations in lanes and an order that explains them to this file.")
    var html: String?

    @Option(help: "Write the capture to this pcapng file, what violations say of packets as their comments.")
    var annotate: String?

    /// Refuses what has no meaning.
    func validate(protocolName: String?) throws {
        if annotate != nil, protocolName == nil { throw ValidationError("--annotate needs --protocol") }
    }

    /// Writes the page, where one was asked for.
    func page(_ make: () -> CheckPage) throws {
        if let html { try PendingFile.write(Array(make().text().utf8), to: html) }
    }

    /// The name of a file, for the page's head.
    static func title(_ path: String) -> String {
        path == "-" ? "standard input" : (path as NSString).lastPathComponent
    }

    /// Writes the capture at `path` with comments, where that was asked for; it is read a second time. `name` is what the
    /// new file calls it.
    func annotate(_ path: String, named name: String, _ reading: CaptureReading, _ judgement: Judgement) throws {
        guard let annotate else { return }
        try CaptureAnnotation.write(of: path, named: name, reading, judgement, to: annotate)
    }
}
