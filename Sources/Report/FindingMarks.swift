import Capture
import Foundation

/// Which findings are this user's own: a copy of each `finding.json` that was written, kept outside the finding's folder.
///
/// A folder that came from somebody else says which command to run; what has no copy here is not run unasked. A folder
/// that was moved keeps its mark; one whose `finding.json` was changed has lost it.
public struct FindingMarks: Sendable {
    private let directory: String

    /// The most marks that are kept; the oldest go.
    public static let maximumMarks = 2000

    /// The marks in a folder.
    public init(directory: String) {
        self.directory = directory
    }

    /// Those of this user: `crossfire/findings` in XDG_STATE_HOME, which is `~/.local/state` where it is not set to an absolute
    /// path. (XDG Base Directory Specification)
    public static var own: FindingMarks {
        let variables = ProcessInfo.processInfo.environment
        let state = variables["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return FindingMarks(directory: (state ?? NSHomeDirectory() + "/.local/state") + "/crossfire/findings")
    }

    /// Notes that the finding in a folder is this user's. Where there is no place to note it, its replay asks.
    public func add(_ folder: String) {
        guard let record = record(of: folder) else { return }
        let files = FileManager.default
        try? files.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try? PendingFile.write(Array(record), to: path(of: record))
        removeOldest()
    }

    /// Whether the finding in a folder is this user's, and as it was when it was noted.
    public func contains(_ folder: String) -> Bool {
        guard let record = record(of: folder) else { return false }
        return FileManager.default.contents(atPath: path(of: record)) == record
    }

    private func record(of folder: String) -> Data? {
        FileManager.default.contents(atPath: folder + "/finding.json")
    }

    /// FNV-1a names the file; its contents decide.
    private func path(of record: Data) -> String {
        let hash = record.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "\(directory)/\(String(hash, radix: 16)).json"
    }

    private func removeOldest() {
        let files = FileManager.default
        guard let names = try? files.contentsOfDirectory(atPath: directory), names.count > Self.maximumMarks else {
            return
        }
        let dated = names.map { name in
            let attributes = try? files.attributesOfItem(atPath: "\(directory)/\(name)")
            return (time: attributes?[.modificationDate] as? Date ?? .distantPast, name: name)
        }
        for (_, name) in dated.sorted(by: { $0 < $1 }).dropLast(Self.maximumMarks) {
            try? files.removeItem(atPath: "\(directory)/\(name)")
        }
    }
}
