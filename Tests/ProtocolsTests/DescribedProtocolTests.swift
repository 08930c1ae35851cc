import Protocols
import System
import Testing
import Verification
import Wire

/// Goal: a file describes how messages end, how they are written and what they mean, and a mistake in it is told with its
/// place. Method: files of each kind; messages cut at each byte; what is written is read back; random bytes and random
/// files.
@Suite("Protocols in a file")
struct DescribedProtocolTests {
    static let lines = """
        crossfire-protocol: 1
        framing: {line: "\\n"}
        requests:
          ADD: {send: "ADD {key} {by}", does: add, replies: [{is: "OK {result:int}"}]}
          READ: {send: "READ {key}", does: read, replies: [{is: "OK {result:int}"}]}
        any-reply: [{is: ERR, unknown-command: true}]
        absent: 0
        """

    static let memcached = """
        crossfire-protocol: 1
        framing:
          request: {line: "\\r\\n", data: {after: [set], length: word 5}}
          reply: {line: "\\r\\n", data: {after: [VALUE], length: word 4}, until: {after: [VALUE], line: END}}
        requests:
          set: {send: "set {key} 0 0 {#value}\\r\\n{value}", does: write, replies: [{is: STORED}]}
          get:
            send: "get {key}"
            does: read
            replies:
              - {is: "VALUE {key} {_} {#value}\\r\\n{value}\\r\\nEND", result: value}
              - {is: END, result: nothing}
          incr: {send: "incr {key} {by}", does: add, replies: [{is: "{result:int}"}, {is: NOT_FOUND, result: nothing}]}
        any-reply: [{is: ERROR, unknown-command: true}, {is: "SERVER_ERROR {*}", maybe: true}]
        """

    static let binary = """
        crossfire-protocol: 1
        framing: {length: u32be, at: 0, counts: rest, max: 1MiB}
        header: [{id: u32be}, {code: u8}]
        match: {tag: id}
        requests:
          put: {code: 1, fields: [{key: str(u16be)}, {value: bytes(u32be)}], does: write, replies: [{code: 0}]}
          get:
            code: 2
            fields: [{key: str(u16be)}]
            does: read
            replies: [{code: 0, fields: [{value: bytes(u32be)}], result: value}, {code: 1, result: nothing}]
        any-reply: [{code: 255, fields: [{message: rest}], no-effect: true}]
        """

    private static func read(_ text: String) throws -> DescribedProtocol { try DescribedProtocol(text, name: "p.yaml") }

    private static func words(_ words: String...) -> [[UInt8]] { words.map { Array($0.utf8) } }

    @Test("requests are written by their form, and what they do is read back")
    func requests() throws {
        let lines = try Self.read(Self.lines)
        let add = lines.encodeRequest(Self.words("ADD", "k", "3"))
        #expect(add == Array("ADD k 3\n".utf8) && lines.operation(of: add) == ObjectOperation(Array("k".utf8), .add(3)))
        let memcached = try Self.read(Self.memcached)
        let set = memcached.encodeRequest(Self.words("set", "k", "a\r\nb"))
        #expect(set == Array("set k 0 0 4\r\na\r\nb\r\n".utf8))
        #expect(memcached.operation(of: set)?.effect == .write(Array("a\r\nb".utf8)))
        let binary = try Self.read(Self.binary)
        let put = binary.encodeRequest(Self.words("put", "0", "7", "k", "v"))
        #expect(put == [0, 0, 0, 13, 0, 0, 0, 7, 1, 0, 1, 0x6B, 0, 0, 0, 1, 0x76])
        #expect(binary.operation(of: put) == ObjectOperation([0x6B], .write([0x76])))
        let tag = binary.tag(of: put.span, from: .client)
        #expect(binary.words(of: put, from: .client) == "put k v" && tag == 4..<8)
        // What no request is called, or has other words, is a line of them.
        #expect(lines.encodeRequest(Self.words("PING", "x")) == Array("PING x\n".utf8))
    }

