package import Capture
import Synchronization
package import Verification
package import Wire

/// Judges one execution: the wire's evidence, with the clients' log as second witness. Pure.
package struct ExecutionJudge: Sendable {
    let codec: any WireCodec
    let serverPort: UInt16
    /// Whether clients send datagrams.
    let isDatagram: Bool
    private let experience = Experience()
    private let oracles = judge(milliseconds: searchMilliseconds)
    /// For executions that are left when the campaign is over.
    private let hastyOracles = judge(milliseconds: hastyMilliseconds)

    /// For an execution that the end of the time cut short: its clients left when they had to, and not because they had
    /// waited long enough.
    private let interruptedOracles = judge(
        milliseconds: hastyMilliseconds,
        silenceLimits: .capture(hangAfter: .milliseconds(ClientPatience().longestMilliseconds)))

    /// Whether no reply is longer than all that the clients of a campaign have written: a fresh target knows no more.
    private let boundsReplies: Bool

    /// What each connection begins with, which is nobody's operation.
    private let login: [LoginStep]

    /// Whether the target forgets what it holds.
    private let memory: TargetMemory

    package init(
        codec: any WireCodec, serverPort: UInt16, isDatagram: Bool = false, isFreshTarget: Bool = false,
        login: [LoginStep] = [], memory: TargetMemory = TargetMemory()
    ) {
        self.memory = memory
        self.login = login
        boundsReplies = codec.boundsReplies && (isFreshTarget || !codec.hasSharedState)
        self.codec = codec
        self.serverPort = serverPort
        self.isDatagram = isDatagram
    }

    private static func judge(milliseconds: Int, silenceLimits: SilenceLimits = .init()) -> Judge {
        let budget = SearchBudget(nodes: searchNodes, bytes: searchBytes, time: .milliseconds(milliseconds))
        return Judge(oracles: Judge.wireOracles(silenceLimits: silenceLimits, budget: budget))
    }

    /// - Parameters:
    ///   - packets: all captured packets of the execution, numbered from 1.
    ///   - trouble: what the capture is known to have missed, one sentence each.
    ///   - ending: how the target ended, if it did.
    ///   - output: what the target printed meanwhile.
    ///   - isHasty: whether the campaign is over, and waits.
    package func judge(
        _ packets: PacketBatch, _ log: ExecutionLog, ending: ProcessEnding? = nil, output: [UInt8] = [],
        trouble: [String], isHasty: Bool = false
    ) -> Judgement {
        let oracles = log.outcome == .interrupted ? interruptedOracles : isHasty ? hastyOracles : oracles
        var trouble = trouble
        if log.droppedDatagrams > 0 {
            trouble.append("the kernel dropped \(log.droppedDatagrams) datagrams to the target")
        }
        var packets = packets
        var limit: String?
        if log.isFlooded {
            limit = "the clients were sent more than \(ExecutionLimits.readBytes) bytes, and read no further"
        } else if !isDatagram, hasTooManyReplies(packets) {
            packets.keepBeginning(bytes: ExecutionLimits.floodBytes)
            limit = "a client was sent more than \(ExecutionLimits.replies) replies"
        }
        let (evidence, judgement) =
            isDatagram
            ? judgeDatagrams(packets, log, trouble, oracles)
            : judgeStreams(packets, log, trouble, oracles, isCut: limit != nil)
        var observation = Observation(
            evidence: evidence, log: log, ending: ending, output: output, judgement: judgement)
        if let limit { note(limit, log, &observation.judgement) }
        observation.slowestAlone = noteAlone(evidence, log)
        for oracle in Self.executionOracles {
            for violation in oracle.violations(in: observation) { observation.judgement.add(violation) }
        }
        return observation.judgement
    }

    /// An execution of which only the beginning is judged. Where hardly anything was written, an endless reply is one that
    /// nothing explains; else nothing can be said of what was not judged.
    private func note(_ limit: String, _ log: ExecutionLog, _ judgement: inout Judgement) {
        guard judgement.verdict != .violated else {
            return judgement.violations[0].summary += " (\(limit); the beginning is kept)"
        }
        let written = log.connections.reduce(0) { $0 + $1.sentBytes }
        guard case .flooded(let client, let unfinished) = log.outcome, boundsReplies,
            written < ExecutionLimits.modestBytes, unfinished > ExecutionLimits.readBytes / 2
        else {
            return judgement.inconclusive.append(limit)
        }
        var violation = Violation(
            oracle: .corruption,
            summary:
                "c\(client) got more than \(unfinished) bytes of one reply, and no end; \(written) bytes were written.",
            signature: "endless reply")
        violation.restsOnLog = true
        judgement.add(violation)
    }

    /// Whether a connection got more replies than are judged: each takes some memory.
    private func hasTooManyReplies(_ packets: PacketBatch) -> Bool {
        guard packets.bytes.count > ExecutionLimits.floodBytes else { return false }
        var table = FlowTable(serverPort: serverPort)
        table.add(packets)
        return table.finish().contains { flow in
            let bytes = flow.toClient.bytes
            var offset = 0
            for _ in 0..<ExecutionLimits.replies {
                guard offset < bytes.count,
                    case .message(let length) = codec.frameReply(bytes.span.extracting(droppingFirst: offset), to: nil)
                else { return false }
                offset += length
            }
            return true
        }
    }

    private func judgeStreams(
        _ packets: PacketBatch, _ log: ExecutionLog, _ trouble: [String], _ oracles: Judge, isCut: Bool
    ) -> (Evidence, Judgement) {
        var table = FlowTable(serverPort: serverPort)
        table.add(packets)
        let flows = table.finish()
        let incomplete = trouble + (isCut ? [] : Self.disagreements(flows, log))
        var evidence = Evidence(
            flows: flows, codec: codec, names: { Self.name($0.client, log) }, incomplete: incomplete,
            end: packets.records.last?.time ?? Timestamp(nanoseconds: 0))
        evidence.ownStem = log.stem
        evidence.objectsAreForgotten = memory.forgets
        evidence.acceptedMethods = experience.methods.withLock { $0 }
        // What the kernel of a Unix socket took, the target has.
        if log.packets != nil { for index in flows.indices { evidence.conversations[index].proof = nil } }
        for (index, flow) in flows.enumerated() {
            guard let connection = Self.connection(of: flow.client, log) else { continue }
            evidence.conversations[index].serverProcess = connection.serverProcess
            evidence.conversations[index].clientKeptReading = connection.keptReading
            evidence.conversations[index].owedSince = connection.owedSince.map { Timestamp(nanoseconds: $0) }
        }
        evidence.leaveOut(login)
        var judgement = oracles.judge(evidence)
        experience.methods.withLock { $0.formUnion(judgement.methods.accepted) }
        if log.packets == nil { judgement.exercised.intervals = Self.intervals(evidence, flows, log) }
        return (evidence, judgement)
    }

    /// The longest that a client alone has waited for a reply so far.
    private func noteAlone(_ evidence: Evidence, _ log: ExecutionLog) -> Int64 {
        if log.connections.count == 1 {
            experience.slowestAlone.max(StallOracle.slowest(evidence), ordering: .relaxed)
        }
        return experience.slowestAlone.load(ordering: .relaxed)
    }

    /// What earlier executions showed of the target.
    private final class Experience: Sendable {
        let methods = Mutex<Set<String>>([])
        let slowestAlone = Atomic<Int64>(0)
    }

    /// Of datagrams the clients' intervals are not compared: a message has no place in a stream.
    private func judgeDatagrams(
        _ packets: PacketBatch, _ log: ExecutionLog, _ trouble: [String], _ oracles: Judge
    ) -> (Evidence, Judgement) {
        var table = DatagramTable(serverPort: serverPort)
        table.add(packets)
        let flows = table.finish()
        var evidence = Evidence(
            datagrams: flows, codec: codec, names: { Self.name($0.client, log) },
            incomplete: trouble + Self.datagramDisagreements(flows, log),
            end: packets.records.last?.time ?? Timestamp(nanoseconds: 0))
        evidence.leaveOut(login)
        return (evidence, oracles.judge(evidence))
    }

    /// The intervals of all answered operations, on the wire and as their clients saw them.
    ///
    /// - Complexity: O(operations + marks).
    static func intervals(_ evidence: Evidence, _ flows: [Flow], _ log: ExecutionLog) -> IntervalComparison {
        var comparison = IntervalComparison()
        for (flow, conversation) in zip(flows, evidence.conversations) {
            guard let connection = connection(of: flow.client, log) else { continue }
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
    static func name(_ client: Endpoint, _ log: ExecutionLog) -> String {
        connection(of: client, log).map { "c\($0.client)" } ?? "\(client)"
    }

    static func connection(of client: Endpoint, _ log: ExecutionLog) -> ConnectionLog? {
        let source = ClientSource(client)
        return log.connections.first { $0.source == source }
    }

    /// What the search of one execution may spend: `check` has more patience.
    static let searchNodes = 1_000_000
    static let searchBytes = 64 << 20
    static let searchMilliseconds = 50
    static let hastyMilliseconds = 5

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
            guard let flow = flows.first(where: { ClientSource($0.client) == connection.source }) else {
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
            if !Self.begins(captured, like: connection) {
                found.append("c\(connection.client) received other bytes than the capture holds")
            }
        }
        return found
    }

    /// The same for datagrams. What the client never read, because it came too late or its buffer was full, is no
    /// disagreement.
    static func datagramDisagreements(_ flows: [DatagramFlow], _ log: ExecutionLog) -> [String] {
        var found: [String] = []
        for connection in log.connections where connection.sentBytes + connection.receivedBytes > 0 {
            guard let flow = flows.first(where: { ClientSource($0.client) == connection.source }) else {
                found.append("the capture misses all datagrams of c\(connection.client)")
                continue
            }
            let sent = flow.datagrams.lazy.filter(\.isRequest).reduce(0) { $0 + $1.datagram.bytes.count }
            if sent != connection.sentBytes {
                found.append("c\(connection.client) sent \(connection.sentBytes) bytes, the capture holds \(sent)")
            }
            let captured = flow.datagrams.filter { !$0.isRequest }.flatMap(\.datagram.bytes)
            if captured.count < connection.receivedBytes || !begins(captured, like: connection) {
                found.append("c\(connection.client) received other datagrams than the capture holds")
            }
        }
        return found
    }

    /// Whether the captured replies begin with the bytes that the client has read.
    private static func begins(_ captured: [UInt8], like connection: ConnectionLog) -> Bool {
        var hash = StreamHash()
        captured.withUnsafeBytes { hash.add(UnsafeRawBufferPointer(rebasing: $0[..<connection.receivedBytes])) }
        return hash == connection.receivedHash
    }
}
