import Capture
import Foundation
public import Fuzz
import Verification
import System

/// `status.json` in a campaign's folder: how far it is, for who watches it from outside. Written aside and renamed about
/// once a second, so that it can be read at any time; after a kill it says that the campaign runs, with its process and the
/// time when it last did.
public struct CampaignStatusFile {
    private let path: String
    private let context: RunContext
    private var next = Date.distantPast
    private var last = CampaignStatus()

    /// The time between two states. Seconds.
    private static let interval = 1.0

    /// The file in the folder of a campaign.
    public init(folder: String, _ context: RunContext) {
        path = folder + "/status.json"
        self.context = context
    }

    /// Notes how far the campaign is. That it cannot be written is no reason to end it.
    public mutating func note(_ status: CampaignStatus) {
        last = status
        guard Date() >= next else { return }
        next = Date().addingTimeInterval(Self.interval)
        write("running", activity: nil)
    }

    /// Notes what it does in place of executions.
    public func note(activity: String) { write("running", activity: activity) }

    /// Notes that it is over.
    public func end(_ result: CampaignResult) {
        var copy = self
        copy.last = result.status
        copy.write("ended", activity: nil, verdict: result.verdict.rawValue)
    }

    /// Notes that it ended without a verdict.
    public func fail(_ reason: String) { write("failed", activity: reason) }

    private func write(_ state: String, activity: String?, verdict: String? = nil) {
        let entry = Entry(
            state: state, activity: activity, verdict: verdict, processID: getpid(),
            updated: Date().timeIntervalSince1970, protocolName: context.protocolName, seed: context.seed,
            elapsedSeconds: last.elapsed.seconds, executions: last.executions, operations: last.exercised.operations,
            packets: last.packets, dropped: last.dropped, inconclusive: last.inconclusive, findings: last.findings)
        try? PendingFile.write(Array(JSONText.data(entry)), to: path)
    }

    private struct Entry: Encodable {
        let schema = 1
        var state: String
        var activity: String?
        var verdict: String?
        var processID: Int32
        /// Seconds since 1970.
        var updated: Double
        var protocolName: String
        var seed: UInt64
        var elapsedSeconds: Double
        var executions: Int
        var operations: Int
        var packets: Int
        var dropped: Int
        var inconclusive: Int
        var findings: Int

        enum CodingKeys: String, CodingKey {
            case schema, state, activity, verdict, updated, seed, executions, operations, packets, dropped, inconclusive
            case findings
            case processID = "pid"
            case protocolName = "protocol"
            case elapsedSeconds = "elapsed_s"
        }
    }
}
