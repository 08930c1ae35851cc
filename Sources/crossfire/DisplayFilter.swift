import Foundation
import Report

/// A Wireshark display filter, which tshark applies.
struct DisplayFilter {
    var expression: String

    /// Writes what passes the filter to `path`, as pcapng.
    ///
    /// Throws a `Failure`: 69 where tshark is not installed, 64 where it does not accept the filter.
    func apply(to capture: String, writing path: String) throws {
        guard let program = Self.tshark() else {
            throw Failure(.noTarget, "--filter needs tshark, which is not installed: apt-get install tshark")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["-n", "-r", capture, "-Y", expression, "-F", "pcapng", "-w", path]
        let errors = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        do { try process.run() } catch {
            throw Failure(.noTarget, "cannot start \(program): \(error.localizedDescription)")
        }
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let reason = said.split(separator: "\n").first { !$0.hasPrefix("Running as user") } ?? "no reason given"
            throw Failure(.usage, "tshark does not accept the filter or the file: \(reason)")
        }
    }

    /// tshark in the search path, or nil.
    private static func tshark() -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/tshark" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
