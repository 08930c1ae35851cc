import Capture
import Synchronization
import System
import Verification
import Wire

/// What a server says to a client that asks for nothing.
struct Greeting: Equatable {
    /// What is said at once.
    private(set) var messages: [[UInt8]] = []
    /// One of each kind of what is said later.
    private(set) var unasked: [[UInt8]] = []

    /// How long a client says nothing, and how long where a lone client was not answered as it should be: a server may take its time
    /// to greet, to annoy who does not wait for it.
    private static let (silence, longSilence) = (Duration.milliseconds(120), Duration.seconds(3))
    /// Messages so much later than the first are no greeting. Nanoseconds.
    private static let pause: Int64 = 15_000_000
    /// No more kinds are told apart, and no longer messages: a server may say anything.
    private static let (mostKinds, longestMessage, mostMessages) = (16, 1024, 32)

    /// Nothing.
    init() {}

    /// - Parameter packets: of an execution in which one client connected, and said nothing until it ended its side.
    init(_ packets: PacketBatch, serverPort: UInt16, _ codec: any WireCodec) {
        var table = FlowTable(serverPort: serverPort)
        table.add(packets)
        guard let flow = table.finish().first(where: { !$0.toClient.bytes.isEmpty }), flow.toServer.bytes.isEmpty,
            let first = flow.toClient.packet(at: 0)
        else { return }
        let stream = flow.toClient.bytes
        // Who closes right behind it has said goodbye.
        let goodbye = (flow.toClient.fin ?? flow.toClient.reset)?.time.nanoseconds ?? .max
        let end = flow.toServer.fin?.number ?? flow.toServer.reset?.number ?? .max
        var kinds: Set<[UInt8]> = []
        var offset = 0
        while offset < stream.count, messages.count < Self.mostMessages, kinds.count < Self.mostKinds,
            case .message(let length) = codec.frameReply(stream.span.extracting(droppingFirst: offset), to: nil),
            length <= Self.longestMessage, let packet = flow.toClient.packet(at: offset), packet.number < end
        {
            let message = Array(stream[offset..<offset + length])
            if packet.number < end, goodbye - packet.time.nanoseconds < Self.pause { break }
            if packet.time.nanoseconds - first.time.nanoseconds < Self.pause {
                messages.append(message)
            } else if kinds.insert(GreetedProtocol.shape(of: message.span)).inserted {
                unasked.append(message)
            }
            offset += length
        }
        // What comes again and again did not greet, when it came first.
        messages.removeAll { kinds.contains(GreetedProtocol.shape(of: $0.span)) }
    }

    /// The protocol as a server speaks it that says this.
    func spoken(_ codec: any WireCodec) -> any WireCodec {
        guard self != Greeting() else { return codec }
        return GreetedProtocol(codec, greeting: messages.count, unasked: unasked)
    }

    /// Listens for it, as the first client of a target.
    ///
    /// - Parameter first: what a lone client says then; where that is not answered as it should be, it is listened again, for longer.
    static func heard(on harness: Harness, trying first: Scenario? = nil) throws -> Greeting {
        guard harness.address.transport != .udp else { return Greeting() }
        let greeting = try heard(on: harness, for: silence)
        guard greeting == Greeting(), let first else { return greeting }
        let (log, ending) = try harness.execute(first)
        let isRight = try harness.judgements(all: true).last?.accusations.isEmpty ?? true
        guard ending != nil || log.outcome != .completed || !isRight else { return greeting }
        if !harness.setup.patience.isOver { try harness.startTarget() }
        return isRight || ending != nil ? greeting : try heard(on: harness, for: longSilence)
    }

    private static func heard(on harness: Harness, for silence: Duration) throws -> Greeting {
        let steps: [Scenario.Action] = [.connect(receiveBuffer: nil), .pause(silence)]
        let scenario = Scenario(
            protocolName: harness.setup.codec.name, blocks: steps.map { .step(Scenario.Step(client: 0, $0)) })
        let (log, ending) = try harness.execute(scenario)
        let judged = try harness.judgements(all: true)
        if ending != nil { try harness.startTarget() }
        guard log.connections.contains(where: { $0.heardInScript > 0 }), let packets = judged.last?.packets else {
            return Greeting()
        }
        return Greeting(packets, serverPort: harness.address.port, harness.setup.codec)
    }
}

/// What a target's greeting was when it was first wanted: copies of a replayer ask for it once.
final class HeardGreeting: Sendable {
    private let known = Mutex<Greeting?>(nil)

    /// The protocol as the target speaks it, for which a target is started the first time.
    func spoken(_ setup: Harness.Setup) throws -> any WireCodec {
        if let greeting = known.withLock({ $0 }) { return greeting.spoken(setup.codec) }
        guard setup.target.transport != .udp, !setup.patience.isOver else { return setup.codec }
        var silent = setup
        silent.logsIn = false
        let harness = try Harness(silent)
        defer { harness.stop() }
        let greeting = try Greeting.heard(on: harness)
        known.withLock { $0 = greeting }
        return greeting.spoken(setup.codec)
    }
}
