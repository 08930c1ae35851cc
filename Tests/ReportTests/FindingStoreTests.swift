import Capture
import Foundation
import Fuzz
import Report
import Testing
import Verification
import Wire

/// Goal: a finding's folder holds all that is needed to see it again, and is there whole or not at all. Method: a hand-made
/// finding saved, read back file by file, saved again, and saved where the capture cannot be written.
@Suite("Folders of findings")
struct FindingStoreTests {
    let folder: TemporaryFolder
    let store: FindingStore

    init() throws {
        folder = try TemporaryFolder()
        store = FindingStore(campaign: folder.path)
    }

    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: store.directory)) ?? []).sorted()
    }

    @Test("all files are there, and say what they should")
    func files() throws {
        let finding = try Sample.finding()
        let path = try store.save(finding, Sample.context)
        #expect(path == "\(folder.path)/findings/linearizability-cac115c6")
        #expect(names == [finding.id])
        let files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        #expect(files == ["capture.pcapng", "finding.json", "minimized.crossfire", "scenario.crossfire", "target.log"])
        let local = "findings/\(finding.id)/"
        let text = try folder.text(local + "scenario.crossfire")
        #expect(
            text == """
                # linearizability-cac115c6: INCR k answered 2 twice: packets 2 and 3
                # found by crossfire \(Version.text), resp, seed 7, execution 12
                protocol resp
                c0 connect
                together
                  c0 send INCR {key}
                  c0 send INCR {key}
                c0 expect 2

                """)
        #expect(try Scenario(parsing: text) == finding.scenario)
        #expect(try Scenario(parsing: folder.text(local + "minimized.crossfire")) == finding.minimized)
        #expect(try folder.text(local + "target.log") == "listening\n\u{0}")
    }

    @Test("finding.json reads back as it was written")
    func record() throws {
        var finding = try Sample.finding()
        finding.violation.blame = "nobody's"
        let path = try store.save(finding, Sample.context)
        let record = try FindingStore.record(at: path)
        #expect(record.schema == 1)
        #expect(record.blame == "nobody's")
        #expect(record.requirement == OracleID.linearizability.requirement)
        #expect(record.id == finding.id)
        #expect(record.oracle == "linearizability")
        #expect(record.summary == finding.violation.summary)
        #expect(record.signature == "lost update")
        #expect(record.evidence.map(\.packet) == [2, 3, 3])
        #expect(record.evidence.map(\.note) == ["c0: INCR k", "c1: INCR k", "answered twice"])
        #expect(record.marginNanoseconds == 12_345)
        #expect(record.protocolName == "resp")
        #expect(record.target == .server("threaded/kv+lost-update"))
        #expect(record.seed == 7 && record.clients == 4 && record.perturbation == "preload")
        #expect(record.firstExecution == 12 && record.firstSeconds == 0.25)
        #expect(record.reproduced?.hits == 19 && record.reproduced?.tries == 20)
        #expect(record.reproduced?.low == finding.reproduced?.interval?.low)
        #expect(record.reproduced?.high == finding.reproduced?.interval?.high)
        #expect(record.minimized)
        #expect(record.version == Version.text)
        let loaded = try store.load()
        #expect(loaded.map(\.path) == [path])
        #expect(loaded.map(\.record.id) == [finding.id])
    }

    @Test(
        "every kind of target reads back",
        arguments: [
            TargetDescription.server("forked/echo"), .command(["./a b", "--port", "{port}"]),
            .connect(.tcp(port: 65_535)), .server("threaded/kv --transport udp --state pipe"),
            .command(["./a", "{socket}"], over: .unix), .connect(.tcp6(port: 7)), .connect(.udp(port: 7)),
            .connect(.unix(path: "/run/a b.sock")),
        ])
    func targets(target: TargetDescription) throws {
        let data = try JSONEncoder().encode(target)
        #expect(try JSONDecoder().decode(TargetDescription.self, from: data) == target)
        var context = Sample.context
        context.target = target
        let path = try store.save(try Sample.finding(reproduced: false), context)
        let record = try FindingStore.record(at: path)
        #expect(record.target == target)
        #expect(record.reproduced == nil)
    }

    @Test("targets name themselves as the command line takes them")
    func arguments() {
        #expect(TargetDescription.server("forked/echo").arguments == ["--server", "forked/echo"])
        #expect(TargetDescription.command(["a", "b"]).arguments == ["--", "a", "b"])
        #expect(TargetDescription.connect(.tcp(port: 7)).arguments == ["--connect", "127.0.0.1:7"])
        #expect(TargetDescription.connect(.tcp6(port: 7)).arguments == ["--connect", "[::1]:7"])
        #expect(TargetDescription.connect(.udp(port: 7)).arguments == ["--connect", "udp:127.0.0.1:7"])
        #expect(TargetDescription.connect(.unix(path: "/a b")).arguments == ["--connect", "/a b"])
        #expect(TargetDescription.command(["a"], over: .udp).arguments == ["--transport", "udp", "--", "a"])
        #expect(
            TargetDescription.server("forked/kv --transport unix").arguments
                == ["--server", "forked/kv", "--transport", "unix"])
    }

    @Test("a finding takes the place of an older one with the same id")
    func replaced() throws {
        var finding = try Sample.finding()
        let path = try store.save(finding, Sample.context)
        finding.minimized = nil
        #expect(try store.save(finding, Sample.context) == path)
        #expect(names == [finding.id])
        #expect(!FileManager.default.fileExists(atPath: path + "/minimized.crossfire"))
        #expect(try FindingStore.record(at: path).minimized == false)
    }

    @Test("nothing half-written is left where the capture cannot be written")
    func unwritable() throws {
        let finding = try Sample.finding()
        // A folder stands where the capture's temporary file would be.
        let pid = ProcessInfo.processInfo.processIdentifier
        let aside = "\(store.directory)/.\(finding.id).\(pid).tmp"
        let block = "\(aside)/capture.pcapng.tmp"
        try FileManager.default.createDirectory(atPath: block, withIntermediateDirectories: true)
        #expect(throws: CaptureError.self) { try store.save(finding, Sample.context) }
        #expect(names.isEmpty)
        // An older finding stays as it was.
        let path = try store.save(finding, Sample.context)
        try FileManager.default.createDirectory(atPath: block, withIntermediateDirectories: true)
        #expect(throws: CaptureError.self) { try store.save(finding, Sample.context) }
        #expect(names == [finding.id])
        #expect(try FindingStore.record(at: path).id == finding.id)
    }

    @Test("a full disk keeps the findings that are there, whole, and leaves nothing half-written")
    func fullDisk() throws {
        guard let disk = SmallDisk(bytes: 256 << 10) else { return print("skipped: no right to mount a tmpfs") }
        let store = FindingStore(campaign: disk.path)
        let finding = try Sample.finding()
        let path = try store.save(finding, Sample.context)
        disk.fill()
        var other = finding
        other.id = "linearizability-00000000"
        #expect(throws: CaptureError.self) { try store.save(other, Sample.context) }
        // The same finding again: its folder stays as it was.
        #expect(throws: CaptureError.self) { try store.save(finding, Sample.context) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.directory) == [finding.id])
        #expect(try FindingStore.record(at: path).id == finding.id)
        #expect(try FindingStore.record(at: path).minimized)
    }

    @Test("what a killed campaign left half-written goes with the next; that of one that runs stays")
    func leftovers() throws {
        let finding = try Sample.finding()
        _ = try store.save(finding, Sample.context)
        let mine = ".crash-1.\(getpid()).tmp"
        // Beyond the largest process id of Linux, 2^22.
        for name in [mine, ".crash-2.4999999.tmp", ".crash-3.older.4999999.tmp"] {
            try FileManager.default.createDirectory(
                atPath: "\(store.directory)/\(name)", withIntermediateDirectories: false)
        }
        store.removeLeftovers()
        #expect(try FileManager.default.contentsOfDirectory(atPath: store.directory).sorted() == [mine, finding.id])
    }

    @Test("what holds traffic is for this user alone")
    func modes() throws {
        let path = try store.save(try Sample.finding(), Sample.context)
        let mode = { (path: String) in
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(path) == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            #expect(try mode("\(path)/\(name)") == 0o600, "\(name)")
        }
    }

    @Test("a store that cannot be made says where")
    func noFolder() throws {
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        let store = FindingStore(campaign: folder.path + "/file")
        #expect {
            try store.save(try Sample.finding(), Sample.context)
        } throws: { error in
            let place = "\(folder.path)/file/findings/linearizability-cac115c6"
            return if case .unwritable(place, _) = error as? CaptureError { true } else { false }
        }
        #expect(try store.load().isEmpty)
    }

    @Test("a finding.json that cannot be read is an error with its place")
    func unreadable() throws {
        let path = try store.save(try Sample.finding(), Sample.context)
        let file = path + "/finding.json"
        let table: [(String, String)] = [
            ("{", "not a finding of this version: not JSON"),
            ("{}", "not a finding of this version: 'schema' is missing"),
        ]
        for (text, reason) in table {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            #expect {
                try store.load()
            } throws: { error in
                let error = error as? StoreError
                return error?.path == file && error?.reason == reason
            }
        }
        let whole = try JSONEncoder().encode(FindingRecord(try Sample.finding(), Sample.context))
        let wrong = String(decoding: whole, as: UTF8.self).replacing("\"packet\":2", with: "\"packet\":\"x\"")
        try Data(wrong.utf8).write(to: URL(fileURLWithPath: file))
        #expect {
            try FindingStore.record(at: path)
        } throws: {
            (($0 as? StoreError)?.description ?? "").hasPrefix("\(file): not a finding of this version: 'evidence.")
        }
        #expect(throws: StoreError.self) { try FindingStore.record(at: folder.path + "/absent") }
    }
}

