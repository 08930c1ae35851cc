import Fuzz
import Protocols
import Testing
import System
import Wire

/// Goal: a scenario file means what its author reads in it, and every typing error is named with its place. Method: small
/// texts with the scenario or the error that they must give.
@Suite("Reading scenarios")
struct ScenarioParserTests {
    static func text(_ string: String) -> Template { Template(text: string) }

    static func requests(_ client: Int, _ words: [Template]...) -> Scenario.Step {
        Scenario.Step(client: client, .send(.requests(words)))
    }

    /// The one payload of `c0 send …`.
    static func payload(_ text: String) throws -> Scenario.Payload? {
        let scenario = try Scenario(parsing: "protocol resp\nc0 connect\nc0 send \(text)\n")
        guard case .send(let payload)? = scenario.blocks.last?.steps.first?.action else { return nil }
        return payload
    }

    @Test("the example of the design")
    func example() throws {
        let scenario = try Scenario(
            parsing: """
                protocol resp
                # two clients race on one counter
                c0 connect
                c1 connect
                c0 send "SET {key} 9\\r\\n"
                c0 expect
                together
                  c0 send "INCR {key}\\r\\n"
                  c1 send "INCR {key}\\r\\n"
                c0 expect
                c1 expect
                c1 reset

                """)
        func raw(_ before: String, _ after: String) -> Scenario.Action {
            .send(.raw(Template([.bytes(Array(before.utf8)), .key(""), .bytes(Array(after.utf8))])))
        }
        let steps: [(Int, Scenario.Action)] = [
            (0, .connect(receiveBuffer: nil)), (1, .connect(receiveBuffer: nil)), (0, raw("SET ", " 9\r\n")),
            (0, .expect(count: 1)),
        ]
        let ends: [(Int, Scenario.Action)] = [(0, .expect(count: 1)), (1, .expect(count: 1)), (1, .reset)]
        #expect(scenario.protocolName == "resp")
        #expect(
            scenario.blocks == steps.map { .step(.init(client: $0, $1)) } + [
                .together([.init(client: 0, raw("INCR ", "\r\n")), .init(client: 1, raw("INCR ", "\r\n"))])
            ] + ends.map { .step(.init(client: $0, $1)) })
        #expect(scenario.clientCount == 2)
        #expect(scenario.connectionCount == 2)
    }

    @Test("every step")
    func everyStep() throws {
        let table: [(String, Scenario.Action)] = [
            ("connect", .connect(receiveBuffer: nil)), ("connect receive-buffer 4096", .connect(receiveBuffer: 4096)),
            ("send \"a\"", .send(.raw(Self.text("a")))), ("send a", .send(.requests([[Self.text("a")]]))),
            ("expect", .expect(count: 1)), ("expect 12", .expect(count: 12)), ("pause 0ms", .pause(.milliseconds(0))),
            ("pause 60000ms", .pause(.milliseconds(60_000))), ("shutdown", .shutdown), ("reset", .reset),
            ("close", .close),
        ]
        for (line, action) in table {
            let scenario = try Scenario(parsing: "protocol echo\nc1023 connect\nc1023 \(line)  # why\n")
            #expect(scenario.blocks.last == .step(.init(client: 1023, action)), "\(line)")
        }
    }

    @Test("requests, places and bars")
    func payloads() throws {
        let table: [(String, Scenario.Payload)] = [
            ("SET {key} {token}", .requests([[Self.text("SET"), .init([.key("")]), .init([.token(length: nil)])]])),
            ("GET {key:a1}|x", .requests([[Self.text("GET"), .init([.key("a1"), .bytes(Array("|x".utf8))])]])),
            ("a | b c", .requests([[Self.text("a")], [Self.text("b"), Self.text("c")]])),
            ("a \"|\" \"\"", .requests([[Self.text("a"), Self.text("|"), .init([])]])),
            ("| \"a b\" c", .requests([[Self.text("a b"), Self.text("c")]])),
            ("a#b # c", .requests([[Self.text("a#b")]])),
            ("p{token:70}s", .requests([[.init([.bytes([0x70]), .token(length: 70), .bytes([0x73])])]])),
            ("\"{key:b} {token:9}\"", .raw(.init([.key("b"), .bytes([0x20]), .token(length: 9)]))),
            ("\"# no comment\"", .raw(Self.text("# no comment"))),
            ("\"\"", .raw(.init([]))),
        ]
        for (text, payload) in table { #expect(try Self.payload(text) == payload, "\(text)") }
    }

    @Test("every escape, and bytes beyond ASCII")
    func escapes() throws {
        #expect(
            try Self.payload(#""\r\n\t\0\\\"\{\x00\xfF\x7f""#)
                == .raw(.init([.bytes([13, 10, 9, 0, 0x5C, 0x22, 0x7B, 0, 255, 127])])))
        #expect(try Self.payload("\"é\"") == .raw(.init([.bytes([0xC3, 0xA9])])))
        #expect(try Self.payload("é") == .requests([[.init([.bytes([0xC3, 0xA9])])]]))
    }

    @Test("comments, blank lines, tabs and CR LF line ends change nothing")
    func layout() throws {
        let plain = try Scenario(
            parsing: "protocol resp\nc0 connect\ntogether\n  c0 send a\n  c0 expect\nc0 close\n")
        let other = try Scenario(
            parsing:
                "# first\r\n\r\nprotocol  resp # name\r\n\t\r\nc0\tconnect\r\ntogether # now\r\n\tc0  send  a\r\n\r\n    # in\r\n"
                + "      c0 expect\r\n# out\r\nc0 close")
        #expect(other.blocks == plain.blocks.dropLast(0))
        #expect(plain.blocks.count == 3)
    }

    @Test("a together group ends at the first line that is not indented")
    func groups() throws {
        let scenario = try Scenario(
            parsing: "protocol echo\nc0 connect\ntogether\n c0 send a\ntogether\n c0 send b\n c0 send c\n")
        #expect(scenario.blocks.map(\.steps.count) == [1, 1, 2])
    }

    @Test("a scenario may have no steps")
    func empty() throws {
        let scenario = try Scenario(parsing: "protocol echo")
        #expect(scenario.blocks.isEmpty)
        #expect(scenario.clientCount == 0)
    }
}

