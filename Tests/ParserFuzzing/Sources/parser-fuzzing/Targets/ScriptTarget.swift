@testable import Fuzz
@testable import Wire
import Protocols

/// Scenarios as the engine takes them: groups, many requests and odd numbers, read, printed, taken apart by client, and
/// built into bytes.
///
/// Input: the protocol, then lines, each chosen by a byte, with bytes for its client and numbers.
struct ScriptTarget: ParserTarget {
    let name = "script"

    private static let lines = [
        "c@ connect", "c@ connect receive-buffer #", "c@ send PING", "c@ send SET {key:a} {token:#}",
        "c@ send \"{token:#}\\n\"", "c@ send GET {lasting} | GET {key} | ECHO {token}", "c@ expect #", "c@ expect",
        "c@ pause #ms", "c@ shutdown", "c@ reset", "c@ close", "together", "c# connect",
        "c@ send | {token:#} | {token:#}",
        "c@ send \"\\x00\\r\\n\\\"{key:#}\"",
    ]

    func run(_ input: [UInt8]) {
        guard let scenario = try? Scenario(parsing: Self.text(input)) else { return }
        requireEqual(try? Scenario(parsing: scenario.text), scenario, "what is printed is parsed again")
        let steps = scenario.blocks.map(\.steps.count).reduce(0, +)
        let apart = (0..<scenario.clientCount).map { scenario.only($0).blocks.map(\.steps.count).reduce(0, +) }
        requireEqual(apart.reduce(0, +), steps, "every step is some client's")
        _ = (scenario.fitsDatagrams, scenario.hasDepartures, scenario.connectionCount)
        guard let codec = WireProtocols.named(scenario.protocolName) else { return }
        Self.build(scenario, codec)
    }

    /// Bytes of long tokens say nothing new, and take time.
    private static func build(_ scenario: Scenario, _ codec: any WireCodec) {
        var builder = RequestBuilder()
        var binding = Binding(campaign: "c", execution: 1)
        for block in scenario.blocks where longestToken(of: block) <= 4096 {
            let payloads = builder.build(block, &binding, codec)
            requireEqual(payloads.count, block.steps.count, "every step has its bytes")
        }
    }

    private static func longestToken(of block: Scenario.Block) -> Int {
        block.steps.map { step in
            switch step.action {
            case .send(.raw(let template)): template.longestToken
            case .send(.requests(let requests)): requests.joined().map(\.longestToken).max() ?? 0
            default: 0
            }
        }.max() ?? 0
    }

    private static func text(_ input: [UInt8]) -> String {
        var reader = InputReader(input)
        let codec = WireProtocols.all[Int(reader.u8()) % WireProtocols.all.count]
        var text = "protocol \(codec.name)\nc0 connect\nc1 connect\n"
        while !reader.isAtEnd {
            let choice = reader.u8()
            let line = lines[Int(choice & 0x0F)].replacing("@", with: "\(choice >> 6)")
            text += (choice & 0x10 != 0 ? "  " : "") + Numbers.fill(line, &reader) + "\n"
        }
        return text
    }

    func seeds() -> [[UInt8]] {
        [
            [0, 2, 7, 12, 0x12, 0x52, 7, 0x47, 10], [1, 12, 0x13, 3, 0x53, 4, 6, 3, 9], [2, 5, 6, 3, 8, 4, 11],
            [3, 1, 12, 4, 14, 8, 3, 14, 2, 3],
        ]
    }
}
