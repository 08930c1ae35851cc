import Capture
import Fuzz
import Glibc
import Protocols
import Testing
import Verification
import Wire

/// Goal: a secret is taken from where it is, said to the target, and in nothing that is kept. Method: values in the environment and
/// in files, texts and packets that hold them whole, cut and escaped, and hand-made segments that share one.
@Suite("Secrets")
struct SecretsTests {
    private static func credentials(
        _ requests: [String], headers: [String] = [], _ codec: any WireCodec = RESPCodec(), and texts: [String] = []
    ) throws -> Credentials {
        setenv("CROSSFIRE_TEST_PASSWORD", "open sesame\"é", 1)
        setenv("CROSSFIRE_TEST_LOGIN", "AUTH app opensesame", 1)
        setenv("CROSSFIRE_TEST_EMPTY", "", 1)
        return try Credentials(Login(requests: requests, headers: headers), for: codec, and: texts)
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test("a place is one word of a request, whatever its value is; the request is kept with the place")
    func place() throws {
        let told = try Self.credentials(["AUTH app {env:CROSSFIRE_TEST_PASSWORD}"])
        #expect(Self.text(told.steps[0].bytes) == "*3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$14\r\nopen sesame\"é\r\n")
        #expect(told.steps[0].replies == 1)
        #expect(told.login.requests == ["AUTH app {env:CROSSFIRE_TEST_PASSWORD}"])
        #expect(told.secrets.hidden("it was open sesame\"é") == "it was {env:CROSSFIRE_TEST_PASSWORD}")
        #expect(told.secrets.hidden("AUTH open sesa…") == "AUTH {env:CROSSFIRE_TEST_PASSWORD}…")
        #expect(told.secrets.hidden(#"open sesame"\xC3\xA9"#) == "{env:CROSSFIRE_TEST_PASSWORD}")
        #expect(told.secrets.filled("x {env:CROSSFIRE_TEST_PASSWORD}") == "x open sesame\"é")
    }

    @Test("a text that is nothing but a place is a whole request, of which the password is secret")
    func whole() throws {
        let told = try Self.credentials(["{env:CROSSFIRE_TEST_LOGIN}"], and: ["server opensesame", "x {secret}"])
        #expect(Self.text(told.steps[0].bytes).hasSuffix("$10\r\nopensesame\r\n"))
        #expect(told.login.requests == ["{env:CROSSFIRE_TEST_LOGIN}"])
        #expect(told.secrets.hidden("server opensesame") == "server {secret}")
        #expect(told.secrets.filled("x {secret}") == "x opensesame")
    }

    @Test("what is given as it is, is kept as a place that nothing fills")
    func literal() throws {
        let told = try Self.credentials(["AUTH app opensesame", "SELECT 1"])
        #expect(told.login.requests == ["AUTH app {secret}", "SELECT 1"])
        #expect(told.secrets.hidden("of app: opensesame") == "of app: {secret}")
        #expect(throws: CredentialsError.notKept) { try Self.credentials(told.login.requests) }
        #expect(throws: CredentialsError.notKept) { try Self.credentials([], and: ["server {secret}"]) }
        // Said again, it fills the command's place too.
        #expect(throws: Never.self) { try Self.credentials(["AUTH app opensesame"], and: ["server {secret}"]) }
    }

    @Test(
        "which words of a login are secret, its protocol decides",
        arguments: [
            ("resp", "AUTH opensesame", "opensesame"), ("resp", "HELLO 3 AUTH app opensesame SETNAME x", "opensesame"),
            ("resp", "CLIENT SETNAME opensesame", nil), ("tagged", "AUTH t1 opensesame", "opensesame"),
            ("memcached", #""set a 0 0 14\r\napp opensesame\r\n""#, "opensesame"), ("http", "GET /opensesame", nil),
            ("http", "POST /login opensesame", "opensesame"), ("echo", "opensesame", nil),
        ])
    func words(name: String, request: String, secret: String?) throws {
        let told = try Self.credentials([request], try #require(WireProtocols.named(name)))
        #expect((told.secrets.hidden("opensesame") == "{secret}") == (secret != nil))
        #expect(told.secrets.isEmpty == (secret == nil))
    }

    @Test("fields of a header are in each request; of Basic the password is secret, too")
    func header() throws {
        // app:opensesame
        let told = try Self.credentials(
            [], headers: ["Authorization: Basic YXBwOm9wZW5zZXNhbWU=", "Host: here"], HTTPCodec())
        #expect(
            Self.text(told.codec.encodeRequest([Array("GET".utf8), Array("/".utf8)]))
                == "GET / HTTP/1.1\r\nAuthorization: Basic YXBwOm9wZW5zZXNhbWU=\r\nHost: here\r\n\r\n")
        #expect(told.login.headers == ["Authorization: Basic {secret}", "Host: here"])
        #expect(!told.secrets.hidden("YXBwOm9wZW5zZXNhbWU= is app:opensesame, opensesame").contains("sesame"))
        for field in ["Authorization", "A b: c", "A: b\r\nC: d", ": x"] {
            #expect(throws: CredentialsError.self) { try Self.credentials([], headers: [field], HTTPCodec()) }
        }
        #expect(throws: CredentialsError.self) { try Self.credentials([], headers: ["A: b"]) }
    }

    @Test("a file's secret is its text without the line's end; what is not there is told")
    func sources() throws {
        let folder = try ScratchDirectory()
        let path = folder.path + "/note"
        let file = try #require(fopen(path, "w"))
        fputs("open sesame\n\n", file)
        fclose(file)
        #expect(
            Self.text(try Self.credentials(["AUTH {file:\(path)}"]).steps[0].bytes).contains("11\r\nopen sesame\r\n"))
        #expect(throws: CredentialsError.noVariable("NOWHERE_AT_ALL")) {
            try Self.credentials(["AUTH {env:NOWHERE_AT_ALL}"])
        }
        #expect(throws: CredentialsError.empty(place: "{env:CROSSFIRE_TEST_EMPTY}")) {
            try Self.credentials(["AUTH {env:CROSSFIRE_TEST_EMPTY}"])
        }
        for text in ["AUTH {file:/nowhere}", "AUTH {file:/}", "AUTH {file:/dev/zero}", "AUTH {nothing}", "\"open"] {
            #expect(throws: CredentialsError.self) { try Self.credentials([text]) }
        }
    }

    @Test("packets hold as many asterisks, also where segments share a secret, and where one comes twice")
    func packets() throws {
        let secrets = try Self.credentials(["AUTH opensesame"]).secrets
        let address = Packets.address(1)
        for cut in 1..<10 {
            var packets = Packets()
            packets.handshake(address)
            let text = Array("AUTH opensesame\r\n".utf8)
            packets.tcp(address, [.ack, .psh], Self.text(Array(text[..<(5 + cut)])))
            packets.tcp(address, fromServer: true, [.ack, .psh], "you said: opens")
            packets.tcp(address, [.ack, .psh], Self.text(Array(text[(5 + cut)...])))
            packets.tcp(address, fromServer: true, [.ack, .psh], "esame\r\n")
            var batch = packets.batch
            secrets.mask(&batch)
            var table = FlowTable(serverPort: Packets.serverPort)
            table.add(batch)
            let flow = try #require(table.finish().first)
            #expect(Self.text(flow.toServer.bytes) == "AUTH **********\r\n")
            #expect(Self.text(flow.toClient.bytes) == "you said: **********\r\n")
        }
    }

    @Test("a secret of few bytes is hidden in the login alone")
    func short() throws {
        let secrets = try Self.credentials(["AUTH app a"]).secrets
        #expect(secrets.hasShort)
        #expect(secrets.hidden("a banana") == "a banana")
        #expect(secrets.hiddenWord("a") == "{secret}")
        #expect(try Self.credentials(["AUTH app a"]).login.requests == ["AUTH app {secret}"])
        var bytes = Array("xx*3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$1\r\na\r\n+a".utf8)
        secrets.mask(&bytes)
        #expect(Self.text(bytes) == "xx*3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$1\r\n*\r\n+a")
    }

    @Test("a finding keeps no secret in any of its parts")
    func finding() throws {
        let secrets = try Self.credentials(["AUTH opensesame"]).secrets
        let scenario = try Scenario(
            parsing: "protocol resp\nc0 connect\nc0 send AUTH opensesame\nc0 send \"opensesame\"\n")
        var violation = Violation(
            oracle: .corruption, summary: "c0 got opensesame", packets: [1], notes: ["opensesame"],
            signature: "of opensesame", blame: "opensesame has it")
        violation.policy = "opensesame"
        var packets = Packets()
        packets.connection(Packets.address(1), "opensesame", "opensesame")
        let finding = secrets.hidden(
            Finding(
                id: "x", violation: violation, scenario: scenario, minimized: scenario, firstExecution: 1,
                firstSeen: .zero, packets: packets.batch, targetOutput: Array("said opensesame".utf8)))
        #expect(!"\(finding)".contains("opensesame"))
        #expect(!finding.scenario.text.contains("opensesame"))
        for bytes in [finding.packets.bytes, finding.targetOutput] { #expect(!Self.text(bytes).contains("opensesame")) }
    }
}
