extension FlowTable {
    /// The flows so far, in order of first packet.
    ///
    /// - Complexity: O(flows + bytes kept).
    public consuming func finish() -> [Flow] {
        var finished: [Flow] = []
        finished.reserveCapacity(connections.count)
        forEachFlow { finished.append($0) }
        return finished
    }

    /// Shows the flows as they are now, in order of first packet, one by one: they need not all be there at once.
    ///
    /// - Complexity: O(flows + bytes kept).
    public func forEachFlow(_ body: (Flow) throws -> Void) rethrows {
        var findings = Findings(self)
        let nowhere = Endpoint(address: .v4(0), port: 0)
        var scratch = Flow(id: 0, client: nowhere, server: nowhere, time: Timestamp(nanoseconds: 0))
        try connections.forEach { number, connection in
            try body(flow(connection, number, &findings))
        } folded: { number, folded in
            // Most flows of a large capture are such, and need not be unfolded.
            if folded.mayHaveFindings {
                try body(flow(folded.unfolded(), number, &findings))
            } else {
                make(&scratch, of: folded, number, findings)
                try body(scratch)
            }
        }
    }

    /// What was found of the flows, as far as it was handed over. A copy: the caller of `forEachFlow` may hold one of the
    /// table, and changing that would copy everything.
    private struct Findings {
        let log: AnomalyLog
        let capture: ConnectionAnalysis.Capture
        let slowReplies: [Int: [(flow: Int, reply: SlowReply)]]
        /// The first of the log that was not handed over.
        var next = 0
        /// What is left for zeros that stand for missing bytes.
        var padding: Int

        init(_ table: borrowing FlowTable) {
            log = table.shared.log.sorted()
            padding = table.shared.room.padding
            let (capture, slow) = table.survey()
            self.capture = capture
            slowReplies = Dictionary(grouping: slow.entries, by: \.flow)
        }
    }

    private func flow(_ connection: borrowing Connection, _ number: Int, _ findings: inout Findings) -> Flow {
        let key = index.keys[number]
        let client = connection.state.client(key, serverPort: serverPort)
        var flow = connection.finish(id: number, key, client: client, padding: &findings.padding)
        if connection.analysis.hasFindings {
            flow.take(connection.analysis, findings.log, &findings.next, client: client, findings.capture)
        }
        complete(&flow, client, connection.firstStretch, findings)
        return flow
    }

    private func make(
        _ flow: inout Flow, of folded: borrowing FoldedConnection, _ number: Int, _ findings: borrowing Findings
    ) {
        let key = index.keys[number]
        let client = folded.state.client(key, serverPort: serverPort)
        folded.become(&flow, id: number, key, client: client)
        complete(&flow, client, folded.firstStretch, findings)
    }

    /// Adds what the connection itself does not know.
    @inline(__always)
    private func complete(_ flow: inout Flow, _ client: Int, _ stretch: UInt32, _ findings: borrowing Findings) {
        if !errors.isEmpty { (flow.icmpErrors, flow.icmpErrorCount) = errors.about(flow.id, client: client) }
        flow.recording = clock.recording(ofStretch: stretch)
        if !findings.slowReplies.isEmpty { flow.slowReplies = findings.slowReplies[flow.id]?.map(\.reply) ?? [] }
    }

    /// What all flows together show, and the slowest replies with those that were under way at the end.
    private borrowing func survey() -> (ConnectionAnalysis.Capture, SlowReplies) {
        var capture = ConnectionAnalysis.Capture()
        var slow = shared.log.slowReplies
        guard shared.findAnomalies else { return (capture, slow) }
        let folded = connections.foldedTotals
        var (packets, duplicates, wrong, sums) = (folded.packets, 0, 0, folded.sums)
        capture.end = folded.lastTime
        connections.forEachOpen { number, connection in
            packets += Int(connection.analysis.lower.packets) + Int(connection.analysis.higher.packets)
            duplicates += connection.analysis.copies
            let bad =
                connection.analysis.lower.counts[.badChecksum] + connection.analysis.higher.counts[.badChecksum]
            wrong += bad
            sums += bad + connection.lower.stream.sums + connection.higher.stream.sums
            capture.end = max(capture.end, connection.state.lastTime)
            connection.analysis.endTurn(nil, flow: number, &slow)
        }
        capture.isDoubled = ConnectionAnalysis.Capture.isDoubled(duplicates, of: packets)
        capture.isStale =
            wrong >= ConnectionAnalysis.Capture.staleMinimum && ConnectionAnalysis.Capture.isStale(wrong, of: sums)
        return (capture, slow)
    }
}

extension ByteStream {
    /// Checksums that were looked at and are not wrong.
    fileprivate var sums: Int { rightChecksums + unverifiedChecksums }
}
