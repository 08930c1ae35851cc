import Capture
import Fuzz
import Testing

/// Goal: each execution gets its own packets, all of them and in order, whatever else the capture holds. Method: hand-made
/// packets and end marks, fed one by one.
@Suite("Cutting the capture into executions")
final class ExecutionAssemblerTests {
    private var assembler = ExecutionAssembler(serverPort: Packets.serverPort, linkType: .ethernet)

    /// Feeds all packets; the executions whose end marks came.
    func feed(_ packets: Packets) -> [Int] {
        packets.batch.records.compactMap { assembler.add($0, in: packets.batch) }
    }

    func take(_ log: ExecutionLog) -> PacketBatch { assembler.take(log) }

    /// The clients' addresses of a batch's packets, each once, in order.
    static func clients(_ batch: PacketBatch) -> [UInt32] {
        var found: [UInt32] = []
        for record in batch.records {
            guard case .tcp(let segment) = dissect(record, in: batch) else { continue }
            let client = segment.destinationPort == Packets.serverPort ? segment.source : segment.destination
            guard case .v4(let address) = client.address else { continue }
            if !found.contains(address) { found.append(address) }
        }
        return found
    }

    @Test("an execution's packets come out as they went in, numbered from 1")
    func whole() {
        var packets = Packets()
        packets.endMark(1, magic: "something-different")
        for client in 0..<3 { packets.connection(Packets.address(UInt32(client)), "PING\r\n", "+PONG\r\n") }
        packets.endMark(1)
        #expect(feed(packets) == [1])
        let batch = take(ExecutionLog(1, [0, 1, 2]))
        #expect(batch.records.map(\.number) == Array(1...21))
        #expect(batch.linkTypes == [.ethernet])
        for (copy, original) in zip(batch.records, packets.batch.records.dropFirst()) {
            #expect(copy.time == original.time)
            #expect(
                batch.bytes[copy.offset..<copy.offset + copy.capturedLength]
                    == packets.batch.bytes[original.offset..<original.offset + original.capturedLength])
        }
        #expect(take(ExecutionLog(2, [3])).records.isEmpty)
        #expect(assembler.strays == 0)
    }

    @Test("end marks carry any number")
    func numbers() {
        var packets = Packets()
        for number in [1, 255, 256, 1 << 40] as [UInt64] { packets.endMark(number) }
        #expect(feed(packets) == [1, 255, 256, 1 << 40])
    }

    @Test("several executions between two end marks are told apart by their sources")
    func several() {
        var packets = Packets()
        for client in 0..<6 { packets.connection(Packets.address(UInt32(client)), "A\r\n", "+A\r\n") }
        packets.endMark(3)
        #expect(feed(packets) == [3])
        var counts: [Int] = []
        for execution in 1...3 {
            let first = UInt32(2 * execution - 2)
            let batch = take(ExecutionLog(execution, [first, first + 1]))
            #expect(Self.clients(batch) == [Packets.address(first), Packets.address(first + 1)])
            #expect(batch.records.map(\.number) == Array(1...14))
            counts.append(batch.records.count)
        }
        #expect(counts == [14, 14, 14])
        #expect(assembler.strays == 0)
    }

    @Test("late packets of an execution that was judged are strays")
    func late() {
        var packets = Packets()
        packets.connection(Packets.address(0), "A\r\n", "+A\r\n")
        packets.endMark(1)
        #expect(feed(packets) == [1])
        #expect(take(ExecutionLog(1, [0])).records.count == 7)
        packets = Packets()
        packets.connection(Packets.address(1), "A\r\n", "+A\r\n")
        packets.tcp(Packets.address(0), fromServer: true, [.rst])
        packets.endMark(2)
        #expect(feed(packets) == [2])
        let second = take(ExecutionLog(2, [1]))
        #expect(Self.clients(second) == [Packets.address(1)])
        #expect(assembler.strays == 1)
    }

    @Test("a stray from before the sources started anew does not wait for their next turn")
    func wrapped() {
        var packets = Packets()
        packets.tcp(0x7FFE_FFF0, fromServer: true, [.rst])
        packets.connection(Packets.address(0), "A\r\n", "+A\r\n")
        #expect(feed(packets).isEmpty)
        #expect(Self.clients(take(ExecutionLog(9, [0]))) == [Packets.address(0)])
        #expect(assembler.strays == 1)
    }

    @Test("an execution behind the start of the range follows one at its end")
    func acrossTheEnd() {
        var packets = Packets()
        packets.connection(0x7FFE_FFF0, "A\r\n", "+A\r\n")
        packets.connection(Packets.address(0), "A\r\n", "+A\r\n")
        _ = feed(packets)
        let last = ExecutionLog(8, [0x7FFE_FFF0 - Packets.address(0)])
        #expect(Self.clients(take(last)) == [0x7FFE_FFF0])
        #expect(Self.clients(take(ExecutionLog(9, [0]))) == [Packets.address(0)])
        #expect(assembler.strays == 0)
    }

    @Test("a stranger's connection, and packets from before the execution, are strays")
    func strangers() {
        var packets = Packets()
        packets.tcp(0x7F00_0001, port: 40_123, [.syn])
        packets.tcp(Packets.address(700), [.syn])
        let start = packets.now + 1
        packets.connection(Packets.address(0), "A\r\n", "+A\r\n")
        packets.tcp(0x7F00_0001, port: 40_124, [.syn])
        packets.connection(Packets.address(1), "A\r\n", "+A\r\n")
        _ = feed(packets)
        #expect(Self.clients(take(ExecutionLog(1, [0], start: start))) == [Packets.address(0)])
        #expect(assembler.strays == 3)
        #expect(Self.clients(take(ExecutionLog(2, [1], start: start))) == [Packets.address(1)])
    }

    @Test("a client that has the server's port by chance is still the client")
    func samePort() {
        var packets = Packets()
        packets.handshake(Packets.address(0))
        packets.tcp(Packets.address(1), port: Packets.serverPort, [.syn])
        packets.tcp(Packets.address(1), port: Packets.serverPort, fromServer: true, [.syn, .ack])
        packets.endMark(1)
        #expect(feed(packets) == [1])
        #expect(take(ExecutionLog(1, [0, 1])).records.count == 5)
        #expect(assembler.strays == 0)
    }

    @Test("packets of other ports are nobody's")
    func otherPorts() {
        var other = ExecutionAssembler(serverPort: 7000, linkType: .ethernet)
        var packets = Packets()
        packets.connection(Packets.address(0), "A\r\n", "+A\r\n")
        let marks = packets.batch.records.compactMap { other.add($0, in: packets.batch) }
        let own = other.take(ExecutionLog(1, [0]))
        #expect(marks.isEmpty)
        #expect(own.records.isEmpty)
    }

    @Test("an execution without connections leaves the packets of others alone")
    func withoutConnections() {
        var packets = Packets()
        packets.connection(Packets.address(0), "A\r\n", "+A\r\n")
        _ = feed(packets)
        #expect(take(ExecutionLog(1, [])).records.isEmpty)
        #expect(take(ExecutionLog(2, [0])).records.count == 7)
    }
}
