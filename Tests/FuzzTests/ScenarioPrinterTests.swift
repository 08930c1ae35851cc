import Fuzz
import Testing
import Wire
import Protocols
import System

/// Goal: printing and then parsing gives the same scenario. Method: 2,000 scenarios of every generator with drawn options,
/// 2,000 of random steps with odd bytes, and the lines that need care.
@Suite("Printing scenarios")
struct ScenarioPrinterTests {
    static func template(_ random: inout SeededGenerator) -> Template {
        var pieces: [Template.Piece] = []
        for _ in 0..<random.pick(0...4) {
            switch random.pick(0...5) {
            case 0: pieces.append(.key(random.pick(["", "a", "b2"])))
            case 1: pieces.append(.token(length: random.oneIn(2) ? nil : random.pick(1...70)))
            default:
                let odd: [UInt8] = Array(" |#\"{}\\:ax\u{1}\r\n\t".utf8) + [0, 127, 128, 255]
                let bytes = (0...random.pick(0...4)).map { _ in random.pick(odd) }
                // The parser joins neighbouring bytes.
                if case .bytes(let before)? = pieces.last {
                    pieces[pieces.count - 1] = .bytes(before + bytes)
                } else {
                    pieces.append(.bytes(bytes))
                }
            }
        }
        return Template(pieces)
    }

    static func action(_ random: inout SeededGenerator) -> Scenario.Action {
        switch random.pick(0...9) {
        case 0: .connect(receiveBuffer: random.oneIn(2) ? nil : random.pick(1...1 << 30))
        case 1: .send(.raw(template(&random)))
        case 2, 3, 4:
            .send(
                .requests((0...random.pick(0...2)).map { _ in (0...random.pick(0...2)).map { _ in template(&random) } })
            )
        case 5: .expect(count: random.pick([1, 1, 2, 1 << 20]))
        case 6: .pause(.milliseconds(random.pick(0...60_000)))
        case 7: .shutdown
        case 8: .reset
        default: .close
        }
    }

    /// Any steps of clients that are connected.
    static func scenario(_ random: inout SeededGenerator) -> Scenario {
        var scenario = Scenario(protocolName: random.pick(WireProtocols.all.map(\.name)))
        let clients = [0, 1, random.pick(2...1023)]
        for client in clients { scenario.blocks.append(.step(.init(client: client, .connect(receiveBuffer: nil)))) }
        for _ in 0..<random.pick(0...6) {
            let steps = (0...random.pick(0...3)).map { _ in
                Scenario.Step(client: random.pick(clients), action(&random))
            }
            scenario.blocks.append(random.oneIn(3) ? .together(steps) : .step(steps[0]))
        }
        return scenario
    }

    @Test("generated scenarios read back the same", arguments: WireProtocols.all.map(\.name))
    func generated(name: String) throws {
        let generator = try ScenarioGenerator.of(name)
        var random = SeededGenerator(seed: 21)
        for number in 0..<2000 {
            var options = GeneratorOptions()
            options.clients = 1 + number % 6
            options.operations = number % 3 == 0 ? nil : number % 9
            let scenario = generator.scenario(&random, options)
            #expect(try Scenario(parsing: scenario.text) == scenario)
        }
    }

    @Test("random scenarios read back the same")
    func random() throws {
        var random = SeededGenerator(seed: 22)
        for _ in 0..<2000 {
            let scenario = Self.scenario(&random)
            let again = try Scenario(parsing: scenario.text)
            #expect(again == scenario, "\(scenario.text)")
            #expect(again.text == scenario.text)
        }
    }

    @Test("the text of each step")
    func text() {
        let template = Template([.bytes(Array("a".utf8)), .key("k"), .token(length: 9)])
        let odd = Template([.bytes([0x22, 0x20, 0x5C, 0x7B, 13, 10, 9, 1, 200])])
        let table: [(Scenario.Action, String)] = [
            (.connect(receiveBuffer: nil), "connect"), (.connect(receiveBuffer: 12), "connect receive-buffer 12"),
            (.send(.raw(odd)), #"send "\" \\\{\r\n\t\x01\xc8""#),
            (
                .send(.requests([[template], [template, Template([])]])),
                #"send a{key:k}{token:9} | a{key:k}{token:9} """#
            ),
            (.send(.requests([[Template(text: "a b")]])), #"send | "a b""#),
            (.send(.requests([[Template(text: "|")], [Template(text: "#")]])), ##"send | "|" | "#""##),
            (.expect(count: 1), "expect"), (.expect(count: 3), "expect 3"), (.pause(.milliseconds(7)), "pause 7ms"),
            (.shutdown, "shutdown"), (.reset, "reset"), (.close, "close"),
        ]
        for (action, text) in table { #expect(Scenario.Step(client: 4, action).text == "c4 " + text) }
    }

    @Test("a whole file")
    func file() {
        let scenario = Scenario(
            protocolName: "resp",
            blocks: [
                .step(.init(client: 0, .connect(receiveBuffer: nil))),
                .together([.init(client: 0, .send(.raw(Template(text: "x")))), .init(client: 0, .expect(count: 1))]),
                .step(.init(client: 0, .close)),
            ])
        #expect(scenario.text == "protocol resp\nc0 connect\ntogether\n  c0 send \"x\"\n  c0 expect\nc0 close\n")
    }
}
