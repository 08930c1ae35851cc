import CLinux
import Glibc
package import Wire
package import System

/// Runs scenarios: one epoll loop drives the sockets of all clients.
///
/// It follows the script in line order, and waits only at `expect` and `pause`. While it waits it sends what is left to
/// send on any connection. Each connection has a source of its own, so the capture names the client.
package final class Engine {
    private let address: TargetAddress
    private let codec: any WireCodec
    /// What each connection begins with.
    private let login: [LoginStep]
    private let patience: ClientPatience
    /// Whether every thread of the target sleeps; nil where that cannot be known.
    private let targetSleeps: (() -> Bool?)
    /// How long the target's threads have waited for a processor so far; nil where that cannot be known. Nanoseconds.
    private let targetStarved: () -> Int64?
    /// Which process serves whom; nil where nobody wants to know.
    private let servingProcesses: (() -> [ClientSource: Int])?
    private var epoll: Descriptor?
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private var connections: [ClientConnection] = []
    private var sources: ClientSources
    private let sockets: ClientSockets
    private var requestBytes = RequestBuilder()
    /// Sources in a row that may turn out to be taken.
    private static let sourceAttempts = 16
    /// The server has twice not closed a half-closed connection in time: waiting longer tells nothing.
    private var unclosed = 0
    /// What clients of Unix sockets write down, which nothing captures.
    private let recording: ClientRecording?
    /// Bytes that the clients may still read in this execution.
    private var readable = ExecutionLimits.readBytes
    /// When this execution has taken too long. Nanoseconds.
    private var overdue: Int64 = 0
    /// What clients have waited for in this execution.
    private var waits = Waits()
    /// How long the target had no processor meanwhile.
    private var starved: Int64 = 0
    private var queue: QueueWatch
    /// A client waited in vain for the target to accept anybody.
    private var queueStoodStill = false

    /// - Parameters:
    ///   - address: where the target listens.
    ///   - login: what each connection begins with.
    ///   - sources: where connections come from.
    ///   - network: where the target listens; nil for our own.
    ///   - targetSleeps: asked while a reply is overdue.
    ///   - targetStarved: asked where a reply takes long.
    ///   - servingProcesses: asked once the script is over, before the connections close.
    /// - Throws: EMFILE, when the process is out of descriptors.
    package init(
        address: TargetAddress, codec: any WireCodec, login: [LoginStep] = [], sources: ClientSources.Range,
        patience: ClientPatience = ClientPatience(), network: NetworkNamespaces? = nil,
        targetSleeps: @escaping () -> Bool? = { nil }, targetStarved: @escaping () -> Int64? = { nil },
        servingProcesses: (() -> [ClientSource: Int])? = nil
    ) throws(SystemError) {
        self.sources = ClientSources(sources)
        self.address = address
        queue = QueueWatch(address: address, network: network)
        sockets = ClientSockets(address, in: network)
        recording = address.transport == .unix ? ClientRecording() : nil
        self.codec = codec
        self.login = login
        self.patience = patience
        self.targetSleeps = targetSleeps
        self.targetStarved = targetStarved
        self.servingProcesses = servingProcesses
        epoll = Descriptor(try system("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }, "epoll")
    }

    deinit {
        scratch.deallocate()
        epoll.take()?.close()
    }

    /// Runs one scenario.
    ///
    /// - Throws: trouble of our own side only, as EMFILE. What the target does is in the log.
    package func run(_ scenario: Scenario, execution: Int, binding: Binding) throws(SystemError) -> ExecutionLog {
        var binding = binding
        var current: [Int?] = Array(repeating: nil, count: scenario.clientCount)
        var outcome = ExecutionLog.Outcome.completed
        let start = Clock.wall
        readable = ExecutionLimits.readBytes
        waits = Waits()
        starved = 0
        queue.beginExecution()
        queueStoodStill = false
        overdue = Clock.monotonic + Int64(ExecutionLimits.milliseconds) * 1_000_000
        defer {
            for connection in connections { connection.close(reset: false) }
            connections.removeAll(keepingCapacity: true)
        }
        sources.beginExecution(connections: scenario.connectionCount)
        script: for block in scenario.blocks {
            for (client, index) in current.enumerated() {
                if let told = index.flatMap({ connections[$0].told }) { binding.told[client] = told }
            }
            let payloads = requestBytes.build(block, &binding, codec)
            for (step, payload) in zip(block.steps, payloads) {
                outcome = try perform(step, payload, &current)
                guard outcome == .completed else { break script }
            }
        }
        noteServingProcesses(connections)
        if outcome == .completed {
            for connection in connections {
                if connection.mayRead { connection.read(scratch: scratch, atMost: &readable) }
                connection.scriptEnds()
            }
            let begin = Clock.monotonic
            outcome = drain()
            let time = Clock.monotonic - begin
            if time >= Waits.noticed { waits.closing += time }
        }
        queue.look(at: connections)
        for connection in connections where outcome != .completed {
            if queueStoodStill, queue.holds(connection) { connection.wasQueued(at: queue.moved.wall) }
            connection.noteUnread(scratch: scratch, atMost: &readable)
        }
        // A reset says on the wire that the client gave up, which a FIN to a silent server does not.
        for connection in connections { connection.close(reset: outcome != .completed) }
        var log = ExecutionLog(
            execution: execution, connections: connections.map(\.log), outcome: outcome, startNanoseconds: start,
            endNanoseconds: Clock.wall)
        log.packets = recording?.take()
        log.waits = waits
        log.starved = starved
        log.stem = binding.stem
        return log
    }

    private func perform(
        _ step: Scenario.Step, _ payload: [UInt8], _ current: inout [Int?]
    ) throws(SystemError) -> ExecutionLog.Outcome {
        if case .connect(let receiveBuffer) = step.action {
            if let old = current[step.client] {
                queue.look(at: connections)
                connections[old].noteUnread(scratch: scratch, atMost: &readable)
                connections[old].close(reset: false)
            }
            current[step.client] = connections.count
            try open(client: step.client, receiveBuffer: receiveBuffer)
            return logIn(connections[connections.count - 1])
        }
        guard let index = current[step.client] else { return .completed }
        let connection = connections[index]
        switch step.action {
        case .connect: break
        case .send:
            // What was written may be read back, by others too.
            readable += 2 * payload.count
            connection.send(payload, codec, now: Clock.wall)
        case .expect(let count):
            for _ in 0..<count {
                let outcome = awaitReply(connection)
                guard outcome == .completed else { return outcome }
            }
        case .pause(let time): return pause(time)
        case .shutdown: connection.halfClose()
        case .reset, .close:
            noteServingProcesses([connection])
            queue.look(at: connections)
            connection.noteUnread(scratch: scratch, atMost: &readable)
            connection.leave(reset: step.action == .reset)
        }
        return .completed
    }

    /// Says what each connection begins with, and waits until it is answered.
    private func logIn(_ connection: ClientConnection) -> ExecutionLog.Outcome {
        for step in login {
            readable += 2 * step.bytes.count
            connection.send(step.bytes, codec, now: Clock.wall)
            for _ in 0..<step.replies {
                let outcome = awaitReply(connection)
                guard outcome == .completed else { return outcome }
            }
        }
        return .completed
    }

    /// Asks which process serves these connections, if anybody wants to know.
    private func noteServingProcesses(_ connections: [ClientConnection]) {
        guard let serving = servingProcesses?() else { return }
        for connection in connections {
            if let process = serving[connection.source] { connection.served(by: process) }
        }
    }

    private func open(client: Int, receiveBuffer: Int?) throws(SystemError) {
        let connection = try connect(client: client, receiveBuffer: receiveBuffer)
        var event = epoll_event()
        event.events =
            UInt32(EPOLLIN.rawValue) | UInt32(EPOLLOUT.rawValue) | UInt32(EPOLLRDHUP.rawValue) | edgeTriggered
        event.data.u64 = UInt64(connections.count)
        connections.append(connection)
        let raw = connection.raw!
        try system("epoll_ctl") { epoll_ctl(epollDescriptor, EPOLL_CTL_ADD, raw, &event) }
    }

    /// Opens a connection from the next source that nobody else holds.
    private func connect(client: Int, receiveBuffer: Int?) throws(SystemError) -> ClientConnection {
        for _ in 0..<Self.sourceAttempts {
            do throws(SystemError) {
                return try ClientConnection(
                    client: client, socket: try sockets.next(), source: sources.next(), address: address,
                    receiveBuffer: receiveBuffer,
                    recording: recording, codec: codec)
            } catch  where error.code == EADDRINUSE || error.code == EADDRNOTAVAIL {
                continue
            }
        }
        throw SystemError("bind", code: EADDRINUSE)
    }

    /// Waits for one whole reply, or until there can be none.
    private func awaitReply(_ connection: ClientConnection) -> ExecutionLog.Outcome {
        var waiting = ReplyWait(patience, heard: connection.receivedBytes, at: Clock.monotonic)
        var starvedBefore: Int64?
        defer {
            waits += waiting.end(at: Clock.monotonic)
            if let starvedBefore, let now = targetStarved() { starved += max(0, now - starvedBefore) }
        }
        while !connection.takeReply(codec) {
            if connection.mayRead { connection.read(scratch: scratch, atMost: &readable) }
            guard readable > 0 else {
                return .flooded(client: connection.client, unfinished: connection.unexpectedBytes)
            }
            let now = Clock.monotonic
            if waiting.hears(connection.receivedBytes, at: now) {
                if isOver(now) { return .interrupted }
                continue
            }
            if connection.isOver || connection.isMalformed {
                connection.isLeftWaiting()
                return .completed
            }
            if isOver(now) { return .interrupted }
            if waiting.wantsLook(at: now), look(at: connection, &waiting, now) == .stalled {
                return .stalled(client: connection.client)
            }
            wait(milliseconds: 20)
            if starvedBefore == nil, waiting.isLong(at: now) { starvedBefore = targetStarved() }
            if waiting.isNoticed(at: now), standing(of: connection).isUntaken {
                waiting.isUntaken(at: Clock.monotonic)
            }
        }
        return .completed
    }

    /// Looks at the target, of which a client waits for a reply.
    private func look(at connection: ClientConnection, _ waiting: inout ReplyWait, _ now: Int64) -> ReplyWait.Decision {
        let sleeps = targetSleeps() == true
        queue.look(at: connections, now: now)
        let standing = standing(of: connection)
        let decision = waiting.looked(standing, sleeps: sleeps, at: now)
        if decision == .stalled, standing.isUntaken {
            if case .queued = standing { queueStoodStill = true }
            connection.givesUp()
        }
        return decision
    }

    private func standing(of connection: ClientConnection) -> ReplyWait.Standing {
        if queue.holds(connection) { return .queued(moved: queue.moved.monotonic) }
        guard !connection.isHeard else { return .taken }
        return .unheard(queueMoved: connection.mayBeQueued ? queue.moved.monotonic : nil)
    }

    /// Whether the campaign's time is over, or this execution has had too much of it.
    private func isOver(_ now: Int64) -> Bool { patience.isOver || now >= overdue }

    private func pause(_ time: Duration) -> ExecutionLog.Outcome {
        let end = time.fromNow
        while Clock.monotonic < end {
            if patience.isOver { return .interrupted }
            queue.look(at: connections)
            wait(milliseconds: Int32(min(50, max(1, (end - Clock.monotonic) / 1_000_000))))
        }
        return .completed
    }

    /// The end of every execution: half-close all connections, and read until the server has closed its sides, so that
    /// what it still had to say is on the wire.
    private func drain() -> ExecutionLog.Outcome {
        guard address.transport != .udp else { return drainDatagrams() }
        let isHopeful = unclosed < 2
        var rest = RestWait(
            isHopeful ? patience.closeMilliseconds : 5, longest: isHopeful ? patience.longestMilliseconds : 5,
            at: Clock.monotonic)
        while true {
            var open = false
            for connection in connections {
                if !connection.hasOutgoing { connection.shutdownWriting() }
                if connection.mayRead { connection.read(scratch: scratch, atMost: &readable) }
                guard readable > 0 else {
                    return .flooded(client: connection.client, unfinished: connection.unexpectedBytes)
                }
                connection.discardIncoming()
                if !connection.isOver { open = true }
            }
            guard open else {
                unclosed = 0
                return .completed
            }
            let now = Clock.monotonic
            guard !patience.isOver, !rest.isOver(at: now, targetSleeps: { targetSleeps() ?? true }) else { break }
            queue.look(at: connections)
            wait(milliseconds: Int32(max(1, min(50, rest.milliseconds(at: now)))))
        }
        unclosed += 1
        return .completed
    }

    /// Nothing tells when a server of datagrams has no more to say: the end is when it has been silent for a moment.
    private func drainDatagrams() -> ExecutionLog.Outcome {
        var heard = -1
        while true {
            var total = 0
            for connection in connections {
                if connection.mayRead { connection.read(scratch: scratch, atMost: &readable) }
                guard readable > 0 else {
                    return .flooded(client: connection.client, unfinished: connection.unexpectedBytes)
                }
                connection.discardIncoming()
                total += connection.receivedBytes
            }
            guard total != heard, !patience.isOver else { return .completed }
            heard = total
            wait(milliseconds: Self.datagramSilence)
        }
    }

    /// Milliseconds.
    private static let datagramSilence: Int32 = 2

    /// Notes what epoll reports, and sends what sockets can take now. epoll_wait(2).
    private func wait(milliseconds: Int32) {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) { events in
            let count = epoll_wait(epollDescriptor, events.baseAddress!, 64, milliseconds)
            for index in 0..<max(0, Int(count)) {
                let event = events[index]
                connections[Int(event.data.u64)].became(
                    readable: event.events & ~UInt32(EPOLLOUT.rawValue) != 0,
                    writable: event.events & ~UInt32(EPOLLIN.rawValue) != 0, closing: event.events & closing != 0)
            }
        }
    }

    private var epollDescriptor: Int32 {
        switch epoll {
        case .some(let epoll): epoll.raw
        case .none: -1
        }
    }
}

/// EPOLLET is 1 << 31, which Swift does not import.
private let edgeTriggered: UInt32 = 1 << 31
private let closing = UInt32(EPOLLRDHUP.rawValue) | UInt32(EPOLLHUP.rawValue) | UInt32(EPOLLERR.rawValue)
