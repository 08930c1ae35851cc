import Capture
import Report
import Testing
import Verification

/// Goal: `inspect` reads no more of a file than the question needs, and never less. Method: each question, alone and with those that
/// change it, beside what is read for it.
@Suite("What inspect reads")
struct InspectQuestionTests {
    private func question(_ change: (inout InspectQuestion) -> Void) -> InspectQuestion {
        var question = InspectQuestion()
        change(&question)
        return question
    }

    @Test("the overview of a file keeps no streams, and looks again at flows that repeat bytes")
    func overview() {
        let wants = InspectQuestion().wants(fileBytes: 1000)
        #expect(wants.anomalies && wants.leavesFlowsInTable && wants.comparesRepeats && !wants.streams)
        if case .counted = wants.datagrams {} else { Issue.record("\(wants.datagrams)") }
        // A pipe cannot be read again: all is kept.
        let piped = InspectQuestion().wants(fileBytes: nil)
        #expect(piped.streams && !piped.comparesRepeats && piped.leavesFlowsInTable)
        // A large file is not read twice, but for JSON, which has all.
        let large = 1 << 30
        #expect(!InspectQuestion().wants(fileBytes: large).comparesRepeats)
        #expect(question { $0.wantsJSON = true }.wants(fileBytes: large).comparesRepeats)
    }

    @Test("who looks at bytes keeps the streams")
    func inside() {
        let changes: [(inout InspectQuestion) -> Void] = [
            { $0.flow = 1 }, { $0.follow = 1 }, { $0.wantsMessages = true }, { $0.wantsPage = true },
        ]
        for change in changes {
            let wants = question(change).wants(fileBytes: 1000)
            #expect(wants.streams && !wants.leavesFlowsInTable)
        }
        let slice = question { $0.wantsSlice = true }.wants(fileBytes: 1000)
        #expect(!slice.streams && !slice.leavesFlowsInTable)
    }

    @Test("Wireshark's flags need neither streams nor a second look, also of a pipe")
    func wireshark() {
        let wants = question { $0.wantsWiresharkFlags = true }.wants(fileBytes: nil)
        #expect(wants.wiresharkFlags && !wants.streams && !wants.comparesRepeats)
    }

    @Test("packets are kept for a diagram of a flow, and for a page")
    func packets() {
        if case .flow(7) = question({ $0.flow = 7 }).wants(fileBytes: 1).packets {} else { Issue.record("no flow") }
        if case .all = question({ $0.wantsPage = true }).wants(fileBytes: 1).packets {} else { Issue.record("not all") }
        let both = question {
            $0.wantsPage = true
            $0.flow = 7
        }
        if case .flow(7) = both.wants(fileBytes: 1).packets {} else { Issue.record("not the flow") }
        if case .none = question({ $0.follow = 7 }).wants(fileBytes: 1).packets {} else { Issue.record("not none") }
    }

    @Test("datagrams are kept for who looks into them: of UDP if it was named, else where there is no TCP")
    func datagrams() {
        let asked = question { $0.wantsMessages = true }
        if case .keptAlone(.all) = asked.wants(fileBytes: 1).datagrams {} else { Issue.record("not alone") }
        let one = question {
            $0.transport = .udp
            $0.follow = 3
        }
        if case .kept(.one(3)) = one.wants(fileBytes: 1).datagrams {} else { Issue.record("not the one") }
        let tcp = question {
            $0.transport = .tcp
            $0.wantsMessages = true
        }
        if case .counted = tcp.wants(fileBytes: 1).datagrams {} else { Issue.record("not counted") }
    }

    @Test("the overview lists the flows of a transport that was named, and sums up all")
    func tables() throws {
        let flow = Sample.flow()
        let text = { (transport: FlowTransport?) in
            try InspectOverview(.init(), names: EndpointNames(), transport: transport, style: Sample.plain).text(
                flows: { try $0(flow) }, exchanges: { _ in })
        }
        #expect(try text(nil) == text(.tcp))
        #expect(try text(.udp).contains("1 flow,") && !text(.udp).contains("client-closed-first"))
        #expect(try text(nil).contains("client-closed-first"))
    }

    @Test("what is found of no connection is told beside what is found of one")
    func findings() {
        var violation = Violation(oracle: .crash, summary: "noted", signature: "s")
        #expect(InspectText.lines([violation], ofFlow: nil, Sample.plain) == ["! crash: noted"])
        #expect(InspectText.lines([violation], ofFlow: 3, Sample.plain).isEmpty)
        violation.flow = 3
        #expect(InspectText.lines([violation], ofFlow: nil, Sample.plain).isEmpty)
        #expect(InspectText.lines([violation], ofFlow: 3, Sample.plain) == ["! crash: noted"])
    }
}
