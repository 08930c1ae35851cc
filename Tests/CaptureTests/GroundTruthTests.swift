import Capture
import Testing

/// Goal: the anomaly classes are right, in figures. Method: captures taken at both ends of a link whose every drop,
/// delay and duplicate is known; what happened to each segment follows from comparing the two; the analysis sees one
/// end only.
@Suite("Anomalies against ground truth", .enabled(if: SharedCaptures.present))
struct GroundTruthTests {
    /// How often a truth was given a name.
    struct Confusion {
        var counts: [String: [String: Int]] = [:]

        mutating func add(_ truth: String, _ found: String) { counts[truth, default: [:]][found, default: 0] += 1 }

        func share(_ truth: String, _ accepted: Set<String>) -> Double {
            let row = counts[truth] ?? [:]
            let total = row.values.reduce(0, +)
            return total == 0 ? 1 : Double(row.filter { accepted.contains($0.key) }.values.reduce(0, +)) / Double(total)
        }
    }

    static func found(_ path: String) throws -> [Int: String] {
        var reader = try CaptureFileReader(path: path)
        var table = FlowTable(serverPort: 7000, keepStreams: false, findAnomalies: true)
        while let batch = try reader.nextBatch() { table.add(batch) }
        var found: [Int: String] = [:]
        for anomaly in table.finish().flatMap(\.anomalies) {
            switch anomaly.kind {
            case .reordered: found[anomaly.packet.number] = "reordered"
            case .networkDuplicate, .captureDuplicate: found[anomaly.packet.number] = "duplicate"
            case let kind where kind.isRetransmission: found[anomaly.packet.number] = "retransmission"
            default: break
            }
        }
        return found
    }

    @Test("figures over all scenarios")
    func figures() throws {
        var receiver = Confusion()
        var sender = Confusion()
        for name in SharedCaptures.names(in: "truth") {
            let paths = ["cli", "srv"].map { "\(SharedCaptures.folder)/files/gt__\(name.dropFirst(4))__\($0).pcapng" }
            let views = try paths.map(GroundTruth.read)
            for (from, to) in [(0, 1), (1, 0)] {
                let isOurs = { (seen: GroundTruth.Seen) in (seen.flow.destination.port == 7000) == (from == 0) }
                let truth = GroundTruth(sent: views[from].filter(isOurs), received: views[to].filter(isOurs))
                let atReceiver = try Self.found(paths[to])
                for (number, label) in truth.atReceiver { receiver.add(label.rawValue, atReceiver[number] ?? "first") }
                let atSender = try Self.found(paths[from])
                for (number, label) in truth.atSender { sender.add(label.rawValue, atSender[number] ?? "first") }
            }
        }
        #expect(receiver.share("reordered", ["reordered"]) >= 0.99)
        #expect(receiver.share("duplicate", ["duplicate"]) >= 0.95)
        #expect(sender.share("retransmission", ["retransmission"]) >= 0.99)
        // Some first copies were lost before the capture point and left no trace at all.
        #expect(receiver.share("retransmission", ["retransmission"]) >= 0.95)
        #expect(receiver.share("first", ["first"]) >= 0.999)
        #expect(sender.share("first", ["first"]) >= 0.999)
        #expect(receiver.counts["first"]?.values.reduce(0, +) ?? 0 > 6000, "there must be something to judge")
    }
}
