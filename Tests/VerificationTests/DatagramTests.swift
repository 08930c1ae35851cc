import Capture
import Testing
import Verification
import Wire
import Protocols

/// Goal: over UDP a request that is asked again is one operation, lost datagrams are nobody's fault, and what a server
/// says twice or to the wrong client is told. Method: hand-made datagrams.
@Suite("Datagrams as messages")
struct DatagramTests {
    /// A capture of datagrams, a microsecond apart.
    struct Wire {
        private(set) var flows: [DatagramFlow] = []
        private var number = 0
        let codec: any WireCodec

        init(_ name: String = "resp") { codec = WireProtocols.named(name)! }

        mutating func client() -> Int {
            let loopback = IPAddress.v4(0x7F00_0001)
            flows.append(
                DatagramFlow(
                    id: flows.count, client: Endpoint(address: loopback, port: UInt16(40000 + flows.count)),
                    server: Endpoint(address: loopback, port: 7), time: Timestamp(nanoseconds: 0)))
            return flows.count - 1
        }

        mutating func ask(_ client: Int, _ text: String) {
            add(client, true, codec.encodeRequest(text.split(separator: " ").map { Array($0.utf8) }))
        }

        mutating func answer(_ client: Int, _ text: String) { add(client, false, Array(text.utf8)) }

        private mutating func add(_ client: Int, _ isRequest: Bool, _ bytes: [UInt8]) {
            number += 1
            let packet = PacketReference(number: number, time: Timestamp(nanoseconds: Int64(number) * 1000))
            flows[client].datagrams.append((isRequest, CapturedDatagram(bytes: bytes, packet: packet)))
            flows[client].lastTime = packet.time
        }

        func judge() -> Judgement {
            var evidence = Evidence(
                datagrams: flows, codec: codec, names: { "c\($0.id)" }, end: Timestamp(nanoseconds: 1_000_000_000))
            evidence.keysStartAbsent = true
            return Judge().judge(evidence)
        }
    }

    @Test("a retry is the same operation, from its first copy to its first reply")
    func retry() {
        var wire = Wire()
        let (a, b) = (wire.client(), wire.client())
        wire.ask(a, "INCR k")
        wire.ask(b, "INCR k")
        wire.answer(b, ":2\r\n")
        wire.ask(a, "INCR k")
        wire.answer(a, ":1\r\n")
        wire.answer(a, ":1\r\n")
        wire.ask(a, "GET k")
        wire.answer(a, "$1\r\n2\r\n")
        let judgement = wire.judge()
        #expect(judgement.verdict == .held, "\(judgement)")
        #expect(judgement.exercised.operations == 3)
    }

    @Test("a retry that was executed as well is a duplicate")
    func executedTwice() {
        var wire = Wire()
        let a = wire.client()
        wire.ask(a, "INCR k")
        wire.ask(a, "INCR k")
        wire.answer(a, ":1\r\n")
        wire.answer(a, ":2\r\n")
        let judgement = wire.judge()
        #expect(judgement.oracles == [.duplication])
        #expect(judgement.violations.first?.signature == "duplication:executed-twice")
        #expect(
            judgement.violations.first?.summary
                == "c0: INCR k, sent again for want of a reply (packets 1 and 2), was executed twice: :1\\r\\n in packet 3 "
                + "and :2\\r\\n in packet 4.")
    }

    @Test("what is lost on the way is nobody's fault, and may have been done")
    func lost() {
        var wire = Wire()
        let (a, b) = (wire.client(), wire.client())
        wire.ask(a, "INCR k")
        wire.ask(b, "INCR k")
        wire.answer(b, ":2\r\n")
        wire.ask(b, "GET k")
        wire.answer(b, "$1\r\n2\r\n")
        let judgement = wire.judge()
        #expect(judgement.verdict == .held, "\(judgement)")
        #expect(judgement.exercised.answered == 2)
    }

    @Test("a reply too many, and a reply of another client")
    func surplus() {
        var wire = Wire("echo")
        let (a, b) = (wire.client(), wire.client())
        wire.ask(a, "alpha")
        wire.answer(a, "alpha\n")
        wire.answer(a, "alpha\n")
        wire.ask(b, "beta")
        wire.answer(a, "beta\n")
        let judgement = wire.judge()
        #expect(judgement.oracles == [.duplication, .crosstalk], "\(judgement.violations)")
    }

    @Test("several requests outstanding at once are paired by their bytes, or not at all")
    func outstanding() {
        var echo = Wire("echo")
        let a = echo.client()
        echo.ask(a, "one")
        echo.ask(a, "two")
        echo.answer(a, "two\n")
        echo.answer(a, "one\n")
        #expect(echo.judge().verdict == .held)
        var keys = Wire()
        let b = keys.client()
        keys.ask(b, "INCR k")
        keys.ask(b, "GET k")
        keys.answer(b, "$-1\r\n")
        keys.answer(b, ":1\r\n")
        let judgement = keys.judge()
        #expect(judgement.verdict == .held)
        #expect(judgement.notes.contains { $0.contains("several requests were outstanding") })
    }

    @Test("lost updates show over UDP too")
    func race() {
        var wire = Wire()
        let (a, b) = (wire.client(), wire.client())
        wire.ask(a, "INCR k")
        wire.ask(b, "INCR k")
        wire.answer(a, ":1\r\n")
        wire.answer(b, ":1\r\n")
        #expect(wire.judge().oracles == [.linearizability])
    }
}
