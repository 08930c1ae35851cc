import Foundation
import Fuzz
import Report
import Testing
import Wire

/// Goal: a finding's folder says how its target lived, so that a replay lives the same way. Method: lives written and read back,
/// and records that are not whole.
@Suite("How a target lives, in a finding's folder")
struct TargetLifeRecordTests {
    private static func whole() throws -> TargetLife {
        var life = TargetLife()
        life.startTimeout = .milliseconds(1500)
        life.ready = try RequestText("GET /health")
        life.environment = ["A": "b c"]
        life.setup = "mkdir {dir}/a"
        life.reset = "rm -r {dir}/a/*"
        life.restart = "docker restart x"
        return life
    }

    @Test("it reads back as it was written, and says what it runs")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        var context = Sample.context
        context.life = try Self.whole()
        let path = try FindingStore(campaign: folder.path).save(try Sample.finding(), context)
        let record = try FindingStore.record(at: path)
        #expect(record.life == context.life)
        #expect(
            record.life?.actions == [
                "runs before each start: sh -c $'mkdir {dir}/a'", "runs between executions: sh -c $'rm -r {dir}/a/*'",
                "runs in place of a start: sh -c $'docker restart x'", "sets $'A=b c'",
            ])
    }

    @Test("of a target of which nothing is said nothing is written")
    func nothing() throws {
        let folder = try TemporaryFolder()
        let path = try FindingStore(campaign: folder.path).save(try Sample.finding(), Sample.context)
        #expect(try FindingStore.record(at: path).life == nil)
        #expect(!(try String(contentsOfFile: path + "/finding.json", encoding: .utf8)).contains("\"life\""))
    }

    @Test(
        "what is no life is refused",
        arguments: [
            #"{"ready": "\"open"}"#, #"{"start_timeout_s": 0}"#, #"{"start_timeout_s": 1e300}"#, #"{"env": 1}"#,
        ])
    func refused(json: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(TargetLife.self, from: Data(json.utf8)) }
    }
}
