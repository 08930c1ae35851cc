import ReferenceServers
import Testing

/// Goal: to subscribers the kv service answers, and sends messages, as Redis does. Method: random requests of one client that
/// subscribes and one that publishes go to both; after each step all that the subscriber was sent is compared, up to the echo of
/// a PING.
@Suite(.serialized) struct RedisChannelTests {
    @Test(
        "the same notices and messages as Redis", .enabled(if: Tool.exists("redis-server"), "needs redis-server"),
        arguments: ["threaded/kv", "pool/kv", "epoll/kv", "iterative/kv --transport unix"])
    func sameMessages(_ name: String) throws {
        let redis = try RedisServer()
        let server = try RunningServer(ServerSpec.parse(fullName: name))
        let subscribers = [try Client(server), try Client(redis.server)]
        let publishers = [try Client(server), try Client(redis.server)]
        var random = SplitMix(state: 7)
        func pick(_ words: [String]) -> String { words[Int(random.next() % UInt64(words.count))] }
        for step in 0..<2000 {
            let channel = pick(["a", "ab", "b", "[x]"])
            if random.next() % 2 == 0 {
                let request = ["PUBLISH", channel, "m\(step)"]
                let answers = publishers.map { $0.ask(request) }
                try #require(answers[0] == answers[1], "step \(step), \(request): \(answers)")
            } else {
                let request: [String] =
                    switch random.next() % 8 {
                    case 0, 1: ["SUBSCRIBE", channel, pick(["a", "b"])]
                    case 2: ["PSUBSCRIBE", pick(["a*", "?", "[a-c]", "\\[x]", "[^a]"])]
                    case 3: ["UNSUBSCRIBE", channel]
                    case 4: ["PUNSUBSCRIBE", pick(["a*", "?", "[a-c]"])]
                    case 5: [pick(["UNSUBSCRIBE", "PUNSUBSCRIBE"])]
                    case 6: ["GET", "k"]
                    default: [pick(["SUBSCRIBE", "PSUBSCRIBE"])]
                    }
                for client in subscribers { client.send(Self.encoded(request)) }
            }
            let sent = subscribers.map { $0.everything(before: "echo\(step)") }
            try #require(Self.comparable(sent[0]) == Self.comparable(sent[1]), "step \(step): \(sent)")
        }
        #expect(server.terminate() == 0)
    }

    @Test("processes have no channels: one could not send to another's clients")
    func processes() throws {
        let server = try RunningServer("preforked/kv")
        let client = try Client(server)
        #expect(client.ask(["SUBSCRIBE", "a"]) == "-ERR unknown command 'SUBSCRIBE'\r\n")
    }

    private static func encoded(_ words: [String]) -> String {
        "*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    }

    /// In which order all subscriptions end, and patterns get a message, Redis leaves open.
    private static func comparable(_ text: String) -> [String] {
        text.split(separator: "\r\n").map(String.init).sorted()
    }
}

extension Client {
    /// What came before the reply to a PING with these words.
    fileprivate func everything(before echo: String) -> String {
        send("PING \(echo)\r\n")
        var text = ""
        while !text.hasSuffix("\(echo)\r\n") {
            let line = receiveLine()
            text += line + "\r\n"
            if line.isEmpty { break }
        }
        return text
    }
}
