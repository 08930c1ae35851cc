import Capture
import Glibc
import Testing

/// Goal: recordings lose nothing, whatever ends them, and prove it. Method: datagrams over loopback, recorded by
/// filter; the files are read back. Skipped without the right to capture.
@Suite("Recording", .enabled(if: LiveCaptureTests.mayCapture))
struct CaptureRecorderTests {
    let folder = TemporaryFolder()

    func options(_ port: UInt16, _ change: (inout CaptureRecorder.Options) -> Void = { _ in })
        -> CaptureRecorder.Options
    {
        var options = CaptureRecorder.Options(
            captures: [LiveCapture.Options(filter: "udp src port \(port)", ringBytes: 8 << 20)],
            path: folder.path + "/out.pcapng", section: SectionInfo(comments: ["recorded by a test"]))
        change(&options)
        return options
    }

    /// Records while `count` datagrams are sent and then stops, unless the recorder stops by itself.
    func record(_ options: CaptureRecorder.Options, _ descriptor: Int32, _ count: Int, stop: Bool = true) async throws
        -> CaptureRecorder.Outcome
    {
        let recorder = try CaptureRecorder(options)
        let runner = Task.detached { try recorder.run() }
        LiveCaptureTests.send(count, to: 9, from: descriptor)
        if stop { recorder.stop() }
        return try await runner.value
    }

    @Test("stopped right after the last packet, nothing is lost, twenty times")
    func stopped() async throws {
        let (descriptor, port) = LiveCaptureTests.sender()
        defer { close(descriptor) }
        for _ in 0..<20 {
            let outcome = try await record(options(port), descriptor, 608)
            #expect(outcome.packets == 608)
            #expect(outcome.isComplete, "\(outcome.gaps)")
            let file = try WholeFile(outcome.files[0])
            #expect(file.records.count == 608)
            #expect(file.dropped == 0)
            #expect(file.warnings.isEmpty)
        }
    }

    @Test("a disk that fills keeps what was recorded before, readable and in its place", arguments: [16, 40, 100])
    func fullDisk(kibibytes: Int) async throws {
        guard let disk = SmallDisk(bytes: kibibytes << 10) else { return print("skipped: no right to mount a tmpfs") }
        let (descriptor, port) = LiveCaptureTests.sender()
        defer { close(descriptor) }
        let recording = options(port) { $0.path = disk.path + "/out.pcapng" }
        let outcome = try await record(recording, descriptor, 3000)
        #expect(outcome.failure == .unwritable(path: recording.path, reason: "No space left on device"))
        #expect(!outcome.isComplete)
        #expect(outcome.files == [recording.path])
        #expect(outcome.packets > 50)
        let file = try WholeFile(recording.path)
        #expect(file.records.count == outcome.packets)
        #expect(file.warnings.isEmpty, "\(file.warnings)")
        #expect(try run("/bin/ls", ["-A", disk.path]).output == "out.pcapng\n")
    }

    @Test("a disk that is full at the start is told before anything is recorded, and nothing is left")
    func fullAtStart() async throws {
        guard let disk = SmallDisk(bytes: 16 << 10) else { return print("skipped: no right to mount a tmpfs") }
        disk.fill()
        let recorder = try CaptureRecorder(options(1) { $0.path = disk.path + "/out.pcapng" })
        #expect(throws: CaptureError.self) { try recorder.run() }
        #expect(try run("/bin/ls", [disk.path]).output.isEmpty)
    }

    @Test("a ring on a disk that fills keeps its files")
    func fullRing() async throws {
        guard let disk = SmallDisk(bytes: 40 << 10) else { return print("skipped: no right to mount a tmpfs") }
        let (descriptor, port) = LiveCaptureTests.sender()
        defer { close(descriptor) }
        let recording = options(port) {
            $0.path = disk.path + "/out.pcapng"
            $0.ring = .init(fileBytes: 9000, files: 100)
        }
        let outcome = try await record(recording, descriptor, 1000)
        #expect(outcome.failure != nil)
        let files = try outcome.files.map { try WholeFile($0) }
        #expect(files.count > 2)
        #expect(files.map(\.records.count).reduce(0, +) == outcome.packets)
        #expect(files.allSatisfy { $0.warnings.isEmpty })
    }

    @Test("what is recorded is in the partial file a moment later, and the file gets its name at the end")
    func partial() async throws {
        let (descriptor, port) = LiveCaptureTests.sender()
        defer { close(descriptor) }
        let recording = options(port)
        let recorder = try CaptureRecorder(recording)
        let runner = Task.detached { try recorder.run() }
        LiveCaptureTests.send(20, to: 9, from: descriptor)
        // As after a SIGKILL: whatever is in the file then.
        let partial = recording.path + ".partial"
        while (try? WholeFile(partial))?.records.count != 20 { await Task.yield() }
        #expect(access(recording.path, F_OK) != 0)
        recorder.stop()
        #expect(try await runner.value.packets == 20)
        #expect(access(partial, F_OK) != 0)
        #expect(try WholeFile(recording.path).records.count == 20)
    }

    @Test("a number of packets, of bytes, and a time end it")
    func limits() async throws {
        let (descriptor, port) = LiveCaptureTests.sender()
        defer { close(descriptor) }
        let counted = try await record(options(port) { $0.maximumPackets = 100 }, descriptor, 300, stop: false)
        #expect(counted.packets == 100)
        #expect(try WholeFile(counted.files[0]).records.count == 100)
        let sized = try await record(options(port) { $0.maximumBytes = 10_000 }, descriptor, 300, stop: false)
        #expect(sized.packets < 300)
        let timed = try await record(
            options(port) { $0.maximumDuration = .milliseconds(50) }, descriptor, 10, stop: false)
        #expect(timed.packets == 10)
    }

    @Test("a ring keeps the newest files, and all of them hold all packets")
    func ring() async throws {
        let (descriptor, port) = LiveCaptureTests.sender()
        defer { close(descriptor) }
        let ring = CaptureRecorder.Ring(fileBytes: 5000, files: 3)
        let outcome = try await record(options(port) { $0.ring = ring }, descriptor, 500)
        #expect(outcome.packets == 500)
        #expect(outcome.files.count == 3)
        let files = try outcome.files.map { try WholeFile($0) }
        let last = files.flatMap(\.packets).map { Array($0.suffix(4)) }
        #expect(last == (500 - last.count..<500).map { PacketBuilder.be(UInt32($0)) })
        #expect(try run("/bin/ls", [folder.path]).output.split(separator: "\n").count == 3)
    }

    @Test("several interfaces share a file, each packet keeping its own")
    func several() async throws {
        let (descriptor, port) = LiveCaptureTests.sender()
        defer { close(descriptor) }
        let both = options(port) { options in
            options.captures.append(options.captures[0])
            options.captures[1].interface = "any"
        }
        let outcome = try await record(both, descriptor, 50)
        let file = try WholeFile(outcome.files[0])
        #expect(file.interfaces.map(\.name) == ["lo", "any"])
        #expect(file.linkTypes == [.ethernet, .linuxSLL2])
        #expect(file.records.filter { $0.interface == 0 }.count == 50)
        #expect(file.records.filter { $0.interface == 1 }.count >= 50)
    }
}
