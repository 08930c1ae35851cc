import Foundation
import Testing

extension EndToEnd {
    /// Goal: what a terminal, a disk or a signal does costs no finding, leaves nothing behind, and has its status. Method:
    /// closed, full and broken outputs; a small tmpfs; signals at campaigns whose targets make daemons.
    @Suite(
        "robustness", .enabled(if: canCapture, "needs the right to capture"),
        .enabled(if: CrossfireProcess.program("python3") != nil, "needs python3"))
    struct Robustness {
        let folder: TemporaryFolder
        private let script: String

        init() throws {
            folder = try TemporaryFolder()
            script = try HostileServer.write(into: folder)
        }

        /// A campaign against an echo server that does `kind`, as words for a shell.
        private func campaign(_ kind: String, _ more: String = "--executions 20", out: String? = nil) -> String {
            "'\(CrossfireProcess.folder)/crossfire' fuzz --protocol echo \(more) --confirm 0 --perturb off "
                + "--out '\(out ?? folder.path + "/out")' -- python3 '\(script)' \(kind) echo {port}"
        }

        private func shell(_ command: String) throws -> CrossfireProcess.Result {
            try CrossfireProcess.start(CrossfireProcess.program("bash")!, ["-c", command]).finish()
        }

        @Test(
            "a lost result is 74, lost progress is nothing",
            arguments: [
                (">/dev/full", 74), (">&-", 74), ("2>/dev/full >/dev/null", 0), ("2>&- >/dev/null", 0),
                ("2>&- >&-", 74),
            ])
        func outputs(_ redirection: String, _ status: Int32) throws {
            #expect(try shell("\(campaign("none")) \(redirection)").status == status)
        }

        @Test("a broken pipe is a lost result, and the findings stay")
        func brokenPipe() throws {
            let result = try shell("\(campaign("garbage")) | true; exit ${PIPESTATUS[0]}")
            #expect(result.status == 74, "\(result.errors)")
            #expect(!(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/out/findings")).isEmpty)
        }

        @Test("a place for temporary files that cannot be used is bad configuration", arguments: ["/nonexistent", ""])
        func temporary(_ path: String) throws {
            let result = try shell("TMPDIR='\(path)' \(campaign("none"))")
            #expect(result.status == 78, "\(result.errors)")
            #expect(result.errors.contains("TMPDIR") && result.errors.contains("'\(path)'"))
        }

        @Test(
            "times beyond all use are wrong usage",
            arguments: ["1e300s", "1e10s", "infs", "nans", "-5s", "0s", "1e400h", "s", "9223372036854775808s"])
        func times(_ time: String) throws {
            #expect(try shell(campaign("none", "--duration=\(time)")).status == 64)
        }

        @Test(
            "whatever ends us, nothing of a target that makes daemons is left",
            arguments: [SIGINT, SIGTERM, SIGHUP, SIGKILL], ["daemon", "fork-loop"])
        func signals(_ number: Int32, _ kind: String) throws {
            let temporary = "\(folder.path)/tmp"
            try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
            let running = try CrossfireProcess.start(
                CrossfireProcess.program("bash")!,
                // Under nohup(1) SIGHUP is ignored, and ends nobody.
                [
                    "-c",
                    "export TMPDIR='\(temporary)'; exec env --default-signal=HUP \(campaign(kind, "--duration 60s"))",
                ])
            while !running.errors.contains(" on 127.0.0.1"), running.process.isRunning { sched_yield() }
            kill(running.process.processIdentifier, number)
            let expected: [Int32: Int32] = [SIGINT: 130, SIGTERM: 143, SIGHUP: 143, SIGKILL: 137]
            let result = running.finish()
            #expect(result.status == expected[number], "\(result.errors)")
            // The guard ends them after us.
            let deadline = Date().addingTimeInterval(20)
            while !CrossfireProcess.processes(running: script).isEmpty, Date() < deadline { sched_yield() }
            #expect(CrossfireProcess.processes(running: script).isEmpty)
            if number != SIGKILL { #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty) }
        }

        @Test("a killed recording leaves a readable partial file, and its command ends")
        func killedRecording() throws {
            let path = "\(folder.path)/a.pcapng"
            let talk = "setsid sleep 66\(getpid()) & while :; do echo x >/dev/udp/127.0.0.1/9; done"
            let running = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire", ["capture", "record", "-w", path, "--", "bash", "-c", talk])
            let partial = path + ".partial"
            let holdsMore = {
                ((try? FileManager.default.attributesOfItem(atPath: partial)[.size] as? Int) ?? 0) > 10_000
            }
            while !holdsMore(), running.process.isRunning { sched_yield() }
            #expect(running.errors.contains("until it ends, what was recorded is in \(partial)"), "\(running.errors)")
            kill(running.process.processIdentifier, SIGKILL)
            #expect(running.finish().status == 137)
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(try CrossfireProcess.run("inspect", partial).status == 0)
            let deadline = Date().addingTimeInterval(20)
            while !CrossfireProcess.processes(running: "sleep 66\(getpid())").isEmpty, Date() < deadline {
                sched_yield()
            }
            #expect(CrossfireProcess.processes(running: "sleep 66\(getpid())").isEmpty)
        }

        @Test("a full disk costs the files, not the verdict", .enabled(if: getuid() == 0, "needs the right to mount"))
        func fullDisk() throws {
            guard let small = SmallDisk(bytes: 8 << 10) else {
                return Swift.print("skipped: no right to mount a tmpfs")
            }
            let disk = small.path
            let result = try shell(campaign("garbage", out: disk))
            #expect(result.status == 74, "\(result.errors)")
            #expect(result.output.contains("violated"), "\(result.output)")
            #expect(result.errors.contains("No space left on device"), "\(result.errors)")
            for name in (try? FileManager.default.contentsOfDirectory(atPath: disk + "/findings")) ?? [] {
                #expect(FileManager.default.fileExists(atPath: "\(disk)/findings/\(name)/finding.json"), "\(name)")
            }
        }

        @Test("devices and FIFOs are written into, never replaced")
        func devices() throws {
            let fifo = "\(folder.path)/fifo"
            #expect(mkfifo(fifo, 0o600) == 0)
            let capture = "\(folder.path)/tiny.pcap"
            _ = try TinyCapture.echo(loses: false).write(capture)
            let program = "'\(CrossfireProcess.folder)/crossfire'"
            let read = try shell("cat '\(fifo)' & \(program) inspect '\(capture)' --html '\(fifo)' >/dev/null; wait")
            #expect(read.output.contains("</html>"))
            #expect(try shell("\(program) inspect '\(capture)' --html /dev/null >/dev/null").status == 0)
            #expect(try shell("\(program) inspect '\(capture)' --html /dev/full").status == 74)
            for (path, type) in [(fifo, S_IFIFO), ("/dev/null", S_IFCHR), ("/dev/full", S_IFCHR)] {
                var status = stat()
                #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == type, "\(path)")
            }
        }
    }
}
