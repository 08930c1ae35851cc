import Foundation
import Fuzz
import Protocols
import Report
import Testing
import Verification
import Wire

/// Goal: a path on the command line means the same scenario everywhere, and nobody runs a stranger's command without having
/// seen it. Method: folders and files as campaigns and people write them, whole and broken.
@Suite("Saved scenarios")
struct SavedScenarioTests {
    let folder: TemporaryFolder
    let files = ScenarioFiles(resolve: WireProtocols.resolve)

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ name: String) throws -> String {
        let path = "\(folder.path)/\(name)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test("a folder's scenarios come by name, and other files are left alone")
    func corpus() throws {
        _ = try write("protocol resp\nc0 connect\nc0 send B\n", "b.crossfire")
        _ = try write("protocol resp\nc0 connect\nc0 send A\n", "a.crossfire")
        _ = try write("no scenario", "README")
        let loaded = try files.load(folder: folder.path)
        #expect(loaded.map(\.name) == ["a.crossfire", "b.crossfire"])
        #expect(loaded[0].scenario.text.contains("send A"))
    }

    @Test("what cannot be read is named; what is no scenario has its line")
    func broken() throws {
        #expect(throws: StoreError.self) { try files.load(folder: folder.path + "/absent") }
        #expect(throws: StoreError.self) { try files.load(file: folder.path) }
        let strange = try write("protocol gopher\n", "strange.crossfire")
        #expect(throws: ScenarioError.self) { try files.load(file: strange) }
        let absent = #expect(throws: StoreError.self) { try SavedScenario(folder.path + "/absent", files) }
        #expect(absent?.description == "\(folder.path)/absent: there is no finding or scenario")
    }

    @Test("a scenario alone, a finding's folder, and a scenario in one")
    func subjects() throws {
        let alone = try SavedScenario(try write("protocol resp\nc0 connect\n", "alone.crossfire"), files)
        #expect(alone.record == nil && alone.folder == folder.path)
        let path = try FindingStore(campaign: folder.path).save(try Sample.finding(), Sample.context)
        for named in [path, path + "/scenario.crossfire", path + "/minimized.crossfire"] {
            let saved = try SavedScenario(named, files)
            #expect(saved.folder == path)
            #expect(saved.record?.oracle == "linearizability")
            #expect(saved.scenario.blocks.flatMap(\.steps).count == (named.hasSuffix("minimized.crossfire") ? 3 : 4))
        }
        let record = try FindingStore.record(at: path)
        let finding = try Gate.SavedFinding(record, in: path, files)
        #expect(finding.id == record.id && finding.oracle == .linearizability)
        #expect(finding.scenario.blocks.flatMap(\.steps).count == 3)
    }

    @Test("what a target does is said with each word by itself")
    func action() {
        let table: [(TargetDescription, String)] = [
            (.server("threaded/kv"), "runs the reference server threaded/kv"),
            (.connect(.tcp(port: 6379)), "talks to the server on 127.0.0.1:6379"),
            (.command(["./server", "--port", "{port}"]), "runs the command: ./server --port {port}"),
            (.command(["sh", "-c", "rm -r x; y"]), "runs the command: sh -c $'rm -r x; y'"),
            (.command(["a\nb", "it's", "", "\\"]), "runs the command: $'a\\nb' $'it\\'s' $'' $'\\\\'"),
        ]
        for (target, words) in table { #expect(target.action == words) }
    }
}