    @Test(
        "replies say what they say to their request",
        arguments: [
            ("ADD k 3\n", "OK 5\n", .number(5)), ("READ k\n", "OK 5\r\n", .value(Array("5".utf8))),
            ("READ k\n", "OK 0\n", .nothing), ("READ k\n", "OK x\n", nil), ("ADD k 3\n", "OK\n", nil),
            ("READ k\n", "ERR\n", .refused), ("PING\n", "anything\n", .acknowledged),
        ] as [(String, String, Answer?)])
    func replies(request: String, reply: String, answer: Answer?) throws {
        #expect(try Self.read(Self.lines).answer(Array(reply.utf8), to: Array(request.utf8)) == answer)
    }

    @Test(
        "and what a reply repeats of its request must be the same",
        arguments: [
            ("VALUE k 0 1\r\nv\r\nEND\r\n", .value([0x76])), ("VALUE j 0 1\r\nv\r\nEND\r\n", nil),
            ("VALUE k 0 2\r\nv\r\nEND\r\n", nil), ("END\r\n", .nothing), ("SERVER_ERROR out of memory\r\n", .uncertain),
            ("ERROR\r\n", .refused), ("STORED\r\n", nil),
        ] as [(String, Answer?)])
    func repeated(reply: String, answer: Answer?) throws {
        let memcached = try Self.read(Self.memcached)
        #expect(memcached.answer(Array(reply.utf8), to: Array("get k\r\n".utf8)) == answer)
        #expect(memcached.refusal(in: Array("ERROR\r\n".utf8)) == .unknownCommand)
    }

    @Test("a counter that cannot be told from none is left out where it may be 0")
    func absence() throws {
        let lines = try Self.read(Self.lines)
        #expect(lines.operation(of: Array("ADD k -1\n".utf8))?.effect == .unknown)
        #expect(lines.operation(of: Array("ADD k 99999999999999999999\n".utf8))?.effect == .unknown)
    }

    @Test(
        "messages of each kind end where they end, however they come",
        arguments: [
            ("{line: \"\\n\"}", "a b\n"), ("{line: \"\\r\\n\"}", "a\r b\r\n"), ("{line: \";;\"}", "a;b;;"),
            ("{line: \"\\n\", data: {length: word 2, end: \"\"}}", "put 5\nhel\nl"),
            ("{line: \"\\n\", until: {after: [LIST], line: .}}", "LIST\na\nb\n.\n"),
            ("{line: \"\\r\\n\", continued: {byte: 4, is: \"-\"}}", "250-a\r\n250-b\r\n250 c\r\n"),
            ("{line: \"\\r\\n\", head: {length: Content-Length}}", "X: 1\r\ncontent-length: 3\r\n\r\nabc"),
            ("{length: u8, counts: all}", "\u{5}abcd"), ("{length: u16le, at: 1, counts: 1}", "x\u{4}\u{0}ab"),
            ("{fixed: 4}", "abcd"),
        ])
    func framing(kind: String, message: String) throws {
        let described = try Self.read(
            """
            crossfire-protocol: 1
            framing: {request: {line: "\\n"}, reply: \(kind)}
            requests: {A: {send: A, silent: true}}
            """)
        let bytes = Array(message.utf8)
        for count in 1..<bytes.count {
            let part = Array(bytes[..<count])
            let framing = described.frame(part.span, from: .server)
            #expect(framing == .incomplete, "after \(count) bytes")
        }
        let doubled = bytes + bytes
        let framing = described.frame(doubled.span, from: .server)
        #expect(framing == .message(length: bytes.count))
    }

