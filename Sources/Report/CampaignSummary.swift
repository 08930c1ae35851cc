import Capture
import Foundation
public import Fuzz
import Verification
import System

/// The object that `crossfire fuzz --json` prints, and `summary.json` in a campaign's folder.
public struct CampaignSummary: Encodable {
    var schema = 1
    var verdict: String
    var protocolName: String
    var target: TargetDescription
    var seed: UInt64
    var elapsedSeconds: Double
    var executions: Int
    var executionsPerSecond: Double
    var operations: Int
    var overlaps: Int
    var refused: Int
    var commonestRefusal: String?
    var intervals: Intervals?
    var waits: WaitSeconds
    var clients: Int
    var perturbation: String
    var inconclusive: Inconclusive
    var meeting: Meeting?
    var unsupportedCommands: [String]
    var capture: CaptureCounts
    var targetCounts: TargetCounts
    var policies: [String]
    var avoided: [String]
    var acquaintance: AcquaintanceRecord
    var findings: [Entry]
    var interruptedBy: Int32?

    /// Mean intervals of the operations that both the wire and the clients' log have.
    struct Intervals: Encodable {
        var operations: Int
        var wireNanoseconds: Int64
        var clientNanoseconds: Int64

        enum CodingKeys: String, CodingKey {
            case operations
            case wireNanoseconds = "wire_mean_ns"
            case clientNanoseconds = "client_mean_ns"
        }
    }

    /// What clients waited for in all executions together, and what follows from it.
    struct WaitSeconds: Encodable {
        var connectingSeconds: Double
        var repliesSeconds: Double
        var closingSeconds: Double
        var slowness: String?

        init(_ status: CampaignStatus) {
            connectingSeconds = Double(status.waits.connecting) / 1e9
            repliesSeconds = Double(status.waits.replying) / 1e9
            closingSeconds = Double(status.waits.closing) / 1e9
            slowness = status.slowness
        }

        enum CodingKeys: String, CodingKey {
            case slowness
            case connectingSeconds = "connecting_s"
            case repliesSeconds = "replies_s"
            case closingSeconds = "closing_s"
        }
    }

    struct Inconclusive: Encodable {
        var executions: Int
        var undecided: Int
        var reasons: [String]
    }

    /// How many clients met on one object at once.
    struct Meeting: Encodable {
        var most: Int
        var median: Int
    }

    struct CaptureCounts: Encodable {
        var packets: Int
        var dropped: Int
        var complete: Bool
    }

    struct TargetCounts: Encodable {
        var started: Int
        var crashed: Int
    }

    struct Entry: Encodable {
        var id: String
        var oracle: String
        var summary: String
        var requirement: String
        var blame: String?
        var firstExecution: Int
        var firstSeconds: Double
        var reproduced: FindingRecord.Reproduction?
        var level: String
        var arms: FindingRecord.Arms?
        var notes: [String]
        var minimized: Bool
        var path: String?

        enum CodingKeys: String, CodingKey {
            case id, oracle, summary, requirement, blame, reproduced, level, arms, notes, minimized, path
            case firstExecution = "first_execution"
            case firstSeconds = "first_s"
        }
    }

    enum CodingKeys: String, CodingKey {
        case schema, verdict, seed, executions, operations, overlaps, refused, intervals, waits, clients, perturbation,
            inconclusive,
            capture, policies, avoided, acquaintance, findings
        case protocolName = "protocol"
        case commonestRefusal = "commonest_refusal"
        case target = "target_description"
        case targetCounts = "target"
        case meeting = "clients_on_one_object"
        case elapsedSeconds = "elapsed_s"
        case executionsPerSecond = "executions_per_s"
        case unsupportedCommands = "unsupported_commands"
        case interruptedBy = "interrupted_by"
    }

    /// The summary of a campaign.
    ///
    /// - Parameter paths: the folder of each finding, by id.
    public init(_ result: CampaignResult, _ context: RunContext, paths: [String: String]) {
        let status = result.status
        verdict = result.verdict.rawValue
        protocolName = context.protocolName
        target = context.target
        seed = context.seed
        elapsedSeconds = status.elapsed.seconds
        executions = status.executions
        executionsPerSecond = Double(status.executions) / max(status.fuzzing.seconds, 0.001)
        operations = status.exercised.operations
        overlaps = status.exercised.overlaps
        refused = status.exercised.refused
        commonestRefusal = status.commonestRefusal
        meeting = status.difficulty.clientsOnOneObject.map { Meeting(most: $0.most, median: $0.median) }
        if let means = status.exercised.intervals.means {
            intervals = Intervals(
                operations: status.exercised.intervals.operations, wireNanoseconds: Int64(means.wire),
                clientNanoseconds: Int64(means.client))
        }
        waits = WaitSeconds(status)
        clients = context.clients
        perturbation = context.perturbation
        inconclusive = Inconclusive(
            executions: status.inconclusive, undecided: status.difficulty.undecided, reasons: result.inconclusiveReasons
        )
        unsupportedCommands = status.unsupportedCommands
        capture = CaptureCounts(
            packets: status.packets, dropped: status.dropped, complete: status.dropped == 0 && status.inconclusive == 0)
        targetCounts = TargetCounts(started: status.starts, crashed: status.crashes)
        policies = status.policies
        avoided = status.avoided
        acquaintance = AcquaintanceRecord(result.acquaintance)
        findings = result.findings.map { finding in
            Entry(
                id: finding.id, oracle: finding.violation.oracle.rawValue, summary: finding.violation.summary,
                requirement: finding.violation.oracle.requirement, blame: finding.violation.blame,
                firstExecution: finding.firstExecution,
                firstSeconds: finding.firstSeen.seconds,
                reproduced: FindingRecord.Reproduction(finding.reproduced), level: finding.level.rawValue,
                arms: FindingRecord.Arms(finding.control), notes: [LevelText(finding).sentence],
                minimized: finding.minimized != nil,
                path: paths[finding.id])
        }
        interruptedBy = result.interruptedBy
    }

    /// The object on one line.
    public func json() throws -> String {
        try JSONText.line(self)
    }

    /// Writes the object to a file, aside and renamed.
    ///
    /// - Throws: `CaptureError.unwritable`.
    public func write(to path: String) throws {
        try PendingFile.write(Array(JSONText.data(self)), to: path)
    }
}
