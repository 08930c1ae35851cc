import Foundation
import Testing

/// All end-to-end tests, one after the other: each runs whole campaigns, which want both processors.
@Suite(.serialized) struct EndToEnd {}

/// The `crossfire` executable of this build, as a user runs it.
enum CrossfireProcess {
    struct Result {
        var status: Int32
        var output: String
        var errors: String

        /// The object that `--json` printed.
        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(output.utf8))) as? [String: Any] ?? [:]
        }

        /// The oracles of the findings in `json`.
        var oracles: [String] {
            (json["findings"] as? [[String: Any]] ?? []).compactMap { $0["oracle"] as? String }
        }

        /// The folders of the findings in `json`.
        var paths: [String] {
            (json["findings"] as? [[String: Any]] ?? []).compactMap { $0["path"] as? String }
        }
    }

    /// Where the executables of this build are: beside the test program.
    static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .path

    /// The package's root.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func run(_ arguments: String..., in directory: String? = nil) throws -> Result {
        try start("\(folder)/crossfire", arguments, in: directory).finish()
    }

    static func run(_ arguments: [String]) throws -> Result {
        try start("\(folder)/crossfire", arguments).finish()
    }

    static func start(_ program: String, _ arguments: [String], in directory: String? = nil) throws -> Running {
        try Running(program, arguments, directory)
    }

    /// A program that runs; its output is collected as it comes.
    final class Running {
        let process = Process()
        private let folder = try! TemporaryFolder()
        /// Tells of what is written into the folder.
        private let changes: FolderWatch

        init(_ program: String, _ arguments: [String], _ directory: String?) throws {
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = arguments
            if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
            process.standardInput = FileHandle.nullDevice
            for name in ["out", "err"] {
                _ = FileManager.default.createFile(atPath: "\(folder.path)/\(name)", contents: nil)
            }
            changes = try FolderWatch(folder.path)
            let ended = "\(folder.path)/ended"
            process.terminationHandler = { _ in _ = FileManager.default.createFile(atPath: ended, contents: nil) }
            process.standardOutput = FileHandle(forWritingAtPath: "\(folder.path)/out")
            process.standardError = FileHandle(forWritingAtPath: "\(folder.path)/err")
            // Threads of Dispatch block signals, and a child inherits that.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_UNBLOCK, &all, nil)
            try process.run()
        }

        /// What it has printed so far.
        var output: String { text("out") }
        var errors: String { text("err") }

        /// Waits until something is true of what it has printed.
        ///
        /// - Throws: where it ends before.
        func waits(until condition: (Running) -> Bool) throws {
            while !condition(self) {
                let hasEnded = FileManager.default.fileExists(atPath: "\(folder.path)/ended")
                try #require(!hasEnded || condition(self), "it ended: \(output)\(errors)")
                if !hasEnded { changes.wait() }
            }
        }

        func finish() -> Result {
            process.waitUntilExit()
            let signalled = process.terminationReason == .uncaughtSignal
            let status = signalled ? 128 + process.terminationStatus : process.terminationStatus
            return Result(status: status, output: text("out"), errors: text("err"))
        }

        private func text(_ name: String) -> String {
            String(decoding: FileManager.default.contents(atPath: "\(folder.path)/\(name)") ?? Data(), as: UTF8.self)
        }
    }

    /// A program of the system, or nil where it is not installed.
    static func program(_ name: String) -> String? {
        ["/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Ids of processes whose command line holds `text`, this one left out.
    static func processes(running text: String) -> [Int32] {
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
        return ids.filter { id in
            guard id != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(id)/cmdline") else {
                return false
            }
            return String(decoding: line, as: UTF8.self).replacingOccurrences(of: "\0", with: " ").contains(text)
        }
    }
}

/// A folder that goes with its owner.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("crossfire-e2e-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// Whether this machine lets a campaign capture; the tests that need it are skipped elsewhere.
let canCapture = (try? CrossfireProcess.run("doctor").status) == 0
