import Capture
import Report
import Testing
import Verification

/// Goal: `inspect` shows and cuts out the flows that were asked for, and says what a capture does not have. Method: a capture of UDP
/// alone, of two flows, asked for in each way.
@Suite("What is asked of a capture")
struct CaptureChoiceTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func source() throws -> (path: String, reading: CaptureReading, wants: CaptureReading.Wants) {
        let path = folder.path + "/capture.pcapng"
        let batch = DatagramTextTests.capture()
        var writer = try PcapngWriter(
            path: path, section: SectionInfo(), interfaces: [InterfaceInfo(name: "lo", linkType: .ethernet)])
        for record in batch.records { try writer.write(record, in: batch) }
        try writer.finish(statistics: nil)
        var wants = CaptureReading.Wants()
        wants.datagrams = .kept(.all)
        return (path, try CaptureReading(path: path, wants), wants)
    }

    @Test("UDP where there is UDP alone, TCP where it is named; one flow by its number")
    func flows() throws {
        let (_, reading, _) = try source()
        let chosen = try InspectedFlows(reading, nil, number: nil, in: "a")
        #expect(chosen.transport == .udp && chosen.udp.count == 1 && chosen.tcp.isEmpty)
        let named = try InspectedFlows(reading, .tcp, number: nil, in: "a")
        #expect(named.transport == .tcp && named.flows.isEmpty && named.others.count == 1)
        let one = try InspectedFlows(reading, nil, number: 0, in: "a")
        #expect(one.exchanges.count == 1 && one.others.isEmpty)
        if case .exchanges(let flows) = one.captured { #expect(flows.count == 1) } else { Issue.record("no exchanges") }
        let missing = #expect(throws: NotInCapture.self) { try InspectedFlows(reading, nil, number: 7, in: "a") }
        #expect(missing?.description == "a has no UDP flow 7; it has 1")
    }

    @Test("a slice holds the packets of what is asked for")
    func slices() throws {
        let (path, reading, wants) = try source()
        let source = SliceRequest.Source(path: path, name: "a", reading, wants)
        let count = reading.datagrams[0].datagrams.count
        let out = folder.path + "/out.pcapng"
        let violation = Violation(oracle: .loss, summary: "lost", packets: [5], notes: ["it"], signature: "s")
        var request = SliceRequest()
        request.flow = FlowID(.udp, 0)
        #expect(try request.write(of: source, flows: [], violations: [], to: out) >= count)
        request.flow = nil
        request.finding = 1
        #expect(try request.write(of: source, flows: [], violations: [violation], to: out) >= count)
        #expect(try CaptureReading(path: out, wants).sectionComments == ["finding 1 of a", "loss: lost"])
        request.finding = 2
        let missing = #expect(throws: NotInCapture.self) {
            try request.write(of: source, flows: [], violations: [violation], to: out)
        }
        #expect(missing?.description == "a has no finding 2: there are 1")
        request.finding = nil
        request.from = .seconds(Int64.max)
        #expect(try request.write(of: source, flows: [], violations: [], to: out) == 0)
        request.from = .zero
        #expect(try request.write(of: source, flows: [], violations: [], to: out) == 6)
    }
}
