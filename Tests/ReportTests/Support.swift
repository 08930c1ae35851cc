import Capture
import Foundation
import Fuzz
import Report
import Testing
import Verification
import Wire

/// A folder of its own for one test, removed afterwards.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/report-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")), as: UTF8.self)
    }
}

/// The fixed inputs of the golden texts.
enum Sample {
    /// No colour: this is no terminal.
    static let plain = TerminalStyle(descriptor: -1)

    static let context = RunContext(
        target: .server("threaded/kv+lost-update"), protocolName: "resp", seed: 7, clients: 4, perturbation: "preload")

    static let violation = Violation(
        oracle: .linearizability, summary: "INCR k answered 2 twice: packets 2 and 3", packets: [2, 3, 3],
        notes: ["c0: INCR k", "c1: INCR k", "answered twice"], signature: "lost update", margin: .nanoseconds(12_345))

    static func scenario() throws -> Scenario {
        try Scenario(
            parsing: "protocol resp\nc0 connect\ntogether\n  c0 send INCR {key}\n  c0 send INCR {key}\nc0 expect 2\n")
    }

    /// Three packets of no meaning.
    static var packets: PacketBatch {
        var batch = PacketBatch(linkTypes: [.ethernet])
        for number in 1...3 {
            let bytes = [UInt8](repeating: UInt8(number), count: 59 + number)
            batch.records.append(
                PacketRecord(
                    number: number, time: Timestamp(nanoseconds: 1_700_000_000_000_000_000 + Int64(number)),
                    offset: batch.bytes.count, capturedLength: bytes.count, wireLength: bytes.count))
            batch.bytes += bytes
        }
        return batch
    }

    static func finding(_ violation: Violation = violation, reproduced: Bool = true) throws -> Finding {
        let scenario = try scenario()
        var finding = Finding(
            id: Finding.id(of: violation, protocolName: "resp"), violation: violation, scenario: scenario,
            minimized: try Scenario(parsing: "protocol resp\nc0 connect\nc0 send INCR {key}\nc0 expect\n"),
            firstExecution: 12, firstSeen: .milliseconds(250),
            reproduced: reproduced ? .init(hits: 19, tries: 20, executionsPerTry: 100, freshTarget: true) : nil,
            packets: packets, targetOutput: Array("listening\n\u{0}".utf8))
        if reproduced {
            finding.control = FindingControl(
                together: .init(hits: 19, tries: 20), oneAfterTheOther: .init(hits: 0, tries: 20),
                alone: .init(hits: 0, tries: 20), executionsPerTry: 3)
        }
        return finding
    }

    static func result(_ verdict: Verdict, findings: [Finding] = []) -> CampaignResult {
        var status = CampaignStatus()
        status.executions = 4100
        status.judged = 4100
        status.exercised.operations = 65_600
        status.exercised.answered = 65_600
        status.exercised.overlaps = 41_203
        status.elapsed = .milliseconds(3210)
        status.fuzzing = .milliseconds(2050)
        status.packets = 301_222
        status.starts = 1
        status.findings = findings.count
        return CampaignResult(
            verdict: verdict, status: status, findings: findings, inconclusiveReasons: [], interruptedBy: nil)
    }

    /// A connection of two requests, one reply, half of another reply.
    static func flow() -> Flow {
        let loopback = IPAddress.v4(0x7F00_0001)
        var flow = Flow(
            id: 3, client: Endpoint(address: loopback, port: 40_000), server: Endpoint(address: loopback, port: 6379),
            time: Timestamp(nanoseconds: 1_000_000))
        flow.handshake = .complete
        flow.teardown = .clientClosedFirst
        append("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", 4, 1_100_000, &flow.toServer)
        append("$3\r\nabc\r\n", 5, 1_350_500, &flow.toClient)
        append("PING\r\n", 6, 1_400_000, &flow.toServer)
        append("+PO", 7, 3_500_000, &flow.toClient)
        flow.lastTime = Timestamp(nanoseconds: 3_500_000)
        return flow
    }

    static func append(_ text: String, _ number: Int, _ time: Int64, _ stream: inout ByteStream) {
        let bytes = Array(text.utf8)
        stream.packets += 1
        stream.payloadBytes += bytes.count
        stream.chunks.append(
            .init(
                offset: stream.bytes.count, length: bytes.count,
                packet: PacketReference(number: number, time: Timestamp(nanoseconds: time))))
        stream.bytes += bytes
    }
}

/// JSON as plain values, for comparisons.
func object(_ json: String) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
    return try #require(value as? [String: Any])
}
