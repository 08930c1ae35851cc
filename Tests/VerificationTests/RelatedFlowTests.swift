import Capture
import Testing
import Verification
import Wire

/// Goal: the bytes of a connection that a reply announced are known to be that exchange's, and whom they belong to is never
/// guessed. Method: a toy protocol whose control connection announces a port for each transfer, as FTP does, in captures
/// in which connections come, stay away, are strangers' or were not captured from their beginning.
@Suite("Connections that others announce")
struct RelatedFlowTests {
    @Test("the data are those of the exchange that announced them, and only a wrong length is a fault")
    func joined() {
        for told in [5, 6] {
            var tape = TransferTape()
            let control = tape.connect(from: 1, to: Toy.port)
            tape.exchange(control, "PASV", "227 4711")
            tape.send(tape.connect(from: 1, to: 4711), "hello")
            tape.exchange(control, "GET a", "226 \(told)")
            let evidence = tape.evidence
            #expect(evidence.conversations.count == 1)
            #expect(evidence.conversations[0].related[0]?.toClient == Array("hello".utf8))
            #expect(evidence.conversations[0].related[0]?.isWhole == true)
            #expect(evidence.leftAside.isEmpty)
            let violations = tape.judgement.violations
            #expect(violations.isEmpty == (told == 5), "\(violations)")
        }
    }

    @Test("who never comes, a stranger and what nobody announced are no reason to accuse anybody")
    func strangers() {
        var tape = TransferTape()
        let control = tape.connect(from: 1, to: Toy.port)
        tape.exchange(control, "PASV", "227 4711")
        tape.send(tape.connect(from: 2, to: 4711), "not yours")
        // Nobody announced it, and what is sent looks like requests.
        tape.ask(tape.connect(from: 1, to: 4712), "GET a\nGET b\nPASV\n")
        tape.exchange(control, "GET a", "226 5")
        #expect(tape.evidence.conversations[0].related.isEmpty)
        #expect(tape.evidence.leftAside.count == 2)
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
    }

    @Test("of two announcements of one port the last one of a conversation holds; of two conversations nobody knows")
    func twice() {
        var tape = TransferTape()
        let control = tape.connect(from: 1, to: Toy.port)
        for _ in 0..<2 { tape.exchange(control, "PASV", "227 4711") }
        tape.send(tape.connect(from: 1, to: 4711), "x")
        // Once more, without another announcement.
        tape.send(tape.connect(from: 1, to: 4711), "y")
        #expect(tape.evidence.conversations[0].related.keys.sorted() == [1])
        #expect(tape.evidence.leftAside.count == 1)

        var two = TransferTape()
        let controls = (0..<2).map { _ in two.connect(from: 1, to: Toy.port) }
        for control in controls { two.exchange(control, "PASV", "227 4711") }
        for _ in 0..<2 { two.send(two.connect(from: 1, to: 4711), "whose") }
        for control in controls { two.exchange(control, "GET a", "226 9") }
        #expect(two.evidence.conversations.allSatisfy { $0.related.isEmpty })
        #expect(two.evidence.leftAside.count == 2)
        #expect(two.judgement.violations.isEmpty, "\(two.judgement.violations)")
    }

    @Test("where the capture misses the announcement, nobody is accused", arguments: [true, false])
    func beginning(_ asksAgain: Bool) {
        var tape = TransferTape()
        let control = tape.connect(from: 1, to: Toy.port)
        tape.flows[control].handshake = .missing
        // Its port was announced before the capture began; an upload may look like anything.
        tape.ask(tape.connect(from: 1, to: 4711), "GET b\nGET c\n")
        tape.send(tape.connect(from: 1, to: 4712), "226 5\n")
        tape.exchange(control, "GET a", "226 5")
        if asksAgain { tape.exchange(control, "GET b", "226 7") }
        #expect(tape.judgement.violations.isEmpty, "\(tape.judgement.violations)")
        #expect(tape.evidence.conversations.allSatisfy { $0.related.isEmpty })
    }

    @Test("among many clients, each connection finds its exchange", arguments: 0..<20 as Range<UInt64>)
    func many(_ seed: UInt64) {
        var random = Seed(seed)
        var tape = TransferTape()
        let clients = (0..<8).map { (number: $0, control: tape.connect(from: $0 + 1, to: Toy.port)) }
        var announced: [(client: Int, port: UInt16, label: String)] = []
        var expected: Set<String> = []
        var asked = Array(repeating: 0, count: clients.count)
        for _ in 0..<200 {
            if Bool.random(using: &random) || announced.isEmpty {
                let client = clients.randomElement(using: &random)!
                let port = UInt16.random(in: 5000..<5008, using: &random)
                announced.removeAll { $0 == (client.number, port, $0.label) }
                announced.append((client.number, port, "\(client.control) \(asked[client.number])"))
                tape.exchange(client.control, "PASV", "227 \(port)")
                asked[client.number] += 1
            } else {
                let place = announced.indices.randomElement(using: &random)!
                let (client, port, label) = announced.remove(at: place)
                tape.send(tape.connect(from: client + 1, to: port), label)
                expected.insert(label)
            }
        }
        var found: Set<String> = []
        for conversation in tape.evidence.conversations {
            for (exchange, flow) in conversation.related {
                #expect(flow.toClient == Array("\(conversation.flow) \(exchange)".utf8))
                found.insert("\(conversation.flow) \(exchange)")
            }
        }
        #expect(found == expected)
        let plain = Evidence(flows: tape.flows, codec: Toy(), end: Timestamp(nanoseconds: tape.now))
        #expect(plain.conversations.count == clients.count)
    }
}

