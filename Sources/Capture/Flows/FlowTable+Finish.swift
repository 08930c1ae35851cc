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
        var number = 0
        for page in connections.pages {
            // A span lends its elements, where an array would copy them.
            let page = page.span
            for place in page.indices {
                var flow = Self.flow(
                    page[place], number, index.keys[number], serverPort, log, &next, capture, padding: &padding)
                if !errors.isEmpty {
                    let client = page[place].state.client(index.keys[number], serverPort: serverPort)
                    (flow.icmpErrors, flow.icmpErrorCount) = errors.about(number, client: client)
                }
                flow.recording = clock.recording(ofStretch: page[place].firstStretch)
                if let own = slowReplies[number] { flow.slowReplies = own.map(\.reply) }
                try body(flow)
                number += 1
            }
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
        var number = 0
        for page in connections.pages {
            let page = page.span
            for place in page.indices {
                packets += Int(page[place].analysis.lower.packets) + Int(page[place].analysis.higher.packets)
                duplicates += Int(page[place].analysis.lower.duplicates) + Int(page[place].analysis.higher.duplicates)
                let bad =
                    page[place].analysis.lower.counts[.badChecksum] + page[place].analysis.higher.counts[.badChecksum]
                wrong += bad
                sums += bad + page[place].lower.stream.sums + page[place].higher.stream.sums
                capture.end = max(capture.end, page[place].state.lastTime)
                page[place].analysis.endTurn(nil, flow: number, &slow)
                number += 1
            }
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
