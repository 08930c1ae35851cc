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
        // Nothing is changed in place: the caller may hold a copy, and changing would copy everything.
        let log = shared.log.sorted()
        let (capture, slow) = survey()
        let slowReplies = Dictionary(grouping: slow.entries, by: \.flow)
        var next = 0
        var padding = shared.room.padding
        try connections.forEach { number, connection in
            let key = index.keys[number]
            var flow = Self.flow(connection, number, key, serverPort, log, &next, capture, padding: &padding)
            if !errors.isEmpty {
                let client = connection.state.client(key, serverPort: serverPort)
                (flow.icmpErrors, flow.icmpErrorCount) = errors.about(number, client: client)
            }
            flow.recording = clock.recording(ofStretch: connection.firstStretch)
            if !slowReplies.isEmpty, let own = slowReplies[number] { flow.slowReplies = own.map(\.reply) }
            try body(flow)
        }
    }

    private static func flow(
        _ connection: borrowing Connection, _ number: Int, _ key: FlowKey, _ serverPort: UInt16?, _ log: AnomalyLog,
        _ next: inout Int, _ capture: ConnectionAnalysis.Capture, padding: inout Int
    ) -> Flow {
        let client = connection.state.client(key, serverPort: serverPort)
        var flow = connection.finish(id: number, key, client: client, padding: &padding)
        if connection.analysis.hasFindings {
            flow.take(connection.analysis, log, &next, client: client, capture)
        }
        return flow
    }

    /// What all flows together show, and the slowest replies with those that were under way at the end.
    private borrowing func survey() -> (ConnectionAnalysis.Capture, SlowReplies) {
        var capture = ConnectionAnalysis.Capture()
        var slow = shared.log.slowReplies
        guard shared.findAnomalies else { return (capture, slow) }
        var (packets, duplicates, wrong, sums) = (0, 0, 0, 0)
        connections.survey { number, connection in
            packets += Int(connection.analysis.lower.packets) + Int(connection.analysis.higher.packets)
            duplicates += connection.analysis.copies
            let bad =
                connection.analysis.lower.counts[.badChecksum] + connection.analysis.higher.counts[.badChecksum]
            wrong += bad
            sums += bad + connection.lower.stream.sums + connection.higher.stream.sums
            capture.end = max(capture.end, connection.state.lastTime)
            connection.analysis.endTurn(nil, flow: number, &slow)
        } _: { folded in
            packets += folded.packets
            sums += folded.sums
            capture.end = max(capture.end, folded.lastTime)
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