/// Goal: Wireshark shows the story on the right packets, and a capture says what packets cannot. Method: exports read back, block
/// by block and with our own reader.
@Suite("Captures of findings")
struct CaptureExportTests {
    /// The comments of each packet of a pcapng file of this machine's byte order.
    static func packetComments(_ bytes: [UInt8]) -> [[String]] {
        func number(_ at: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
        var found: [[String]] = []
        var offset = 0
        while offset + 12 <= bytes.count {
            let end = offset + number(offset + 4, 4)
            if number(offset, 4) == 6 {
                var comments: [String] = []
                var option = offset + 28 + (number(offset + 20, 4) + 3) / 4 * 4
                while option + 4 <= end - 4, number(option, 2) != 0 {
                    let length = number(option + 2, 2)
                    if number(option, 2) == 1 {
                        comments.append(String(decoding: bytes[option + 4..<option + 4 + length], as: UTF8.self))
                    }
                    option += 4 + (length + 3) / 4 * 4
                }
                found.append(comments)
            }
            offset = end
        }
        return found
    }

    /// All section comments and packets.
    static func read(_ path: String) throws -> (comments: [String], records: [PacketRecord], warnings: [String]) {
        var reader = try CaptureFileReader(path: path)
        var records: [PacketRecord] = []
        while let batch = try reader.nextBatch() { records += batch.records }
        return (reader.sectionComments, records, reader.warnings)
    }

    @Test("comments stand on the packets that they are about")
    func comments() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/capture.pcapng"
        try CaptureExport(try Sample.finding(), Sample.context).write(to: path)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(Self.packetComments(bytes) == [[], ["c0: INCR k"], ["c1: INCR k", "answered twice"]])
        let (sections, records, warnings) = try Self.read(path)
        #expect(warnings.isEmpty)
        #expect(records.map(\.number) == [1, 2, 3])
        #expect(records.map(\.capturedLength) == [60, 61, 62])
        #expect(records.map(\.time.nanoseconds) == [1, 2, 3].map { 1_700_000_000_000_000_000 + $0 })
        #expect(
            sections == [
                "linearizability-cac115c6: INCR k answered 2 twice: packets 2 and 3",
                "protocol resp, target threaded/kv+lost-update, seed 7, execution 12",
            ])
        #expect(CampaignNote.violations(in: sections).isEmpty)
    }

    @Test("what packets cannot show is noted, and read back", arguments: [OracleID.crash, .resources])
    func observed(oracle: OracleID) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/capture.pcapng"
        let violation = Violation(oracle: oracle, summary: "the target: gone", signature: "s")
        try CaptureExport(try Sample.finding(violation), Sample.context).write(to: path)
        let noted = CampaignNote.violations(in: try Self.read(path).comments)
        #expect(noted.map(\.oracle) == [oracle])
        #expect(noted.map(\.summary) == ["noted by the campaign: the target: gone"])
        #expect(noted.map(\.signature) == ["noted \(oracle.rawValue)"])
    }

    @Test("comments of others are no observations")
    func foreign() {
        let comments = [
            "", "crossfire observed", "crossfire observed nothing", "crossfire observed weather: rain",
            "the crossfire observed crash: no",
        ]
        #expect(CampaignNote.violations(in: comments).isEmpty)
        #expect(CampaignNote.violations(in: comments + ["crossfire observed hang:x"]).map(\.oracle) == [.hang])
    }

    @Test("an export that cannot be written leaves no file")
    func unwritable() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/taken/x", withIntermediateDirectories: true)
        let export = CaptureExport(try Sample.finding(), Sample.context)
        #expect(throws: CaptureError.self) { try export.write(to: folder.path + "/absent/capture.pcapng") }
        #expect(throws: CaptureError.self) { try export.write(to: folder.path + "/taken") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["taken"])
    }
}
