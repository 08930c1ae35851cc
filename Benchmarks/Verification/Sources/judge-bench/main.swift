// How long the judgement of one execution of a campaign takes: 4 clients with 4 requests each on two shared keys.
import Capture
import Verification
import Wire
import Protocols

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

/// 50 clients, one request after the other, half a million exchanges: a million packets.
func traffic(_ next: (Int) -> (request: [String], reply: () -> String)) -> [Flow] {
    let loopback = IPAddress.v4(0x7F00_0001)
    var now: Int64 = 1_000_000_000
    var number = 0
    var flows = (0..<50).map { client in
        var flow = Flow(
            id: client, client: Endpoint(address: loopback, port: UInt16(40000 + client)),
            server: Endpoint(address: loopback, port: 6379), time: Timestamp(nanoseconds: now))
        flow.handshake = .complete
        return flow
    }
    func append(_ raw: [UInt8], _ stream: inout ByteStream) {
        number += 1
        now += 900
        let packet = PacketReference(number: number, time: Timestamp(nanoseconds: now))
        stream.chunks.append(.init(offset: stream.bytes.count, length: raw.count, packet: packet))
        stream.bytes += raw
    }
    for round in 0..<10_000 {
        var replies: [() -> String] = []
        for client in 0..<50 {
            let (request, reply) = next(round * 50 + client)
            append(RESPCodec().encodeRequest(request.map { Array($0.utf8) }), &flows[client].toServer)
            replies.append(reply)
        }
        for client in 0..<50 { append(Array(replies[client]().utf8), &flows[client].toClient) }
    }
    return flows
}

func measure(_ name: String, _ flows: [Flow]) {
    let start = clock.now
    let evidence = Evidence(flows: flows, codec: codec, end: Timestamp(nanoseconds: 9_000_000_000))
    let middle = clock.now
    let judgement = judge.judge(evidence)
    print(
        "\(name): messages \(middle - start), judgement \(clock.now - middle), \(judgement.verdict), "
            + "\(judgement.exercised.operations) operations, \(judgement.exercised.overlaps) overlaps \(judgement.inconclusive.first ?? "") \(judgement.violations.first?.summary ?? "")"
    )
}

var total = 0
measure(
    "INCR on one key",
    traffic { _ in
        (
            ["INCR", "counter"],
            {
                total += 1; return ":\(total)\r\n"
            }
        )
    })
measure(
    "SET and GET of one value",
    traffic { $0 % 2 == 0 ? (["SET", "key", "xxx"], { "+OK\r\n" }) : (["GET", "key"], { "$3\r\nxxx\r\n" }) })
var store: [Int: String] = [:]
measure(
    "SET and GET of unique values on 100 keys",
    traffic { index in
        let key = (index &* 7919) % 100
        return index % 2 == 0
            ? (
                ["SET", "key:\(key)", "v\(index)"],
                {
                    store[key] = "v\(index)"; return "+OK\r\n"
                }
            )
            : (["GET", "key:\(key)"], { store[key].map { "$\($0.utf8.count)\r\n\($0)\r\n" } ?? "$-1\r\n" })
    })
store = [:]
measure(
    "SET and GET of unique values on one key",
    traffic { index in
        index % 2 == 0
            ? (
                ["SET", "key", "v\(index)"],
                {
                    store[0] = "v\(index)"; return "+OK\r\n"
                }
            )
            : (["GET", "key"], { store[0].map { "$\($0.utf8.count)\r\n\($0)\r\n" } ?? "$-1\r\n" })
    })
