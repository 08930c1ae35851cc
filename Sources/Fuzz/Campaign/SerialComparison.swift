import Capture
import Verification
package import Wire

/// Serial equivalence: clients that touch disjoint state get together what each gets alone. Needs no model of what the
/// server does.
///
/// Each client runs its part alone, twice: where those two differ already, the server's replies depend on something else,
/// and are not compared. Then all clients run together, a few times. Keys and tokens, which differ from execution to
/// execution, are compared by the order in which they first appear.
package struct SerialComparison {
    private let harness: Harness

    init(_ harness: Harness) {
        self.harness = harness
    }

    /// Whether a scenario may be compared: several clients that share no key, none that discards replies, and no tokens
    /// of a given length, which repeat themselves a different number of times in each execution.
    ///
    /// - Parameter codec: one whose requests touch no state but that which their own tokens name.
    package static func isComparable(_ scenario: Scenario, _ codec: any WireCodec) -> Bool {
        guard !codec.hasSharedState, scenario.clientCount > 1 else { return false }
        return scenario.blocks.lazy.flatMap(\.steps).allSatisfy { step in
            switch step.action {
            case .reset, .close: return false
            case .send(.requests(let requests)): return !requests.joined().contains { $0.hasSizedToken }
            case .send(.raw(let template)): return !template.hasSizedToken
            default: return true
            }
        }
    }

    /// Runs the comparison.
    ///
    /// - Returns: all executions judged; where clients together differ from each alone, that is among the last one's
    ///   violations.
    func run(_ scenario: Scenario) throws -> [JudgedExecution] {
        var judged: [JudgedExecution] = []
        var alone: [Int: [Reply]] = [:]
        var width: Int?
        var refuses = false
        for client in 0..<scenario.clientCount {
            let part = scenario.only(client)
            let once = try execute(part)
            refuses = refuses || once.contains(where: \.judgement.hasRefusal)
            let twice = try execute(part)
            judged += once + twice
            guard once.count == 1, twice.count == 1, Self.isSound(once[0]), Self.isSound(twice[0]) else {
                return judged
            }
            width = width ?? Self.width(once[0])
            guard Self.width(twice[0]) == width else { return judged }
            let replies = replies(once[0])[client] ?? []
            if replies.map(\.text) == (self.replies(twice[0])[client] ?? []).map(\.text) { alone[client] = replies }
        }
        for _ in 0..<Self.timesTogether where !alone.isEmpty {
            judged += try execute(scenario)
            guard let last = judged.last, last.judgement.verdict == .held, Self.isSound(last), Self.width(last) == width
            else { return judged }
            let together = replies(last)
            let differences = alone.keys.sorted().lazy.compactMap {
                Self.difference($0, together[$0] ?? [], alone[$0] ?? [])
            }
            if var violation = differences.first {
                if last.judgement.hasRefusal, !refuses {
                    violation.signature = "serial-equivalence:refused"
                    violation.policy = "a server may refuse what comes while it has enough to do"
                }
                judged[judged.count - 1].judgement.add(violation)
                return judged
            }
        }
        return judged
    }

    /// What clients get together depends on how they meet, so it is looked at several times.
    private static let timesTogether = 4

    /// How long the execution's number makes its keys and tokens: a reply may tell their length.
    private static func width(_ execution: JudgedExecution) -> Int {
        String(execution.log.execution, radix: 36).count
    }

    private static func isSound(_ execution: JudgedExecution) -> Bool {
        execution.judgement.inconclusive.isEmpty && execution.log.outcome == .completed
    }

    private func execute(_ scenario: Scenario) throws -> [JudgedExecution] {
        let (log, _) = try harness.execute(scenario)
        return try harness.judgements(all: true).filter { $0.log.execution == log.execution }
    }

    // MARK: Replies

    /// One reply without what differs from execution to execution.
    struct Reply {
        var text: [UInt8]
        var packet: Int
        var request: Int
    }

    /// The replies of each client, in order.
    private func replies(_ execution: JudgedExecution) -> [Int: [Reply]] {
        var table = FlowTable(serverPort: harness.address.port)
        table.add(execution.packets)
        var found: [Int: [Reply]] = [:]
        var names: [Int: PlaceNames] = [:]
        for flow in table.finish() {
            guard let client = ExecutionJudge.connection(of: flow.client, execution.log)?.client else { continue }
            var conversation = Conversation(flow: flow, name: "", codec: harness.setup.codec)
            conversation.leaveOut(harness.setup.credentials?.steps ?? [], harness.setup.codec)
            for exchange in conversation.exchanges {
                _ = names[client, default: PlaceNames(harness.setup.campaign)].replaced(exchange.request.bytes)
                guard let reply = exchange.reply else { continue }
                var text = names[client, default: PlaceNames(harness.setup.campaign)].replaced(reply.bytes)
                // It is told cut to some length: what is left of a secret would not be found.
                harness.setup.credentials?.secrets.mask(&text)
                found[client, default: []].append(
                    Reply(text: text, packet: reply.first.number, request: exchange.request.last.number))
            }
        }
        return found
    }

    static func difference(_ client: Int, _ together: [Reply], _ alone: [Reply]) -> Violation? {
        let shared = min(together.count, alone.count)
        guard let place = (0..<shared).first(where: { together[$0].text != alone[$0].text }) else { return nil }
        let (got, wanted) = (together[place], alone[place])
        let text = { (bytes: [UInt8]) in String(decoding: bytes.prefix(80), as: UTF8.self).debugDescription }
        return Violation(
            oracle: .serialEquivalence,
            summary:
                "c\(client): request \(place + 1) (packet \(got.request)) was answered \(text(got.text)) (packet "
                + "\(got.packet)) beside the other clients, and \(text(wanted.text)) alone.",
            packets: [got.request, got.packet],
            notes: ["the request", "alone, the client gets \(text(wanted.text))"],
            signature: "serial-equivalence:different-reply")
    }
}

/// Gives the keys and tokens of an execution names by the order of their first appearance: `‹1›`, `‹2›`…
struct PlaceNames {
    private let stem: [UInt8]
    private var numbers: [[UInt8]: Int] = [:]

    init(_ campaign: String) {
        stem = Array("\(campaign).".utf8)
    }

    /// The bytes with each key and token replaced.
    ///
    /// - Complexity: O(bytes × length of the campaign's name) at worst.
    mutating func replaced(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let isStart = bytes[index] == UInt8(ascii: "k") || bytes[index] == UInt8(ascii: "t")
            guard isStart, bytes[(index + 1)...].starts(with: stem) else {
                out.append(bytes[index])
                index += 1
                continue
            }
            var end = index + 1 + stem.count
            while end < bytes.count, Self.isPlaceByte(bytes[end]) { end += 1 }
            let place = Array(bytes[index..<end])
            let number = numbers[place] ?? numbers.count + 1
            numbers[place] = number
            out.append(contentsOf: "‹\(number)›".utf8)
            index = end
        }
        return out
    }

    private static func isPlaceByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."): true
        default: false
        }
    }
}
