import Capture
import Foundation
import Fuzz

/// What tells findings that this user's campaigns have written from those of others: a finding names the command that its
/// replay runs.
///
/// A mark is an empty file outside of the finding's folder, `STATE/crossfire/findings/HASH`, where STATE is
/// XDG_STATE_HOME or ~/.local/state; the hash is that of `finding.json`, so a changed finding has none.
public enum FindingMark {
    /// Notes that this user has written the finding whose `finding.json` is this. Where there is no place for that, its
    /// replay will ask.
    static func note(_ record: Data) {
        guard let folder else { return }
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try? PendingFile.write([], to: "\(folder)/\(name(record))")
    }

    /// Whether this user's campaigns have written the finding in a folder.
    public static func isThere(for finding: String) -> Bool {
        guard let folder, let record = FileManager.default.contents(atPath: finding + "/finding.json") else {
            return false
        }
        var status = stat()
        return stat("\(folder)/\(name(record))", &status) == 0 && status.st_uid == geteuid()
    }

    private static func name(_ record: Data) -> String {
        var hash = FNV1a()
        hash.add(record)
        return "\(String(hash.value, radix: 16))-\(record.count)"
    }

    private static var folder: String? {
        let environment = ProcessInfo.processInfo.environment
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/crossfire/findings" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.local/state/crossfire/findings"
    }
}
