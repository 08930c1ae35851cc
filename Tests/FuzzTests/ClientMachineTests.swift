import Fuzz
import Protocols
import System
import Testing
import Wire

/// Goal: what a client does at its socket follows from what the script wants and what the socket said, in any order. Method:
/// events told to the value that decides, no socket: each kind of answer, and drawn sequences against a socket of a few lines.
@Suite("A client's connection without its socket")
struct ClientMachineTests {
    private static let codec = EchoLineCodec()

    private static func machine(
        datagrams: Bool = false, recorded: Bool = false, codec: any WireCodec = Self.codec
    ) -> ClientMachine {
        ClientMachine(
            client: 0, source: ClientSource(address: loopback, port: 20_000), isDatagram: datagrams,
            isRecorded: recorded, codec: codec)
    }

    private static func receive(_ text: String, _ machine: inout ClientMachine, mayBeMore: Bool = false) {
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { #expect(machine.received(.bytes($0, mayBeMore: mayBeMore)) == .nothing) }
    }

    @Test("what the socket does not take waits for the next edge")
    func full() {
        var machine = Self.machine()
        #expect(machine.send(Array("one\n".utf8), now: 1) == .send)
        #expect(machine.sent(.bytes(1)) == .send)
        #expect(machine.sent(.full) == .nothing)
        #expect(machine.send(Array("two\n".utf8), now: 2) == .nothing)
        #expect(machine.outgoing.elementsEqual("ne\ntwo\n".utf8))
        #expect(machine.became(readable: true, writable: false, closing: false) == .nothing)
        #expect(machine.became(readable: false, writable: true, closing: false) == .send)
        #expect(machine.sent(.bytes(7)) == .nothing)
        #expect(machine.log.sentBytes == 8)
        #expect(machine.log.sends.map(\.offset) == [0, 4])
    }

    @Test("a failed send is a reset; where clients record, what the server said before it closed is read first")
    func failed() {
        var machine = Self.machine()
        _ = machine.send([1, 2], now: 0)
        #expect(machine.sent(.failed) == .noteReset)
        #expect(machine.isOver && machine.log.wasReset)
        #expect(machine.send([3], now: 0) == .nothing)
        var recorded = Self.machine(recorded: true)
        _ = recorded.send([1, 2], now: 0)
        #expect(recorded.sent(.failed) == .nothing)
        #expect(recorded.wantsToRead && !recorded.hasOutgoing && !recorded.isOver)
        #expect(recorded.received(.end) == .noteEnd)
        #expect(recorded.isOver)
    }

    @Test("a short read empties the socket, unless its end is known to come")
    func edges() {
        var machine = Self.machine()
        #expect(!machine.wantsToRead)
        _ = machine.became(readable: true, writable: false, closing: false)
        Self.receive("a\n", &machine, mayBeMore: true)
        #expect(machine.wantsToRead)
        Self.receive("b\n", &machine)
        #expect(!machine.wantsToRead)
        _ = machine.became(readable: true, writable: false, closing: true)
        Self.receive("c\n", &machine)
        #expect(machine.wantsToRead)
        #expect(machine.received(.end) == .noteEnd)
        #expect(!machine.wantsToRead && machine.log.serverClosed)
    }

    @Test("replies are taken one by one, and half a one is none")
    func replies() {
        var machine = Self.machine()
        Self.receive("one\ntwo\nthr", &machine)
        #expect(machine.takeReply(Self.codec) { 1 })
        #expect(machine.takeReply(Self.codec) { 2 })
        #expect(!machine.takeReply(Self.codec) { 3 })
        #expect(machine.unexpectedBytes == 3)
        Self.receive("ee\n", &machine)
        #expect(machine.takeReply(Self.codec) { 4 })
        #expect(machine.log.replies.map(\.offset) == [4, 8, 14])
        #expect(machine.log.replies.map(\.nanoseconds) == [1, 2, 4])
    }

    @Test("a reply that its request frames: HEAD has no body, and a stream's end may end one")
    func framedByRequests() {
        let codec = HTTPCodec()
        var machine = Self.machine(codec: codec)
        _ = machine.send(codec.encodeRequest([Array("HEAD".utf8), Array("/a".utf8)]), now: 0)
        _ = machine.send(codec.encodeRequest([Array("GET".utf8), Array("/a".utf8)]), now: 0)
        Self.receive("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", &machine)
        #expect(machine.takeReply(codec) { 0 })
        Self.receive("HTTP/1.1 200 OK\r\n\r\nuntil the end", &machine)
        #expect(!machine.takeReply(codec) { 0 })
        #expect(machine.received(.end) == .noteEnd)
        #expect(machine.takeReply(codec) { 0 })
        #expect(machine.unexpectedBytes == 0)
    }

    @Test("what breaks the protocol is malformed, and no more is taken")
    func malformed() {
        var machine = Self.machine()
        Self.receive("+OK\r\n?\r\n+OK\r\n", &machine)
        #expect(machine.takeReply(RESPCodec()) { 0 })
        #expect(!machine.takeReply(RESPCodec()) { 0 })
        #expect(machine.isMalformed)
    }

    @Test("it ends once: half-closed, left, reset")
    func ends() {
        var machine = Self.machine()
        #expect(machine.halfClose() == .shutDownWriting)
        #expect(machine.shutDownWriting() == .nothing)
        #expect(machine.log.keptReading)
        #expect(machine.leave(reset: true) == .close(reset: true, isFirstEnd: false))
        #expect(!machine.log.keptReading && machine.log.clientReset && machine.isOver)
        #expect(machine.close(reset: false) == .nothing)
        #expect(machine.halfClose() == .nothing)
        var other = Self.machine()
        #expect(other.close(reset: false) == .close(reset: false, isFirstEnd: true))
        #expect(!other.log.clientReset)
        #expect(other.received(.failed) == .noteReset)
    }

    @Test("each message is a datagram, and each datagram a reply; the end of nothing is nothing")
    func datagrams() {
        var machine = Self.machine(datagrams: true)
        let bytes = Array("one\ntwo\nrest".utf8)
        var rest = bytes[...]
        var lengths: [Int] = []
        while let length = machine.nextDatagram(of: rest, Self.codec, now: 0) {
            lengths.append(length)
            machine.sentDatagram(length == 4 ? .bytes(4) : .full)
            rest = rest.dropFirst(length)
        }
        #expect(lengths == [4, 4, 4])
        #expect(machine.log.sentBytes == 12)
        #expect(machine.received(.end) == .nothing)
        Self.receive("half", &machine)
        Self.receive("\nother", &machine)
        #expect(machine.takeReply(Self.codec) { 0 } && machine.takeReply(Self.codec) { 0 })
        #expect(machine.log.replies.map(\.offset) == [4, 10])
        #expect(machine.halfClose() == .nothing)
        machine.sentDatagram(.refused)
        #expect(machine.isOver)
    }

    @Test("who stood in the queue, or was heard, and does so no more, was accepted")
    func queued() {
        var machine = Self.machine()
        #expect(machine.mayBeQueued)
        machine.isNotQueued(isHeard: false)
        #expect(machine.mayBeQueued)
        machine.wasQueued(at: 7)
        machine.isNotQueued(isHeard: false)
        #expect(!machine.mayBeQueued)
        #expect(machine.log.owedSince == 7)
        var unheard = Self.machine()
        _ = unheard.send([1, 2, 3], now: 0)
        _ = unheard.sent(.bytes(3))
        #expect(!unheard.isHeard(unacknowledged: 3) && unheard.isHeard(unacknowledged: 0))
        unheard.givesUp(unacknowledged: 2)
        #expect(!unheard.log.isUnheard)
        unheard.givesUp(unacknowledged: 3)
        #expect(unheard.log.isUnheard)
    }

    @Test("drawn sockets: every byte goes out once, in order, whatever they take at a time")
    func drawnSockets() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            var machine = Self.machine()
            var (wanted, taken): ([UInt8], [UInt8]) = ([], [])
            /// A socket that takes what it likes.
            func perform(_ action: ClientMachine.Action) {
                var action = action
                while action == .send {
                    guard !random.oneIn(3) else {
                        action = machine.sent(.full)
                        continue
                    }
                    let count = random.pick(1...machine.outgoing.count)
                    taken += machine.outgoing.prefix(count)
                    action = machine.sent(.bytes(count))
                }
                #expect(action == .nothing)
            }
            for _ in 0..<random.pick(1...20) {
                if random.oneIn(2) {
                    let bytes = (0..<random.pick(1...30)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                    wanted += bytes
                    perform(machine.send(bytes, now: 0))
                } else {
                    perform(machine.became(readable: false, writable: random.oneIn(2), closing: false))
                }
                #expect(taken + machine.outgoing == wanted)
                #expect(machine.log.sentBytes == taken.count)
            }
            while machine.hasOutgoing { perform(machine.became(readable: false, writable: true, closing: false)) }
            #expect(taken == wanted)
        }
    }
}
