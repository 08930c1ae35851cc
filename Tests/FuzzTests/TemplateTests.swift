import Fuzz
import Testing
import Wire

/// Goal: what fills a scenario's places names its origin: tokens occur once, keys are one execution's own. Method: bindings
/// of several campaigns and executions, and every length of token up to a few hundred bytes.
@Suite("Keys and tokens")
struct TemplateTests {
    static func fill(_ piece: Template.Piece, _ binding: inout Binding, client: Int = 0) -> String {
        String(decoding: Template([piece]).bytes(&binding, client: client), as: UTF8.self)
    }

    @Test("no token comes twice, in no execution, of no client, of no length")
    func uniqueTokens() {
        var all: Set<String> = []
        var count = 0
        for campaign in ["a", "b"] {
            for execution in [1, 2, 36, 37, 1296] {
                var binding = Binding(campaign: campaign, execution: execution)
                for number in 0..<400 {
                    let length = number % 3 == 0 ? 40 : nil
                    all.insert(Self.fill(.token(length: length), &binding, client: number % 40))
                    count += 1
                }
            }
        }
        #expect(all.count == count)
    }

    @Test("keys are the same within one execution and differ across executions and names")
    func keys() {
        var all: Set<String> = []
        for execution in 0..<100 {
            var binding = Binding(campaign: "c", execution: execution)
            let names = ["", "a", "b"]
            let first = names.map { Self.fill(.key($0), &binding) }
            _ = Self.fill(.token(length: nil), &binding)
            #expect(names.map { Self.fill(.key($0), &binding, client: 3) } == first)
            all.formUnion(first)
        }
        #expect(all.count == 300)
    }

    @Test("a token is as long as asked for, and never shorter than its name")
    func lengths() {
        for length in 1...300 {
            var binding = Binding(campaign: "camp", execution: 7)
            let token = Self.fill(.token(length: length), &binding, client: 2)
            #expect(token.utf8.count == max(length, "tcamp.7.2.0".utf8.count))
            #expect(token.hasPrefix("tcamp.7.2.0"))
        }
    }

    @Test("any part of a long token tells whose it is")
    func longTokens() {
        var binding = Binding(campaign: "camp", execution: 7)
        let token = Array(Self.fill(.token(length: 1000), &binding, client: 2).utf8)
        let unit = Array("tcamp.7.2.0/".utf8)
        for (index, byte) in token.enumerated() { #expect(byte == unit[index % unit.count]) }
    }

    @Test("pieces are joined in order")
    func joined() {
        var binding = Binding(campaign: "z", execution: 36)
        let template = Template([.bytes(Array("<".utf8)), .key("q"), .bytes(Array("|".utf8)), .token(length: nil)])
        #expect(String(decoding: template.bytes(&binding, client: 35), as: UTF8.self) == "<kz.10.q|tz.10.z.0")
        #expect(String(decoding: template.bytes(&binding, client: 36), as: UTF8.self) == "<kz.10.q|tz.10.10.0")
    }
}
