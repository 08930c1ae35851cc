package import Capture
package import Verification
package import Wire

/// Judges one execution: the wire's evidence, with the clients' log as second witness. Pure.
package struct ExecutionJudge: Sendable {
    let codec: any WireCodec
    let serverPort: UInt16
    private let oracles = Judge(
        oracles: Judge.wireOracles.filter { $0.id != .linearizability }
            + [LinearizabilityOracle(budget: SearchBudget(nodes: searchNodes))])

    package init(codec: any WireCodec, serverPort: UInt16) {
        self.codec = codec
        self.serverPort = serverPort
    }

    /// - Parameters:
    ///   - packets: all captured packets of the execution, numbered from 1.
    ///   - trouble: what the capture is known to have missed, one sentence each.
    package func judge(_ packets: PacketBatch, _ log: ExecutionLog, trouble: [String]) -> Judgement {
        var table = FlowTable(serverPort: serverPort)
        table.add(packets)
        let flows = table.finish()
        let incomplete = trouble + Self.disagreements(flows, log)
        var evidence = Evidence(
            flows: flows, codec: codec, names: { Self.name($0, log) }, incomplete: incomplete,
            end: packets.records.last?.time ?? Timestamp(nanoseconds: 0))
        for (index, flow) in flows.enumerated() {
            guard let connection = Self.connection(of: flow, log) else { continue }
            evidence.conversations[index].serverProcess = connection.serverProcess
            evidence.conversations[index].clientKeptReading = connection.keptReading
        }
        var judgement = oracles.judge(evidence)
        judgement.exercised.intervals = Self.intervals(evidence, flows, log)
        return judgement
    }

    /// The intervals of all answered operations, on the wire and as their clients saw them.
    ///
    /// - Complexity: O(operations + marks).
    static func intervals(_ evidence: Evidence, _ flows: [Flow], _ log: ExecutionLog) -> IntervalComparison {
        var comparison = IntervalComparison()
        for (flow, conversation) in zip(flows, evidence.conversations) {
            guard let connection = connection(of: flow, log) else { continue }
            var send = 0
            var reply = 0
            for exchange in conversation.exchanges {
                guard let answer = exchange.reply, let completed = exchange.completed else { continue }
                let (begin, end) = (exchange.request.offset, answer.offset + answer.bytes.count)
                while send + 1 < connection.sends.count, connection.sends[send + 1].offset <= begin { send += 1 }
                while reply < connection.replies.count, connection.replies[reply].offset < end { reply += 1 }
                guard send < connection.sends.count, reply < connection.replies.count else { break }
                comparison.operations += 1
                comparison.wireNanoseconds += completed.nanoseconds - exchange.invoked.nanoseconds
                comparison.clientNanoseconds +=
                    connection.replies[reply].nanoseconds - connection.sends[send].nanoseconds
            }
        }
        return comparison
    }

    /// `c3`, from the source, which no other connection has.
    static func name(_ flow: Flow, _ log: ExecutionLog) -> String {
        connection(of: flow, log).map { "c\($0.client)" } ?? "\(flow.client)"
    }

    static func connection(of flow: Flow, _ log: ExecutionLog) -> ConnectionLog? {
        let source = source(of: flow)
        return log.connections.first { $0.source == source }
    }

    private static func source(of flow: Flow) -> ClientSource? {
        guard case .v4(let address) = flow.client.address else { return nil }
        return ClientSource(address: address, port: flow.client.port)
    }

    /// What the search of one execution may spend, a second or two: `check` has more patience.
    static let searchNodes = 1_000_000

    /// So much may a packet be stamped outside its client's interval: both read one clock, which may be set meanwhile.
    static let clockTolerance: Int64 = 1_000_000

    /// A packet lies between its client's send and receive, so its stamp does too, unless the clocks differ.
    private static func clocksDiffer(_ flow: Flow, _ connection: ConnectionLog) -> String? {
        if let sent = connection.sends.first, let packet = flow.toServer.chunks.first?.packet,
            packet.time.nanoseconds < sent.nanoseconds - clockTolerance
        {
            return "c\(connection.client)'s first request is stamped before it was sent"
        }
        if let reply = connection.replies.last, let packet = flow.toClient.packet(at: reply.offset - 1),
            packet.time.nanoseconds > reply.nanoseconds + clockTolerance
        {
            return "c\(connection.client)'s last reply is stamped after it was received"
        }
        return nil
    }

    /// Where capture and clients differ over what crossed the wire. The kernel may drop what a reset overtakes.
    package static func disagreements(_ flows: [Flow], _ log: ExecutionLog) -> [String] {
        var found: [String] = []
        for connection in log.connections where connection.sentBytes + connection.receivedBytes > 0 {
            guard let flow = flows.first(where: { source(of: $0) == connection.source }) else {
                found.append("the capture misses the whole connection of c\(connection.client)")
                continue
            }
            if let words = clocksDiffer(flow, connection) { found.append(words) }
            let cut = connection.clientReset || connection.wasReset || flow.toServer.reset != nil
            let sent = flow.toServer.bytes.count
            if cut ? sent > connection.sentBytes : sent != connection.sentBytes {
                found.append("c\(connection.client) sent \(connection.sentBytes) bytes, the capture holds \(sent)")
            }
            let captured = flow.toClient.bytes
            if captured.count < connection.receivedBytes {
                found.append(
                    "c\(connection.client) received \(connection.receivedBytes) bytes, the capture holds \(captured.count)"
                )
                continue
            }
            var hash = StreamHash()
            captured.withUnsafeBytes { hash.add(UnsafeRawBufferPointer(rebasing: $0[..<connection.receivedBytes])) }
            if hash != connection.receivedHash {
                found.append("c\(connection.client) received other bytes than the capture holds")
            }
        }
        return found
    }
}
