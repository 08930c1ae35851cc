import Capture
import Foundation
public import Fuzz
import Verification

/// The findings of a campaign as folders: `DIR/findings/ID/`, each written aside and renamed when it is whole.
public struct FindingStore: Sendable {
    /// `DIR/findings`.
    public let directory: String

    /// A store in the `findings` folder of a campaign's folder.
    public init(campaign directory: String) {
        self.directory = directory + "/findings"
    }

    /// Writes a finding's folder, in place of an older one with the same id.
    ///
    /// - Returns: the folder's path.
    /// - Throws: `StoreError`, `CaptureError`; nothing half-written is left then.
    public func save(_ finding: Finding, _ context: RunContext) throws -> String {
        let final = "\(directory)/\(finding.id)"
        let aside = "\(directory)/.\(finding.id).\(getpid()).tmp"
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: aside, withIntermediateDirectories: true)
            do {
                try write(finding, context, into: aside)
                if files.fileExists(atPath: final) { try files.removeItem(atPath: final) }
                try files.moveItem(atPath: aside, toPath: final)
            } catch {
                try? files.removeItem(atPath: aside)
                throw error
            }
        } catch let error as CocoaError {
            throw StoreError(path: final, reason: error.localizedDescription)
        }
        return final
    }

    private func write(_ finding: Finding, _ context: RunContext, into folder: String) throws {
        let comment =
            "found by crossfire \(Version.text), \(context.protocolName), seed \(context.seed), "
            + "execution \(finding.firstExecution)\n"
        try Self.write(
            "# \(finding.id): \(finding.violation.summary)\n# \(comment)\(finding.scenario.text)",
            to: folder + "/scenario.crossfire")
        if let minimized = finding.minimized {
            try Self.write("# \(finding.id), made smaller\n\(minimized.text)", to: folder + "/minimized.crossfire")
        }
        try Data(finding.targetOutput).write(to: URL(fileURLWithPath: folder + "/target.log"))
        try CaptureExport(finding, context).write(to: folder + "/capture.pcapng")
        try JSONText.data(FindingRecord(finding, context)).write(to: URL(fileURLWithPath: folder + "/finding.json"))
    }

    private static func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    /// The records of all findings in the store, by id.
    ///
    /// - Throws: `StoreError` for a `finding.json` that cannot be read.
    public func load() throws -> [(path: String, record: FindingRecord)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return try names.filter { !$0.hasPrefix(".") }.sorted().map { name in
            let path = "\(directory)/\(name)"
            return (path, try Self.record(at: path))
        }
    }

    /// The record in a finding's folder.
    ///
    /// - Throws: `StoreError`.
    public static func record(at folder: String) throws -> FindingRecord {
        let path = folder + "/finding.json"
        do {
            return try JSONDecoder().decode(FindingRecord.self, from: try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let error as DecodingError {
            throw StoreError(path: path, reason: "not a finding of this version: \(Self.place(error))")
        } catch {
            throw StoreError(path: path, reason: error.localizedDescription)
        }
    }

    private static func place(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "not JSON" : "'\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
        @unknown default: "not JSON"
        }
    }
}

/// A file of the store that cannot be read or written.
public struct StoreError: Error, CustomStringConvertible, Sendable {
    /// The file or folder.
    public var path: String
    /// Why.
    public var reason: String

    /// `PATH: REASON`.
    public var description: String { "\(path): \(reason)" }
}

/// One way of writing JSON, so that files compare well: sorted keys, no escaped slashes.
enum JSONText {
    static func data(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return try encoder.encode(value) + Data("\n".utf8)
    }

    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
