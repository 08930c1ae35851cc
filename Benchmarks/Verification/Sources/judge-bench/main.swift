// How long the judgement of one execution of a campaign takes: 4 clients with 4 requests each on two shared keys.
import Capture
import Verification
import Wire

func execution(_ seed: Int) -> [Flow] {
    var flows: [Flow] = []
    var number = 0
    var now: Int64 = 1_000_000_000
    func packet() -> PacketReference {
        number += 1
        now += 700
        return PacketReference(number: number, time: Timestamp(nanoseconds: now))
    }
    func append(_ raw: [UInt8], _ stream: inout ByteStream) {
        stream.chunks.append(.init(offset: stream.bytes.count, length: raw.count, packet: packet()))
        stream.bytes += raw
    }
    let loopback = IPAddress.v4(0x7F00_0001)
    for client in 0..<4 {
        var flow = Flow(
            id: client, client: Endpoint(address: loopback, port: UInt16(40000 + client)),
            server: Endpoint(address: loopback, port: 6379), time: Timestamp(nanoseconds: now))
        flow.handshake = .complete
        flows.append(flow)
    }
    var counter = 0
    var value = "$-1\r\n"
    for round in 0..<4 {
        let isSet = round == 1
        for client in 0..<4 {
            let words =
                isSet
                ? ["SET", "kv:\(seed)", "value-\(seed)-\(client)"]
                : round == 2 ? ["GET", "kv:\(seed)"] : ["INCR", "n:\(seed)"]
            append(RESPCodec().encodeRequest(words.map { Array($0.utf8) }), &flows[client].toServer)
        }
        for client in 0..<4 {
            if isSet {
                let text = "value-\(seed)-\(client)"
                value = "$\(text.utf8.count)\r\n\(text)\r\n"
                append(Array("+OK\r\n".utf8), &flows[client].toClient)
            } else if round == 2 {
                append(Array(value.utf8), &flows[client].toClient)
            } else {
                counter += 1
                append(Array(":\(counter)\r\n".utf8), &flows[client].toClient)
            }
        }
    }
    for client in 0..<4 {
        flows[client].toServer.fin = packet()
        flows[client].toClient.fin = packet()
        flows[client].teardown = .clientClosedFirst
    }
    return flows
}

let codec: any WireCodec = RESPCodec()
let judge = Judge()
let executions = (0..<64).map(execution)
let rounds = 20_000
let clock = ContinuousClock()
var held = 0
var reading = Duration.zero
var judging = Duration.zero
for round in 0..<rounds {
    let start = clock.now
    let evidence = Evidence(
        flows: executions[round & 63], codec: codec, names: { "c\($0.id)" }, end: Timestamp(nanoseconds: 2_000_000_000))
    let middle = clock.now
    if judge.judge(evidence).verdict == .held { held += 1 }
    reading += middle - start
    judging += clock.now - middle
}
print("\(held) of \(rounds) held; an execution: messages \(reading / rounds), judgement \(judging / rounds)")
