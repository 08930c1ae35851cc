import Capture
import Testing

/// Whether the tshark whose flags are reproduced is installed.
private let hasReferenceTshark = (try? run("tshark", ["--version"]).output.contains("4.0.17")) == true

/// Goal: the flags are those of tshark 4.0.17 also where no recorded answer exists. Method: seeded conversations that
/// lose, repeat, shuffle and contradict, written to a file and flagged by the installed tshark. Skipped where that is
/// absent or another version, whose rules differ.
@Suite("Difference to the installed tshark", .enabled(if: hasReferenceTshark))
struct WiresharkDifferenceTests {
    let folder = TemporaryFolder()

    /// A conversation on one pair of ports, with accidents.
    static func conversation(_ seed: Int) -> PacketBuilder {
        var generator = SeededGenerator(state: UInt64(seed) &+ 77)
        var packets = FlowTableTests.connected()
        let ends = [PacketBuilder.client, PacketBuilder.server]
        var next: [UInt32] = [1000, 5000]
        for _ in 0..<300 {
            packets.time += Int64([1000, 50_000, 4_000_000, 250_000_000].randomElement(using: &generator)!)
            let side = Int.random(in: 0...1, using: &generator)
            let length = Bool.random(using: &generator) ? 0 : Int.random(in: 1...30, using: &generator)
            let accident = Int.random(in: 0..<24, using: &generator)
            var sequence = next[side]
            switch accident {
            case 0: sequence &-= UInt32.random(in: 1...60, using: &generator)
            case 1: sequence &+= UInt32.random(in: 1...60, using: &generator)
            case 2: sequence &-= 1
            default: break
            }
            var flags: TCPFlags = length > 0 ? [.psh] : []
            if accident == 3 { flags.insert(.fin) }
            if accident == 4 { flags.insert(.rst) }
            if accident == 5 { flags.insert(.syn) }
            let acknowledgement = next[1 - side] &- (accident == 6 ? 20 : 0) &+ (accident == 7 ? 20 : 0)
            packets.tcp(
                ends[side], ends[1 - side], seq: sequence, ack: acknowledgement, flags,
                window: [0, 30, 30, 500, 500, 500].randomElement(using: &generator)!,
                payload: String(repeating: "x", count: length))
            let end = sequence &+ UInt32(length)
            if accident > 7 { next[side] = end }
        }
        return packets
    }

    @Test("conversations full of accidents", arguments: 0..<6)
    func accidents(_ seed: Int) throws {
        let packets = Self.conversation(seed)
        let path = folder.path + "/accidents.pcapng"
        var writer = try PcapngWriter(
            path: path, section: SectionInfo(), interfaces: [InterfaceInfo(linkType: .ethernet)])
        for record in packets.batch.records { try writer.write(record, in: packets.batch) }
        try writer.finish(statistics: nil)
        let fields = ["frame.number", "tcp.stream"] + WiresharkFlags.names.map { "tcp.analysis." + $0 }
        let answer = try run("tshark", ["-n", "-r", path, "-T", "fields"] + fields.flatMap { ["-e", $0] })
        let expected = answer.output.split(separator: "\n").map { line in
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
            let flags = WiresharkFlags.names.indices.filter { !columns[$0 + 2].isEmpty }.map {
                WiresharkFlags.names[$0]
            }
            return "\(columns[0]) \(columns[1]) \(flags)"
        }
        var analysis = WiresharkAnalysis()
        let ours = analysis.add(packets.batch).map { "\($0.number) \($0.stream) \($0.flags.setNames)" }
        #expect(ours.count == packets.batch.records.count)
        #expect(zip(ours, expected).first { $0 != $1 } == nil)
        #expect(ours == expected)
    }
}
