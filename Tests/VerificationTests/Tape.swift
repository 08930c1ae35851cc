import Capture
import Verification
import Wire
import Protocols

/// A hand-made capture: each step is one packet, a microsecond after the one before.
final class Tape {
    private(set) var flows: [Flow] = []
    private(set) var number = 0
    private(set) var now: Int64 = 1_000_000_000
    let codec: any WireCodec
    var incomplete: [String] = []
    var keysStartAbsent = false

    init(_ name: String = "resp") {
        codec = WireProtocols.named(name)!
    }

    /// A connection whose handshake was captured.
    func connect(_ count: Int = 1) -> [Int] {
        (0..<count).map { _ in
            let port = UInt16(40000 + flows.count)
            let loopback = IPAddress.v4(0x7F00_0001)
            var flow = Flow(
                id: flows.count, client: Endpoint(address: loopback, port: port),
                server: Endpoint(address: loopback, port: 6379), time: Timestamp(nanoseconds: now))
            flow.handshake = .complete
            flows.append(flow)
            return flows.count - 1
        }
    }

    func midStream(_ flow: Int) { flows[flow].handshake = .missing }

    func wait(nanoseconds: Int64) { now += nanoseconds }

    @discardableResult func packet() -> PacketReference {
        number += 1
        now += 1000
        return PacketReference(number: number, time: Timestamp(nanoseconds: now))
    }

    /// Bytes to the server in one packet.
    func send(_ flow: Int, raw: [UInt8]) {
        let packet = packet()
        Self.append(raw, packet, &flows[flow].toServer)
        flows[flow].lastTime = packet.time
    }

    /// A request written as the protocol writes it; several are one packet.
    func send(_ flow: Int, _ requests: String...) {
        send(
            flow,
            raw: requests.flatMap { request in
                codec.encodeRequest(request.split(separator: " ").map { Array($0.utf8) })
            })
    }

    /// Bytes to the client in one packet.
    func reply(_ flow: Int, raw: [UInt8]) {
        let packet = packet()
        Self.append(raw, packet, &flows[flow].toClient)
        flows[flow].lastTime = packet.time
    }

    /// Bytes to the client, several strings in one packet.
    func reply(_ flow: Int, _ text: String...) { reply(flow, raw: text.flatMap { Array($0.utf8) }) }

    /// A request and its reply.
    func exchange(_ flow: Int, _ request: String, _ answer: String) {
        send(flow, request)
        reply(flow, answer)
    }

    /// The client says that it has no room for more.
    func closeWindow(_ flow: Int) { flows[flow].toServer.lastWindow = 0 }

    func gap(toClient flow: Int, _ length: Int) {
        let start = flows[flow].toClient.bytes.count
        flows[flow].toClient.bytes += Array(repeating: 0, count: length)
        flows[flow].toClient.gaps.append(start..<start + length)
    }

    func gap(toServer flow: Int, _ length: Int) {
        let start = flows[flow].toServer.bytes.count
        flows[flow].toServer.bytes += Array(repeating: 0, count: length)
        flows[flow].toServer.gaps.append(start..<start + length)
    }

    func clientCloses(_ flow: Int) {
        flows[flow].toServer.fin = packet()
        flows[flow].teardown = flows[flow].toClient.fin == nil ? .clientHalfClosed : .serverClosedFirst
        flows[flow].lastTime = Timestamp(nanoseconds: now)
    }

    func clientResets(_ flow: Int) {
        flows[flow].toServer.reset = packet()
        flows[flow].teardown = .clientReset
    }

    func serverCloses(_ flow: Int) {
        flows[flow].toClient.fin = packet()
        flows[flow].teardown = flows[flow].toServer.fin == nil ? .serverHalfClosed : .clientClosedFirst
    }

    func serverResets(_ flow: Int) {
        flows[flow].toClient.reset = packet()
        flows[flow].teardown = .serverReset
    }

    /// Both sides close, the client first.
    func close(_ flow: Int) {
        clientCloses(flow)
        serverCloses(flow)
    }

    var evidence: Evidence {
        var evidence = Evidence(
            flows: flows, codec: codec, names: { "c\($0.id)" }, incomplete: incomplete,
            end: Timestamp(nanoseconds: now))
        evidence.keysStartAbsent = keysStartAbsent
        return evidence
    }

    func judge() -> Judgement { Judge().judge(evidence) }

    private static func append(_ raw: [UInt8], _ packet: PacketReference, _ stream: inout ByteStream) {
        stream.packets += 1
        stream.payloadBytes += raw.count
        stream.chunks.append(ByteStream.Chunk(offset: stream.bytes.count, length: raw.count, packet: packet))
        stream.bytes += raw
        stream.acknowledged = stream.bytes.count
    }
}

extension Judgement {
    /// The oracles that found something, each once, in order.
    var oracles: [OracleID] {
        violations.map(\.oracle).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