/// Requests and replies are lines; `227 PORT` announces a connection, and `226 N` says how much came over the one announced
/// by the reply before.
private struct Toy: WireProtocol {
    static let port: UInt16 = 2100

    var name: String { "toy-transfer" }
    var hasSharedState: Bool { false }
    var isToldByMessages: Bool { true }
    var isToldByReplies: Bool { true }
    var announcesFlows: Bool { true }

    func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
        bytes.indices.first { bytes[$0] == 0x0A }.map { .message(length: $0 + 1) } ?? .incomplete
    }

    func encodeRequest(_ words: [[UInt8]]) -> [UInt8] { Array(words.joined(separator: [0x20])) + [0x0A] }

    func announcedPort(in exchange: Exchange) -> UInt16? { Self.number(exchange.reply, code: "227").map(UInt16.init) }

    func meaning(of evidence: Evidence) -> any Meaning { ToyMeaning() }

    static func number(_ reply: Message?, code: String) -> Int? {
        let words = String(decoding: reply?.bytes.dropLast() ?? [], as: UTF8.self).split(separator: " ")
        return words.first == code[...] && words.count == 2 ? Int(words[1]) : nil
    }
}

private struct ToyMeaning: Meaning {
    var judgesReplies: Bool { true }

    func fits(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        guard call.exchange > 0, let told = Toy.number(reply, code: "226") else { return true }
        let before = reading.calls[reading.range(Int(call.conversation)).lowerBound + Int(call.exchange) - 1]
        guard let data = reading.related(before), data.isWhole else { return true }
        return data.toClient.count == told
    }

    func fitsShape(_ call: Call, _ request: Message, _ head: ReplyHead?, _ reply: Message, _ reading: Reading) -> Bool {
        true
    }
}

/// A hand-made capture of connections between several hosts and one server, whole ones if nobody says otherwise.
private struct TransferTape {
    var flows: [Flow] = []
    private(set) var now: Int64 = 1_000_000_000
    private var packets = 0

    mutating func connect(from host: Int, to port: UInt16) -> Int {
        // Longer than packets may be out of order.
        now += 1_000_000
        let address = { (host: Int) in IPAddress.v4(0x7F00_0000 + UInt32(host)) }
        var flow = Flow(
            id: flows.count, client: Endpoint(address: address(host + 100), port: UInt16(40_000 + flows.count)),
            server: Endpoint(address: address(1), port: port), time: Timestamp(nanoseconds: now))
        flow.handshake = .complete
        flows.append(flow)
        return flows.count - 1
    }

    mutating func ask(_ flow: Int, _ text: String) { append(text, flow, \.toServer) }

    mutating func exchange(_ flow: Int, _ request: String, _ reply: String) {
        ask(flow, request + "\n")
        append(reply + "\n", flow, \.toClient)
    }

    /// The server sends all of it, and closes.
    mutating func send(_ flow: Int, _ text: String) {
        append(text, flow, \.toClient)
        flows[flow].toClient.fin = PacketReference(number: packets, time: Timestamp(nanoseconds: now))
    }

    private mutating func append(_ text: String, _ flow: Int, _ stream: WritableKeyPath<Flow, ByteStream>) {
        packets += 1
        now += 100_000
        let bytes = Array(text.utf8)
        let packet = PacketReference(number: packets, time: Timestamp(nanoseconds: now))
        let start = flows[flow][keyPath: stream].bytes.count
        flows[flow][keyPath: stream].packets += 1
        flows[flow][keyPath: stream].chunks.append(.init(offset: start, length: bytes.count, packet: packet))
        flows[flow][keyPath: stream].bytes += bytes
        flows[flow][keyPath: stream].acknowledged = start + bytes.count
        flows[flow].lastTime = packet.time
    }

    var evidence: Evidence { Evidence(capture: flows, codec: Toy(), end: Timestamp(nanoseconds: now)) }

    var judgement: Judgement {
        Judge(oracles: Judge.wireOracles(silenceLimits: .capture(hangAfter: .seconds(10)))).judge(evidence)
    }
}