    @Test("a message without an end is none, whatever its limit")
    func endless() throws {
        let described = try Self.read(
            Self.lines.replacing("{line: \"\\n\"}", with: "{line: \"\\n\", max: 64}"))
        let bytes = Array(repeating: UInt8(ascii: "a"), count: 65)
        guard case .malformed = described.frame(bytes.span, from: .server) else {
            Issue.record("65 bytes without an end are a message, or its beginning")
            return
        }
        let binary = try Self.read(Self.binary)
        let large: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0]
        guard case .malformed = binary.frame(large.span, from: .client) else {
            Issue.record("a length of four gigabytes is one")
            return
        }
    }

    @Test("its name is a word that a scenario can say, whatever the file is called")
    func name() throws {
        for (path, name) in [
            ("a/b/own.yaml", "own.yaml"), ("own", "own.yaml"), ("my own.yml", "my-own.yml"),
            ("a#b.txt", "a-b.txt.yaml"),
        ] {
            let described = try DescribedProtocol(Self.lines, name: path)
            #expect(described.name == name && described.file == ProtocolFile(name: name, text: Self.lines))
            let scenario = try Scenario.parse("protocol \(described.name)\n", file: "s.crossfire") { asked, _ in
                #expect(asked == name)
                return described
            }
            #expect(scenario.scenario.protocolName == name)
        }
    }

    @Test("what is drawn of it is what its requests say")
    func vocabulary() throws {
        let vocabulary = try #require(try Self.read(Self.lines).vocabulary)
        #expect(vocabulary.topics.map(\.object) == [.counter])
        #expect(vocabulary.topics[0].requests.map(\.command) == ["ADD", "READ"])
        let memcached = try #require(try Self.read(Self.memcached).vocabulary)
        #expect(memcached.topics.map(\.object) == [.counter, .register])
    }

    @Test(
        "a mistake is told with its line and column",
        arguments: [
            ("crossfire-protocol: 2", "p.yaml:1:21: expected version 1"),
            ("framing: x", "p.yaml:1:1: expected 'crossfire-protocol': the version of the format, 1"),
            ("crossfire-protocol: 1\nframing: {line: \"\\n\"}", "p.yaml:1:1: expected 'requests': what may be asked"),
            ("crossfire-protocol: 1\nfoo: 2", "p.yaml:2:1: unknown 'foo'; expected crossfire-protocol, "),
            ("crossfire-protocol: 1\nframing: {lin: 2}\nrequests: {}", "p.yaml:2:10: expected line: "),
            ("crossfire-protocol: 1\nframing: {length: u7}\nrequests: {}", "p.yaml:2:19: expected a number's form: "),
            ("crossfire-protocol: 1\n\tx", "p.yaml:2:1: it is no YAML: "),
            (
                Self.lines.replacing("does: add", with: "does: ad"), "p.yaml:4:39: expected one of read, write, "
            ),
            (Self.lines.replacing("{by}", with: "{b y}"), "p.yaml:4:15: '{b y}': expected a name of letters"),
            (Self.lines.replacing("{by}", with: "{ttl}"), "p.yaml:4:3: ADD: nothing says what stands in {ttl}"),
            (Self.lines.replacing("{by}", with: "{by"), "p.yaml:4:15: a '{' without its '}'"),
            (Self.lines.replacing("{key} {by}", with: "{key}{by}"), "p.yaml:4:15: two places without anything between"),
            (Self.lines.replacing("does: add", with: "does: write"), "p.yaml:4:39: write needs {value} in the request"),
            (Self.binary.replacing("tag: id", with: "tag: it"), "p.yaml:4:14: put: the request and a reply need {it}"),
            (Self.binary.replacing("at: 0", with: "at: 1"), "p.yaml:3:9: the length is at 1, where no field"),
            (
                Self.binary.replacing("code: 2\n", with: "code: 256\n"),
                "p.yaml:8:11: expected the value of 'code' from 0 to 255"
            ),
        ])
    func mistakes(text: String, told: String) {
        let error = #expect(throws: DescriptionError.self) { try Self.read(text) }
        #expect(error?.description.hasPrefix(told) ?? false, "\(error?.description ?? "none")")
    }

    @Test(
        "bytes of anybody are read to their end, and never trap", arguments: [Self.lines, Self.memcached, Self.binary])
    func anything(text: String) throws {
        let described = try Self.read(text)
        var random = SeededGenerator(seed: 16)
        let words = ["get k", "set k 0 0 ", "VALUE k 0 ", "99999999999999999999", "OK ", "\r\n", "\n", "END", "\0\0\0"]
        for _ in 0..<2_000 {
            var bytes: [UInt8] = []
            for _ in 0..<random.pick(1...8) {
                bytes +=
                    random.oneIn(2)
                    ? Array(words[random.pick(0...words.count - 1)].utf8) : [UInt8(random.pick(0...255))]
            }
            for role in [Role.client, .server] {
                if case .message(let length) = described.frame(bytes.span, from: role) {
                    #expect((1...bytes.count).contains(length))
                }
                _ = described.tag(of: bytes.span, from: role)
                _ = described.words(of: bytes, from: role)
            }
            _ = (described.operation(of: bytes), described.answer(bytes, to: bytes), described.refusal(in: bytes))
        }
    }

    @Test("a request of any words is read back as what was said")
    func roundTrip() throws {
        var random = SeededGenerator(seed: 7)
        let memcached = try Self.read(Self.memcached)
        let binary = try Self.read(Self.binary)
        for _ in 0..<500 {
            let key = Array("k\(random.pick(0...1000))".utf8)
            let value = (0..<random.pick(0...40)).map { _ in UInt8(random.pick(0...255)) }
            let wanted = ObjectOperation(key, .write(value))
            let set = memcached.encodeRequest([Array("set".utf8), key, value])
            #expect(memcached.operation(of: set) == wanted)
            let framing = memcached.frame(set.span, from: .client)
            #expect(framing == .message(length: set.count))
            let put = binary.encodeRequest([Array("put".utf8), [0x30], [0x35], key, value])
            #expect(binary.operation(of: put) == wanted)
            let binaryFraming = binary.frame(put.span, from: .client)
            #expect(binaryFraming == .message(length: put.count))
        }
    }

    @Test("an OpenAPI document gives a description that says what is clear")
    func openAPI() throws {
        let draft = try OpenAPIDraft(
            """
            {"openapi": "3.1.0", "paths": {
              "/shops/{shop}/items/{id}": {
                "parameters": [{"name": "id", "in": "path"}],
                "get": {"operationId": "getItem", "responses": {
                  "200": {"headers": {"ETag": {}}, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}},
                  "404": {"description": "none"}}},
                "put": {"operationId": "putItem", "parameters": [{"name": "If-Match", "in": "header"}],
                  "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}},
                  "responses": {"200": {}, "412": {}, "503": {}}},
                "delete": {"responses": {"204": {}, "404": {}}}},
              "/items": {"post": {"operationId": "new", "responses": {"201": {}}}}},
             "components": {"schemas": {"Item": {"properties": {"name": {"type": "string"}, "n": {"type": "integer"}}}}}}
            """, name: "openapi.json")
        #expect(draft.text.contains("does: compare-and-set"), "\(draft.text)")
        #expect(draft.text.contains("- {is: 200, result: \"body.n\", version: header.ETag}"), "\(draft.text)")
        let described = try DescribedProtocol(draft.text, name: "draft.yaml")
        let get = Array("GET /shops/a/items/k HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(described.operation(of: get) == ObjectOperation(Array("k".utf8), .read))
        #expect(described.vocabulary?.topics.isEmpty == false)
        #expect(throws: DescriptionError.self) { try OpenAPIDraft("swagger: 2", name: "a.yaml") }
    }

    @Test(
        "a value of a JSON text is the same however it is written",
        arguments: [
            ("\"a/b\"", "\"a\\/b\""), ("\"\u{e9}\"", "\"\\u00e9\""), ("7", "7.0"), ("-7", "-7.00"), ("\"7\"", "7"),
        ])
    func json(one: String, other: String) throws {
        let described = try DescribedProtocol(
            """
            crossfire-protocol: 1
            framing: http
            requests: {put: {send: "PUT /{key}", body: {a: [{n: "{value}"}]}, does: write, replies: [{is: 200}]}}
            """, name: "json.yaml")
        let effects = [one, other].map { value in
            let body = "{\"b\": [\"}\", {\"n\": 1}], \"a\" : [ {\"m\":{}, \"n\": \(value)} ]}"
            let head = "PUT /k HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            return described.operation(of: Array((head + body).utf8))?.effect
        }
        #expect(effects[0] != nil && effects[0] == effects[1])
    }
}
