import Foundation
public import Fuzz
public import Verification
public import Wire

/// What a path names that can be run again: a finding's folder, a scenario in one, or a scenario alone.
public struct SavedScenario: Sendable {
    /// The test case.
    public let scenario: Scenario
    /// Its protocol.
    public let codec: any WireCodec
    /// The folder that it is in.
    public let folder: String
    /// What the finding's folder says; nil for a scenario alone.
    public let record: FindingRecord?
    /// What a replay has to show again; nil for a scenario alone, where any violation counts.
    public var oracle: OracleID? { record.flatMap { OracleID(rawValue: $0.oracle) } }

    /// Reads it.
    ///
    /// - Throws: `StoreError`, `ScenarioError`.
    public init(_ path: String, _ files: ScenarioFiles) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw StoreError(path: path, reason: "there is no finding or scenario")
        }
        folder = isFolder.boolValue ? path : URL(fileURLWithPath: path).deletingLastPathComponent().path
        (scenario, codec) = try files.read(file: isFolder.boolValue ? path + "/scenario.crossfire" : path)
        let hasRecord = FileManager.default.fileExists(atPath: folder + "/finding.json")
        record = isFolder.boolValue || hasRecord ? try FindingStore.record(at: folder) : nil
    }
}

extension TargetDescription {
    /// What starting it does, for who has not asked for it: a command's words each by itself, so that what a shell would
    /// take apart stays together.
    public var action: String {
        switch self {
        case .command(let words, _): "runs the command: " + words.map(Self.quoted).joined(separator: " ")
        case .server(let name): "runs the reference server \(name)"
        case .connect(let address): "talks to the server on \(address)"
        }
    }

    /// A word as a shell would take it, on one line.
    static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber) || "/._-=:,+@%{}".contains(letter)
        }
        guard !isPlain || word.isEmpty else { return word }
        // On one line, as a shell would take it.
        let escapes = [("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")]
        return "$'" + escapes.reduce(word) { $0.replacingOccurrences(of: $1.0, with: $1.1) } + "'"
    }
}

extension Gate.SavedFinding {
    /// A finding's folder: with the smaller scenario, where there is one.
    ///
    /// - Throws: `StoreError`, `ScenarioError`.
    public init(_ record: FindingRecord, in folder: String, _ files: ScenarioFiles) throws {
        let name = record.minimized ? "minimized.crossfire" : "scenario.crossfire"
        self.init(
            id: record.id, scenario: try files.load(file: "\(folder)/\(name)"),
            oracle: OracleID(rawValue: record.oracle), level: record.level.flatMap(FindingLevel.init))
    }
}
