import Capture
import Foundation
import Testing

extension EndToEnd {
    /// Goal: `capture record` keeps every packet up to its end, and says so. Method: datagrams to a port of our own,
    /// sent once the program says that it records, and a signal or a limit right after the last one.
    @Suite("capture record", .enabled(if: getuid() == 0 && canCapture, "needs the right to capture on lo"))
    struct Record {
        /// Sends datagrams to a port on which nobody but this test listens.
        final class Sender {
            private let receiver: Int32
            let port: UInt16

            init() {
                let receiver = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                withUnsafeMutablePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        _ = bind(receiver, $0, size)
                        _ = getsockname(receiver, $0, &size)
                        // To itself.
                        _ = connect(receiver, $0, size)
                    }
                }
                self.receiver = receiver
                port = UInt16(bigEndian: address.sin_port)
            }

            deinit { close(receiver) }

            func send(_ count: Int) {
                for _ in 0..<count { _ = Glibc.send(receiver, "datagram", 8, 0) }
            }
        }

        private func start(_ path: String, _ sender: Sender, _ more: [String]) throws -> CrossfireProcess.Running {
            let running = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire",
                ["capture", "record", "-i", "lo", "-f", "udp port \(sender.port)", "-w", path] + more)
            let deadline = Date().addingTimeInterval(20)
            while !running.errors.contains("recording lo"), running.process.isRunning, Date() < deadline {
                sched_yield()
            }
            return running
        }

        @Test("a signal right after the last packet loses none", arguments: [SIGINT, SIGTERM])
        func signal(_ number: Int32) throws {
            let folder = try TemporaryFolder()
            let sender = Sender()
            let path = "\(folder.path)/a.pcapng"
            let running = try start(path, sender, [])
            sender.send(200)
            kill(running.process.processIdentifier, number)
            let result = running.finish()
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains("200 packets recorded, complete; \(path)"), "\(result.errors)")
            #expect(result.errors.contains("0 dropped"))
            let inspected = try CrossfireProcess.run("inspect", path)
            #expect(inspected.output.contains("1 UDP flow, 200 datagrams"), "\(inspected.output)")
        }

        @Test("limits end it")
        func limits() throws {
            let folder = try TemporaryFolder()
            let sender = Sender()
            let counted = try start("\(folder.path)/a.pcapng", sender, ["--count", "5"])
            sender.send(20)
            let result = counted.finish()
            #expect(result.status == 0)
            #expect(result.errors.contains("5 packets recorded, complete"), "\(result.errors)")
            let timed = try start("\(folder.path)/b.pcapng", sender, ["--duration", "100ms"]).finish()
            #expect(timed.status == 0)
            #expect(timed.errors.contains("packets recorded, complete"), "\(timed.errors)")
        }

        @Test("a ring keeps the newest files")
        func ring() throws {
            let folder = try TemporaryFolder()
            let sender = Sender()
            let running = try start(
                "\(folder.path)/r.pcapng", sender, ["--ring-files", "2", "--ring-size", "2000", "--count", "100"])
            sender.send(100)
            let result = running.finish()
            #expect(result.status == 0)
            #expect(result.errors.contains("100 packets recorded, complete; 2 files, the last"), "\(result.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
        }

        @Test("a command is recorded in a network of its own until it ends, and its failure is told")
        func command() throws {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/a.pcapng"
            let arguments = ["capture", "record", "-w", path, "-f", "ip", "--"]
            let talk = "exec 3<>/dev/udp/127.0.0.1/9; printf one >&3; exec 4<>/dev/tcp/127.0.0.1/1"
            let result = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire", arguments + ["bash", "-c", talk]
            ).finish()
            #expect(result.status == 0, "\(result.errors)")
            // The datagram, the port unreachable that answers it, a SYN and its reset: nobody else is on this lo.
            #expect(result.errors.contains("4 packets recorded, complete"), "\(result.errors)")
            #expect(result.errors.contains("the command ended with 1"), "\(result.errors)")
            let absent = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire", arguments + ["no-such-program"]
            ).finish()
            #expect(absent.status == 69)
            #expect(absent.errors.contains("cannot start 'no-such-program'"), "\(absent.errors)")
        }

        @Test(
            "a plain user records a command", .enabled(if: CrossfireProcess.isReadableByNobody, "others cannot read it")
        )
        func plainUser() throws {
            let path = "/tmp/crossfire-record-\(getpid()).pcapng"
            defer { try? FileManager.default.removeItem(atPath: path) }
            let result = try CrossfireProcess.start(
                CrossfireProcess.program("runuser")!,
                [
                    "-u", "nobody", "--", "\(CrossfireProcess.folder)/crossfire", "capture", "record", "-w", path, "-f",
                    "ip", "--", "bash", "-c", "exec 4<>/dev/tcp/127.0.0.1/1",
                ], in: "/tmp"
            ).finish()
            let isRefused = result.errors.contains("no private network")
            #expect(result.status == (isRefused ? 77 : 0), "\(result.errors)")
            #expect(isRefused || result.errors.contains("2 packets recorded, complete"), "\(result.errors)")
        }

        @Test("a command does not outlive the recording")
        func commandEnds() throws {
            let folder = try TemporaryFolder()
            let sleeper = "exec sleep 77\(getpid())"
            let result = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire",
                [
                    "capture", "record", "-w", "\(folder.path)/a.pcapng", "--duration", "200ms", "--", "sh", "-c",
                    sleeper,
                ]
            ).finish()
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains("the command was ended by signal 15"), "\(result.errors)")
        }

        @Test(
            "everything that redis-benchmark sends and gets is in the file",
            .enabled(if: CrossfireProcess.program("redis-server") != nil, "needs redis-server"),
            .enabled(if: CrossfireProcess.program("redis-benchmark") != nil, "needs redis-benchmark"),
            arguments: [16, 1])
        func redis(pipelined: Int) throws {
            let folder = try TemporaryFolder()
            let path = "\(folder.path)/a.pcapng"
            let script = """
                redis-server --port 7379 --save '' --daemonize no >/dev/null & server=$!
                until redis-cli -p 7379 ping >/dev/null 2>&1; do sleep 0.05; done
                redis-benchmark -p 7379 -c 50 -P \(pipelined) -n 100000 -t set,get -q >/dev/null
                kill $server; wait $server
                """
            let result = try CrossfireProcess.start(
                "\(CrossfireProcess.folder)/crossfire", ["capture", "record", "-w", path, "--", "sh", "-c", script]
            ).finish()
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.errors.contains(", 0 dropped") && result.errors.contains("recorded, complete"))
            var reader = try CaptureFileReader(path: path)
            var table = FlowTable(serverPort: 7379, keepStreams: true)
            while let batch = try reader.nextBatch() { table.add(batch) }
            let flows = table.finish()
            #expect(flows.allSatisfy { $0.toServer.gaps.isEmpty && $0.toClient.gaps.isEmpty })
            // Each SET is answered by +OK: five bytes; no reply is missing.
            let oks = flows.map { flow in flow.toClient.bytes.count { $0 == UInt8(ascii: "+") } }.reduce(0, +)
            #expect(oks >= 100_000)
        }

        @Test("what is to be run before is run first, with the command's variables, and bounded")
        func prepared() throws {
            let folder = try TemporaryFolder()
            let note = "\(folder.path)/note"
            let run = { (setup: String) in
                try CrossfireProcess.run(
                    "capture", "record", "-w", "\(folder.path)/a.pcapng", "--env", "GIVEN=a b", "--start-timeout",
                    "500ms",
                    "--setup", setup, "--", "sh", "-c", "echo \"command $GIVEN\" >> '\(note)'")
            }
            let result = try run("echo \"setup $GIVEN\" >> '\(note)'")
            #expect(result.status == 0, "\(result.errors)")
            #expect(try String(contentsOfFile: note, encoding: .utf8) == "setup a b\ncommand a b\n")
            for (setup, told) in [("exit 3", "exited with status 3"), ("sleep 100", "did not end within 0.5 s")] {
                let failed = try run(setup)
                #expect(failed.status == 78 && failed.errors.contains("--setup '\(setup)' \(told)"), "\(failed.errors)")
            }
        }

        @Test("wrong usage and interfaces that are not there")
        func refused() throws {
            let run = { (arguments: [String]) in
                try CrossfireProcess.start(
                    "\(CrossfireProcess.folder)/crossfire", ["capture", "record", "-w", "/tmp/none.pcapng"] + arguments
                ).finish()
            }
            #expect(try run(["--ring-files", "2"]).status == 64)
            #expect(try run(["--count", "0"]).status == 64)
            #expect(try run(["--setup", "true"]).status == 64)
            #expect(try run(["--env", "A", "--", "true"]).status == 64)
            #expect(try run(["-f", "no such filter"]).status == 64)
            let absent = try run(["-i", "nosuch0"])
            #expect(absent.status == 65)
            #expect(absent.errors.contains("nosuch0"))
            #expect(!FileManager.default.fileExists(atPath: "/tmp/none.pcapng"))
        }
    }
}
