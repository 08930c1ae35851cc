import Capture
import Glibc
import Testing

private let fieldCaptures = SharedCaptures.folder + "/../reports/captures"
private let hasFieldCaptures = access(fieldCaptures, R_OK) == 0

/// Goal: small captures made after reports from the field are judged rightly. Method: the files in the folder of reports
/// beside the shared captures, each with what is to be found in it; skipped where they are absent.
@Suite("Captures after reports from the field", .enabled(if: hasFieldCaptures))
struct FieldCaptureTests {
    /// The file, the kinds of anomaly in it, and the recordings that it holds.
    static let files: [(name: String, kinds: Set<Anomaly.Kind>, recordings: Int)] = [
        ("01_server_to_client_only", [], 1),
        ("14_shared_ipid_counter_clean", [], 1),
        ("15_every_packet_twice_short", [.captureDuplicate], 1),
        ("17_file_appended_to_itself", [], 2),
        ("18_addresses_rewritten_checksums_stale", [], 1),
        ("19_cut_at_96_origlen_lost", [], 1),
        ("20_timewait_challenge_ack", [.oldConnectionAnswered], 1),
        ("21_loose_source_route", [], 1),
        ("23_nagle_delayed_ack_40ms", [.nagleDelayedACK], 1),
        ("26_pppoe_length_shorter_than_ip", [], 1),
        ("27_zero_tail_after_power_loss", [], 1),
    ]

    @Test("what is odd, and nothing else", arguments: files.indices)
    func file(_ index: Int) throws {
        let (name, kinds, recordings) = Self.files[index]
        var reader = try CaptureFileReader(path: "\(fieldCaptures)/\(name).pcap")
        var table = FlowTable(findAnomalies: true, verifyChecksums: true)
        while let batch = try reader.nextBatch() { table.add(batch) }
        let cut = table.cutSegments
        let flows = table.finish()
        #expect(Set(flows.flatMap(\.anomalies).map(\.kind)) == kinds)
        #expect(Set(flows.map(\.recording)).count == recordings)
        #expect(reader.warnings.isEmpty == !name.hasPrefix("27"))
        #expect((cut > 0) == name.hasPrefix("19"))
        guard cut == 0 else { return }
        #expect(flows.allSatisfy { $0.toServer.gaps.isEmpty && $0.toClient.gaps.isEmpty })
    }
}
