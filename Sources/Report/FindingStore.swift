public import Capture
import Foundation
public import Fuzz
import System
import Verification
import Wire

/// The findings of a campaign as folders: `DIR/findings/ID/`, each written aside and renamed when it is whole.
public struct FindingStore: Sendable {
    /// `DIR/findings`.
    public let directory: String
    private let marks: FindingMarks?

    /// A store in the `findings` folder of a campaign's folder; what is saved is noted in `marks`.
    public init(campaign directory: String, marks: FindingMarks? = nil) {
        self.directory = directory + "/findings"
        self.marks = marks
    }

    /// Writes a finding's folder, in place of an older one with the same id. What it holds is other people's traffic: only
    /// this user may read it.
    ///
    /// - Returns: the folder's path.
    /// - Throws: `CaptureError.unwritable`; nothing half-written is left then, and an older folder is as it was.
    public func save(_ finding: Finding, _ context: RunContext) throws(CaptureError) -> String {
        let final = "\(directory)/\(finding.id)"
        let aside = "\(directory)/.\(finding.id).\(getpid())\(Self.asideSuffix)"
        let files = FileManager.default
        do {
            try files.createDirectory(
                atPath: aside, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let record = try JSONText.data(FindingRecord(finding, context))
            try write(finding, context, record, into: aside)
            let older = "\(directory)/.\(finding.id).older.\(getpid())\(Self.asideSuffix)"
            let isThere = rename(final, older) == 0
            guard rename(aside, final) == 0 else {
                let reason = String(cString: strerror(errno))
                if isThere { rename(older, final) }
                throw CaptureError.unwritable(path: final, reason: reason)
            }
            try? files.removeItem(atPath: older)
            marks?.add(final)
        } catch {
            try? files.removeItem(atPath: aside)
            throw CaptureError.unwritable(path: final, reason: Self.reason(error))
        }
        return final
    }

    /// What a killed campaign was about to write, as long as its folder still had another name, goes.
    public func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names where name.hasPrefix(".") && name.hasSuffix(Self.asideSuffix) {
            let parts = name.dropLast(Self.asideSuffix.count).split(separator: ".")
            guard let owner = parts.last.flatMap({ pid_t($0) }), kill(owner, 0) != 0, errno == ESRCH else { continue }
            try? FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        }
    }

    private static let asideSuffix = ".tmp"

    /// The system's words where there are some: "No space left on device" says more than Foundation does.
    private static func reason(_ error: any Error) -> String {
        if case .unwritable(_, let reason) = error as? CaptureError { return reason }
        let cause = ((error as? CocoaError)?.userInfo[NSUnderlyingErrorKey] as? POSIXError)?.code
        return cause.map { String(cString: strerror($0.rawValue)) } ?? error.localizedDescription
    }

    private func write(_ finding: Finding, _ context: RunContext, _ record: Data, into folder: String) throws {
        let comment =
            "found by crossfire \(Version.text), \(context.protocolName), seed \(context.seed), "
            + "execution \(finding.firstExecution)\n"
        try Self.write(
            "# \(finding.id): \(finding.violation.summary)\n# \(comment)\(finding.scenario.text)",
            to: folder + "/scenario.crossfire")
        if let minimized = finding.minimized {
            try Self.write("# \(finding.id), made smaller\n\(minimized.text)", to: folder + "/minimized.crossfire")
        }
        if let file = context.protocolFile { try Self.write(file.text, to: "\(folder)/\(file.name)") }
        try PendingFile.write(finding.targetOutput, to: folder + "/target.log")
        try CaptureExport(finding, context).write(to: folder + "/capture.pcapng")
        try PendingFile.write(Array(record), to: folder + "/finding.json")
    }

    private static func write(_ text: String, to path: String) throws {
        try PendingFile.write(Array(text.utf8), to: path)
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
            return try record(json: try SmallFile.bytes(path, atMost: maximumRecordBytes))
        } catch let error as SmallFile.Refusal {
            throw StoreError(path: path, reason: error.description)
        } catch let error as DecodingError {
            throw StoreError(path: path, reason: "not a finding of this version: \(Self.place(error))")
        } catch {
            throw StoreError(path: path, reason: error.localizedDescription)
        }
    }

    /// The record that these bytes are.
    ///
    /// - Throws: `DecodingError`.
    public static func record(json: [UInt8]) throws -> FindingRecord {
        try JSONDecoder().decode(FindingRecord.self, from: Data(json))
    }

    /// Bytes of a `finding.json`.
    private static let maximumRecordBytes = 16 << 20

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

/// A file of the store that cannot be read.
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
