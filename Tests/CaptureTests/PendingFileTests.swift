import Capture
import Glibc
import Testing

/// Goal: what is written is there whole or not at all, whatever stands at its place, and nothing else is replaced.
/// Method: each kind of place that a user can name: files, links, devices, FIFOs, folders, full disks.
@Suite("Writing files aside")
struct PendingFileTests {
    let folder = TemporaryFolder()
    private let text = Array("whole".utf8)

    private var names: [String] {
        (try? run("/bin/ls", ["-A", folder.path]))?.output.split(separator: "\n").map(String.init) ?? []
    }

    @Test("a file appears with its last byte, for this user alone, and takes the place of an older one")
    func whole() throws {
        let path = folder.path + "/a"
        for _ in 0..<2 {
            var file = try PendingFile(path: path)
            let before = contents(path)
            try file.write(text)
            #expect(contents(path) == before)
            try file.commit()
            #expect(contents(path) == "whole")
        }
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(names == ["a"])
    }

    @Test("a file that is given up leaves nothing, and one of a recording stays beside those of other runs")
    func givenUp() throws {
        let path = folder.path + "/a"
        do {
            var file = try PendingFile(path: path)
            try file.write(text)
        }
        #expect(names.isEmpty)
        for number in 1...3 {
            var file = try PendingFile(path: path, remains: .partial)
            try file.write(Array("run \(number)".utf8))
        }
        #expect(names == ["a.2.partial", "a.3.partial", "a.partial"])
        #expect(contents(path + ".partial") == "run 1")
        #expect(contents(path + ".3.partial") == "run 3")
    }

    @Test("what a killed run left is written over; what a living one writes is not")
    func leftover() throws {
        let path = folder.path + "/a"
        _ = folder.file("a.tmp", Array("left by a killed run, and longer".utf8))
        var file = try PendingFile(path: path)
        try file.write(text)
        #expect(throws: CaptureError.self) { _ = try PendingFile(path: path) }
        try file.commit()
        #expect(contents(path) == "whole")
        #expect(names == ["a"])
    }

    @Test("a link keeps pointing to its file")
    func link() throws {
        let target = folder.file("target", [])
        let path = folder.path + "/link"
        #expect(symlink(target, path) == 0)
        try PendingFile.write(text, to: path)
        #expect(contents(target) == "whole")
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }

    @Test("a FIFO is written into and stays one")
    func fifo() throws {
        let path = folder.path + "/fifo"
        #expect(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        for remains in [PendingFile.Remains.nothing, .partial] {
            var file = try PendingFile(path: path, remains: remains)
            try file.write(text)
            try file.commit()
            var got = [UInt8](repeating: 0, count: 16)
            #expect(read(reader, &got, 16) == text.count)
        }
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        #expect(names == ["fifo"])
    }

    @Test("devices are written into and stay devices", arguments: [("/dev/null", true), ("/dev/full", false)])
    func device(_ path: String, _ takes: Bool) throws {
        var before = stat()
        var after = stat()
        try #require(stat(path, &before) == 0 && before.st_mode & S_IFMT == S_IFCHR)
        let packet = FlowTableTests.connected()
        let write = {
            var writer = try PcapngWriter(
                path: path, section: SectionInfo(), interfaces: [InterfaceInfo(name: "lo", linkType: .ethernet)])
            for record in packet.batch.records { try writer.write(record, in: packet.batch) }
            try writer.finish(statistics: nil)
        }
        if takes {
            try write()
        } else {
            #expect(throws: CaptureError.unwritable(path: path, reason: "No space left on device")) { try write() }
        }
        #expect(stat(path, &after) == 0 && before.st_ino == after.st_ino && before.st_mode == after.st_mode)
    }

    @Test("places where nothing can be written are named, and nothing is left")
    func refused() throws {
        let taken = folder.path + "/taken"
        mkdir(taken, 0o700)
        for path in [folder.path + "/absent/a", taken, folder.file("file", []) + "/a"] {
            #expect {
                try PendingFile.write(text, to: path)
            } throws: { error in
                if case .unwritable(path, _) = error as? CaptureError { true } else { false }
            }
        }
        #expect(names == ["file", "taken"])
    }

    @Test("a full disk, met at each moment, leaves the older file as it was and nothing beside it")
    func fullDisk() throws {
        guard let disk = SmallDisk(bytes: 64 << 10) else { return print("skipped: no right to mount a tmpfs") }
        let path = disk.path + "/a"
        try PendingFile.write(text, to: path)
        for room in [0, 4096, 8192] {
            disk.fill(leaving: room)
            #expect(throws: CaptureError.unwritable(path: path, reason: "No space left on device")) {
                try PendingFile.write([UInt8](repeating: 2, count: 20_000), to: path)
            }
            #expect(contents(path) == "whole")
            #expect(try run("/bin/ls", [disk.path]).output == "a\n")
        }
    }
}
