import Capture
import Protocols
import Testing
import Verification
import Wire

/// Goal: HTTP of which a file says more is judged by what the file says: JSON values, versions, refusals; and what the file does not
/// explain accuses nobody. Method: conversations as captured packets, each with an innocent twin; places in JSON of any form.
@Suite("HTTP refined by a file")
struct RefinedHTTPTests {
    private static func codec() throws -> any WireCodec {
        let path = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        return try DescribedProtocol.read(path: path + "/corpora/described/rest.yaml")
    }

    private static func put(_ path: String, _ number: Int, ifMatch: String? = nil) -> String {
        let body = "{\"n\": \(number)}"
        let condition = ifMatch.map { "If-Match: \($0)\r\n" } ?? ""
        return "PUT \(path) HTTP/1.1\r\nHost: a\r\n\(condition)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }

    private static func reply(_ status: Int, _ body: String = "{}", tag: String? = nil) -> String {
        let field = tag.map { "eTag: \($0)\r\n" } ?? ""
        return "HTTP/1.1 \(status) OK\r\n\(field)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    /// One client's exchanges, one after the other.
    private static func judge(_ exchanges: [(String, String)]) throws -> Judgement {
        var traffic = CapturedTraffic()
        let client = traffic.connect(to: 8080)
        for (request, reply) in exchanges {
            traffic.ask(client, request)
            traffic.answer(client, reply)
        }
        traffic.close(client)
        var evidence = traffic.evidence(try codec())
        evidence.keysStartAbsent = true
        return Judge().judge(evidence)
    }

    @Test(
        "values in JSON are what is written and read",
        arguments: [
            (
                [(put("/items/a", 5), reply(201)), (get("/items/a"), reply(200, "{\"id\": {\"n\": 4}, \"n\":5 }"))],
                true
            ),
            ([(put("/items/a", 5), reply(201)), (get("/items/a"), reply(200, "{\"n\": 6}"))], false),
            ([(put("/items/a", 5), reply(201)), (get("/items/a"), reply(404))], false),
            // What failed may have been done or not, and what was refused was not.
            ([(put("/items/a", 5), reply(500)), (get("/items/a"), reply(404))], true),
            ([(put("/items/a", 5), reply(500)), (get("/items/a"), reply(200, "{\"n\": 5}"))], true),
            // However a number is written, it is the same; of another path or a query nothing is known.
            ([(put("/items/a", 5), reply(201)), (get("/items/a"), reply(200, "{\"n\": 5.0}"))], true),
            ([(put("/items/a", 5), reply(201)), (get("/items/a?x=1"), reply(200, "{\"n\": 6}"))], true),
            ([(put("/items/a", 5), reply(201)), (get("/items/a/b"), reply(200, "{\"n\": 6}"))], true),
            // A form that the file does not have tells nothing.
            ([(put("/items/a", 5), reply(201)), (get("/items/a"), reply(200, "{\"m\": 6}"))], true),
            ([(put("/items/a", 5), reply(201)), (get("/items/a"), reply(200, "{\"n\":"))], true),
        ] as [([(String, String)], Bool)])
    func values(exchanges: [(String, String)], holds: Bool) throws {
        let judgement = try Self.judge(exchanges)
        #expect(judgement.violations.isEmpty == holds, "\(judgement.violations.map(\.summary))")
    }

    @Test(
        "a version stands for the value that it was told with",
        arguments: [
            (
                [
                    (put("/items/a", 1), reply(201, tag: "\"1\"")),
                    (put("/items/a", 2, ifMatch: "\"1\""), reply(200, tag: "\"2\"")),
                    (get("/items/a"), reply(200, "{\"n\": 2}", tag: "\"2\"")),
                ], true
            ),
            // The version was another one by then.
            (
                [
                    (put("/items/a", 1), reply(201, tag: "\"1\"")), (put("/items/a", 2), reply(200, tag: "\"2\"")),
                    (put("/items/a", 3, ifMatch: "\"1\""), reply(200, tag: "\"3\"")),
                ], false
            ),
            (
                [
                    (put("/items/a", 1), reply(201, tag: "\"1\"")), (put("/items/a", 2), reply(200, tag: "\"2\"")),
                    (put("/items/a", 3, ifMatch: "\"1\""), reply(412)),
                    (get("/items/a"), reply(200, "{\"n\": 2}", tag: "\"2\"")),
                ], true
            ),
            // Nobody was told it: then it is a write.
            (
                [
                    (put("/items/a", 1), reply(201)), (put("/items/a", 3, ifMatch: "\"9\""), reply(200)),
                    (get("/items/a"), reply(200, "{\"n\": 3}")),
                ], true
            ),
        ] as [([(String, String)], Bool)])
    func versions(exchanges: [(String, String)], holds: Bool) throws {
        let judgement = try Self.judge(exchanges)
        #expect(judgement.violations.isEmpty == holds, "\(judgement.violations.map(\.summary))")
    }

    @Test("what the file does not explain may have changed anything, unless it is safe or refused")
    func unexplained() throws {
        let patch = { (status: Int) in
            [
                (Self.put("/items/a", 5), Self.reply(201)),
                ("PATCH /items/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n7", Self.reply(status)),
                (Self.get("/items/a"), Self.reply(200, "{\"n\": 7}")),
            ]
        }
        #expect(try Self.judge(patch(200)).violations.isEmpty)
        #expect(try !Self.judge(patch(404)).violations.isEmpty)
    }

    @Test("a request is written as HTTP wants it, and read back")
    func writing() throws {
        let codec = try Self.codec()
        let cas = codec.encodeRequest(["cas", "k", "\"7\"", "5"].map { Array($0.utf8) })
        let text = String(decoding: cas, as: UTF8.self)
        #expect(text.hasPrefix("PUT /items/k HTTP/1.1\r\n") && text.hasSuffix("\r\n\r\n{\"n\": 5}"))
        #expect(text.contains("If-Match: \"7\"\r\n") && text.contains("Content-Length: 8\r\n"))
        let framing = codec.frame(cas.span, from: .client)
        #expect(framing == .message(length: cas.count))
    }
}
