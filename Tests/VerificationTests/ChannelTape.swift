import Capture
import Protocols
import Verification
import Wire

/// Captures of clients that publish and subscribe, as Redis speaks with them.
struct ChannelTape {
    var traffic = CapturedTraffic()
    /// Which connections speak RESP3.
    var pushed: Set<Int> = []

    /// Part of channels that nobody outside of the evidence can know.
    static let stem = "run.1"
    static let news = "krun.1.news"
    static let port: UInt16 = 6379

    mutating func connect() -> Int { traffic.connect(to: Self.port) }

    mutating func ask(_ client: Int, _ words: String...) { ask(client, words) }

    mutating func ask(_ client: Int, _ words: [String]) {
        traffic.send(client, fromServer: false, RESPCodec().encodeRequest(words.map { Array($0.utf8) }))
    }

    mutating func answer(_ client: Int, _ text: String) { traffic.answer(client, text) }

    /// A notice; a word that is a number goes as one.
    mutating func tell(_ client: Int, _ words: [String?]) {
        var text = "\(pushed.contains(client) ? ">" : "*")\(words.count)\r\n"
        for word in words {
            guard let word else {
                text += "$-1\r\n"
                continue
            }
            text += Int(word) == nil ? "$\(word.utf8.count)\r\n\(word)\r\n" : ":\(word)\r\n"
        }
        traffic.answer(client, text)
    }

    /// Asks to subscribe to one channel, and is confirmed.
    mutating func subscribe(_ client: Int, to channel: String = news) {
        ask(client, "SUBSCRIBE", channel)
        tell(client, ["subscribe", channel, "1"])
    }

    mutating func publish(_ client: Int, _ payload: String, on channel: String = news, receivers: Int = 1) {
        ask(client, "PUBLISH", channel, payload)
        answer(client, ":\(receivers)\r\n")
    }

    mutating func deliver(_ client: Int, _ payload: String, on channel: String = news) {
        tell(client, ["message", channel, payload])
    }

    /// As of a campaign's target, whose clients are all there are.
    var evidence: Evidence {
        var table = FlowTable()
        table.add(traffic.batch)
        var evidence = Evidence(
            flows: table.finish(), codec: RESPCodec(),
            end: Timestamp(nanoseconds: traffic.packets.map(\.time).max() ?? 0))
        evidence.ownStem = Array(Self.stem.utf8)
        return evidence
    }

    var judgement: Judgement { Judge().judge(evidence) }
    /// As of a capture of anybody's.
    var foreignJudgement: Judgement { traffic.judge("resp") }
}
