import Foundation
import Testing

extension EndToEnd {
    /// Goal: wherever temporary files and results are to be, and whatever the user's limits, a campaign ends with one clear
    /// line and the contract's status, and leaves nothing. Method: small, full and read-only file systems, names that are
    /// no folders or hold spaces or are too long, and ulimit.
    @Suite(
        "places and limits", .enabled(if: canCapture, "needs the right to capture"),
        .enabled(if: CrossfireProcess.program("python3") != nil, "needs python3"))
    struct Places {
        let folder: TemporaryFolder
        private let script: String

        init() throws {
            folder = try TemporaryFolder()
            script = try HostileServer.write(into: folder)
        }

        /// Runs a campaign against an echo server behind `setting`, words of a shell.
        private func campaign(_ setting: String, out: String? = nil, _ target: String? = nil) throws
            -> CrossfireProcess.Result
        {
            let command =
                "\(setting); '\(CrossfireProcess.folder)/crossfire' fuzz --protocol echo --executions 20 --confirm 0 "
                + "--perturb off --out '\(out ?? folder.path + "/out")' "
                + (target ?? "-- python3 '\(script)' none echo {port}")
            return try CrossfireProcess.start(CrossfireProcess.program("bash")!, ["-c", command]).finish()
        }

        /// Lines that are no progress.
        private func complaints(_ result: CrossfireProcess.Result) -> [Substring] {
            result.errors.split(separator: "\n").filter { $0.hasPrefix("crossfire: ") }
        }

        private func temporary(_ path: String) -> String { "export TMPDIR='\(path)'" }

        @Test("a small file system for temporary files is enough, a read-only one is told")
        func smallDisk() throws {
            guard let disk = SmallDisk(bytes: 1 << 20) else {
                return Swift.print("skipped: no right to mount a tmpfs")
            }
            let entries = { try FileManager.default.contentsOfDirectory(atPath: disk.path) }
            #expect(try campaign(temporary(disk.path)).status == 0)
            #expect(try entries().isEmpty)
            disk.fill()
            #expect(try campaign(temporary(disk.path)).status == 0)
            #expect(try entries() == [".filler"])
            let lost = try campaign("true", out: disk.path + "/out")
            #expect(lost.status == 74 && lost.output.contains("held"), "\(lost.errors)")
            #expect(complaints(lost).count == 1 && lost.errors.contains("No space left on device"))
            disk.makeReadOnly()
            let refused = try campaign(temporary(disk.path))
            #expect(refused.status == 78, "\(refused.errors)")
            #expect(complaints(refused).count == 1 && refused.errors.contains("Read-only file system"))
        }

        @Test("a name for temporary files may hold spaces, must be a folder, and not too long for a socket")
        func names() throws {
            let spaced = folder.path + "/with a space é"
            let long = folder.path + "/" + String(repeating: "l", count: 100)
            for path in [spaced, long] {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                #expect(try campaign(temporary(path)).status == 0, "\(path)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty, "\(path)")
            }
            let unix = try campaign(temporary(long), "--transport unix -- python3 x {socket}")
            #expect(unix.status == 78 && complaints(unix).count == 1, "\(unix.errors)")
            #expect(unix.errors.contains("a socket's path has at most"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: long).isEmpty)
            let file = try campaign(temporary(script))
            #expect(file.status == 78 && complaints(file).count == 1, "\(file.errors)")
            #expect(file.errors.contains("Not a directory"))
        }

        @Test(
            "a folder for results that cannot be is a lost output",
            arguments: ["", "/dev/null", "/proc/x", "/proc/x/y", "/" + String(repeating: "x", count: 300)])
        func out(path: String) throws {
            let result = try campaign("true", out: path)
            #expect(result.status == 74, "\(result.errors)")
            #expect(complaints(result).count == 1 && result.errors.contains("cannot make the folder '"))
        }

        @Test(
            "a user's limit is worth another try, and no bug",
            arguments: ["-n 6", "-n 10", "-n 16", "-v 100000", "-f 0"])
        func limits(limit: String) throws {
            // Through a pipe: the limit of files is one of what a shell redirects too.
            let result = try campaign("exec 2> >(cat >'\(folder.path)/said'); ulimit \(limit)")
            #expect(result.status == 75, "\(limit)")
            let said = { (try? String(contentsOfFile: "\(folder.path)/said", encoding: .utf8)) ?? "" }
            // The last line, behind what was told before the limit was met.
            while !said().hasSuffix("\n") { sched_yield() }
            #expect(said().split(separator: "\n").last?.hasPrefix("crossfire: ") == true, "\(said())")
        }

        @Test(
            "what is ignored, closed or missing from the start changes nothing",
            arguments: [
                "exec <&-", "unset HOME", "trap '' PIPE", "trap '' CHLD", "export LC_ALL=tr_TR.UTF-8 LANG=xx_YY.none",
                "ulimit -c 0; ulimit -s 256", "trap '' HUP",
            ])
        func surroundings(setting: String) throws {
            let result = try campaign(setting)
            #expect(result.status == 0, "\(setting): \(result.errors)")
        }
    }
}
