import Capture
import Glibc
import Testing

/// Captures with known answers, which are not part of this package: in the folder that `CROSSFIRE_SHARED` names, or in
/// `../shared` beside the package. Tests that need them are skipped where they are absent.
enum SharedCaptures {
    static let folder: String = {
        if let given = getenv("CROSSFIRE_SHARED") { return String(cString: given) + "/captures" }
        return #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/../shared/captures"
    }()

    static let present = access(folder + "/expected", R_OK) == 0

    static func names(in subfolder: String) -> [String] {
        guard present, let directory = opendir("\(folder)/\(subfolder)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".json") { names.append(String(name.dropLast(5))) }
        }
        return names.sorted()
    }
}

/// Goal: packets, streams and `tcp.analysis` flags agree with tshark 4.0.17 frame by frame. Method: every capture with
/// a recorded answer of tshark. Where tshark stops at damage, what it read before must agree.
@Suite("Agreement with tshark 4.0.17", .enabled(if: SharedCaptures.present))
struct WiresharkAgreementTests {
    /// Captures that disagree, and why.
    static let exceptions = [
        "suricata-verify__filestore-5408__input.pcap": "tshark counts the TCP headers sampled in an sFlow datagram",
        "synth__pcap_huge_caplen.pcap": "tshark takes the damaged file for one with longer record headers",
        "synth__pcap_version_2_2_swaplen.pcap": "tshark takes version 2.2 for AIX's format",
    ]

    @Test("frames, streams and flags", arguments: SharedCaptures.names(in: "expected"))
    func agreement(_ name: String) throws {
        let expected = try #require(JSON(bytes(of: "\(SharedCaptures.folder)/expected/\(name).json")))
        let stopped = expected["rc"].int != 0
        let limit = stopped ? expected["frames"].int : .max
        guard Self.exceptions[name] == nil, limit > 0 else {
            // What tshark cannot read at all must at least do no harm.
            _ = try? WholeFile("\(SharedCaptures.folder)/files/\(name)")
            return
        }
        var reader = try CaptureFileReader(path: "\(SharedCaptures.folder)/files/\(name)")
        var analysis = WiresharkAnalysis()
        var frames: [WiresharkAnalysis.Frame] = []
        while let batch = try reader.nextBatch() { frames += analysis.add(batch).filter { $0.number <= limit } }
        if stopped {
            #expect(!reader.warnings.isEmpty, "damage is not said")
        } else {
            #expect(reader.lastNumber == expected["frames"].int)
            #expect(analysis.streams == expected["tcp_streams"].int)
        }
        #expect(frames.count == expected["tcp_frames"].int)
        let flagged = expected["flagged_frames"].items.map { item in
            "\(item.items[0].int) \(item.items[1].int) \(item.items[2].items.map(\.text).sorted())"
        }
        let ours = frames.filter { !$0.flags.isEmpty }.map { "\($0.number) \($0.stream) \($0.flags.setNames.sorted())" }
        #expect(ours == flagged)
    }

    @Test("the exceptions are still there", arguments: exceptions.keys.sorted())
    func exceptionsExist(_ name: String) {
        #expect(SharedCaptures.names(in: "expected").contains(name))
    }
}