/// Goal: a typing error is reported where it stands, with what was expected. Method: a table of texts with one error each.
@Suite("Errors in scenarios")
struct ScenarioErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var line: Int
        var column: Int
        var message: String
        var testDescription: String { text.debugDescription }
    }

    /// In the first lines of a scenario.
    static let heads: [Case] = [
        .init(text: "", line: 1, column: 1, message: "expected 'protocol NAME' as the first line"),
        .init(text: "# only\n\n", line: 3, column: 1, message: "expected 'protocol NAME' as the first line"),
        .init(text: "c0 connect\n", line: 1, column: 1, message: "expected 'protocol NAME' as the first line"),
        .init(text: "protocol\n", line: 1, column: 9, message: "expected a protocol's name"),
        .init(text: "protocol # resp\n", line: 1, column: 10, message: "expected a protocol's name"),
        .init(
            text: "protocol rsp\n", line: 1, column: 10,
            message: "unknown protocol 'rsp'; expected one of \(WireProtocols.names)"),
        .init(text: "protocol resp 3\n", line: 1, column: 15, message: "expected the end of the line"),
        .init(
            text: "protocol resp\nprotocol echo\n", line: 2, column: 1,
            message: "expected a client like c0, 'together' or a comment, found 'protocol'"),
    ]

    private static func step(_ line: String, _ column: Int, _ message: String) -> Case {
        .init(text: "protocol resp\nc0 connect\n\(line)\n", line: 3, column: column, message: message)
    }

    private static let client = "expected a client like c0, 'together' or a comment, found "

    static let steps: [Case] = [
        step("d0 send a", 1, client + "'d0'"), step("c send a", 1, client + "'c'"),
        step("c01 send a", 1, client + "'c01'"), step("c+1 send a", 1, client + "'c+1'"),
        step("c-1 connect", 1, "client -1 is not one of 0 to 1023"),
        step("c1024 connect", 1, "client 1024 is not one of 0 to 1023"),
        step("c0", 3, "expected connect, send, expect, pause, shutdown, reset or close"),
        step("c0 sned a", 4, "unknown step 'sned'; expected connect, send, expect, pause, shutdown, reset or close"),
        step("c1 send a", 4, "c1 is not connected here; 'c1 connect' must come before"),
        step("c0 connect buffer 3", 12, "expected 'receive-buffer BYTES' or nothing"),
        step("c0 connect receive-buffer", 26, "expected a size in bytes"),
        step(
            "c0 connect receive-buffer 0", 27, "expected a size in bytes, from 1 to 1073741824, found '0'"),
        step("c0 expect 0", 11, "expected how many replies, from 1 to 1048576, found '0'"),
        step("c0 expect +1", 11, "expected how many replies, from 1 to 1048576, found '+1'"),
        step("c0 expect two", 11, "expected how many replies, from 1 to 1048576, found 'two'"),
        step("c0 pause", 9, "expected a time like 5ms"),
        step("c0 pause 5", 10, "expected a time like 5ms, from 0ms to 60000ms, found '5'"),
        step("c0 pause 60001ms", 10, "expected a time like 5ms, from 0ms to 60000ms, found '60001ms'"),
        step("c0 close now", 10, "expected the end of the line"),
        step("  c0 send a", 3, "only steps under 'together' are indented"),
        step("together now", 10, "expected the end of the line"),
        step("together\nc0 send a", 1, "expected indented steps under 'together'"),
        step("together", 1, "expected indented steps under 'together'"),
    ]

    static let payloads: [Case] = [
        step("c0 send", 8, "expected a quoted string, or a request's words"),
        step("c0 send # a", 9, "expected a quoted string, or a request's words"),
        step("c0 send \"abc", 9, "expected a closing '\"' on this line"),
        step("c0 send \"abc\" d", 15, "expected the end of the line"),
        step("c0 send a | | b", 14, "expected a request before '|'"),
        step("c0 send a |", 12, "expected a request after '|'"),
        step("c0 send a | # b", 13, "expected a request after '|'"),
        step("c0 send \"a\\q\"", 11, #"unknown escape; expected one of \r \n \t \0 \\ \" \{ \xHH"#),
        step("c0 send \"a\\", 11, "expected a character after '\\'"),
        step("c0 send \"\\x4\"", 10, "expected two hexadecimal digits after '\\x'"),
        step("c0 send \"\\x+4\"", 10, "expected two hexadecimal digits after '\\x'"),
        step("c0 send \"\\x", 10, "expected two hexadecimal digits after '\\x'"),
        step("c0 send GET {key", 13, "expected '}' after '{' (write \\{ in quotes for a brace)"),
        step(
            "c0 send GET {kay}", 13,
            "unknown place '{kay}'; expected {key}, {key:NAME}, {lasting:NAME}, {token}, {token:LENGTH} or {told}"),
        step("c0 send GET {key:}", 13, "expected letters and digits as a key's name, as in {key:a}"),
        step("c0 send GET {key:a.b}", 13, "expected letters and digits as a key's name, as in {key:a}"),
        step("c0 send {token:0}", 9, "expected a token's length, from 1 to 16777216"),
        step("c0 send {token:16777217}", 9, "expected a token's length, from 1 to 16777216"),
        step("c0 send {token:+5}", 9, "expected a token's length, from 1 to 16777216"),
        step("c0 send \u{1}", 9, "control characters stand only in quotes, as \\xHH"),
        step("c0 send a\rb", 10, "control characters stand only in quotes, as \\xHH"),
    ]

    @Test("is named with its place", arguments: heads + steps + payloads)
    func error(_ item: Case) {
        let expected = ScenarioError(
            file: "race.crossfire", line: item.line, column: item.column, message: item.message)
        #expect(throws: expected) {
            try Scenario.parse(item.text, file: "race.crossfire", resolve: WireProtocols.resolve)
        }
    }

    @Test("is held to its limits: steps, and the bytes of its tokens")
    func limits() throws {
        let many = 200_000
        let head = "protocol resp\nc0 connect\n"
        let group = String(repeating: "  c0 send PING\n", count: many)
        let scenario = try Scenario(parsing: "\(head)together\n\(group)")
        #expect(scenario.blocks.last?.steps.count == many)
        let largest = "c0 send SET {key} {token:\(Template.maximumTokenLength)}\n"
        #expect(throws: Never.self) { try Scenario(parsing: head + largest + largest) }
        let bytes = Scenario.maximumTokenBytes + 20
        let message =
            "the tokens of a scenario have at most \(Scenario.maximumTokenBytes) bytes together, up to here they have \(bytes)"
        #expect(throws: ScenarioError(file: "scenario", line: 5, column: 1, message: message)) {
            try Scenario(parsing: head + largest + largest + "c0 send PING {token:20}\n")
        }
        let steps = String(repeating: "c0 reset\n", count: Scenario.maximumSteps)
        #expect(throws: ScenarioError.self) { try Scenario(parsing: head + steps) }
    }

    @Test("reads as FILE:LINE:COLUMN: MESSAGE")
    func description() {
        #expect(ScenarioError(file: "a", line: 7, column: 4, message: "no").description == "a:7:4: no")
    }

    @Test("random damage to a scenario traps nothing")
    func damage() {
        var random = SeededGenerator(seed: 3)
        let text = Array(
            "protocol resp\nc0 connect receive-buffer 9\ntogether\n  c0 send \"a\\x01{key:b}\" | {token:9}\n".utf8)
        let odd = Array("\r\n\t \"\\{}|#c-0:\u{1}é".utf8)
        for _ in 0..<5000 {
            var bytes = text
            for _ in 0...random.pick(0...3) {
                let place = random.pick(0...bytes.count - 1)
                if random.oneIn(2) { bytes[place] = random.pick(odd) } else { bytes.remove(at: place) }
            }
            if let scenario = try? Scenario(parsing: String(decoding: bytes, as: UTF8.self)) {
                #expect((try? Scenario(parsing: scenario.text)) == scenario)
            }
        }
    }
}
