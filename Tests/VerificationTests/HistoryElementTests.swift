import Testing
import Verification

/// Goal: whatever stands in a list, a set or a map of a history comes out as it went in, and equal ones have one code.
/// Method: random elements from the edges of what is stored small: numbers around 2^30, names, nothing, many of them.
@Suite struct HistoryElementTests {
    private static let edges = [
        0, 1, -1, 1 << 30, -(1 << 30), 1 << 31, -(1 << 31), 1 << 32, History.firstName - 1, .max, .min + 2,
    ]

    private func element(_ seed: inout Seed, _ names: [Int]) -> Int {
        switch seed.below(4) {
        case 0: names[seed.below(names.count)]
        case 1: History.null
        case 2: Self.edges[seed.below(Self.edges.count)] - seed.below(2)
        default: seed.below(100)
        }
    }

    @Test func anything() {
        var seed = Seed(7)
        var values = HistoryValues()
        let names = ["a", "b", "c"].map { values.code(.text(ExactText($0))) }
        var known: [(code: Int, value: HistoryValue)] = []
        for _ in 0..<2000 {
            let elements = (0..<seed.below(6)).map { _ in element(&seed, names) }
            for value in [HistoryValue.list(elements), .set(elements), .map(elements)] {
                let code = values.code(value)
                #expect(values[code] == value && values.known(value) == code)
                known.append((code, value))
            }
        }
        // Later ones have changed nothing, and different ones have different codes.
        for (code, value) in known { #expect(values[code] == value && values.code(value) == code) }
        #expect(Set(known.map(\.code)).count == Set(known.map(\.value)).count)
        // Without the table, and with another.
        values.close()
        for (code, value) in known.prefix(100) { #expect(values.known(value) == code) }
        let new = values.code(.text("new"))
        #expect(new == History.firstName + values.count - 1)
        for (code, value) in known { #expect(values.known(value) == code) }
    }

    @Test("many elements of all kinds, ascending and not", arguments: [1, 3, 4, 15, 16, 17, 255, 256, 257, 1000])
    func mixed(count: Int) {
        var seed = Seed(UInt64(count))
        var values = HistoryValues()
        let names = (0..<count).map { values.code(.text(ExactText("\($0)"))) }
        var all: [HistoryValue] = []
        for kinds in 1..<16 {
            let elements = (0..<count).map { index in
                while true {
                    switch seed.below(4) {
                    case 0 where kinds & 1 != 0: return names[seed.below(names.count)]
                    case 1 where kinds & 2 != 0: return History.null
                    case 2 where kinds & 4 != 0: return Self.edges[seed.below(Self.edges.count)] - seed.below(2)
                    case 3 where kinds & 8 != 0: return index * seed.below(1 << 20) - 1 << 19
                    default: continue
                    }
                }
            }
            all += [.list(elements), .set(Set(elements).sorted()), .map(elements)]
        }
        let codes = all.map { values.code($0) }
        for (code, value) in zip(codes, all) { #expect(values[code] == value && values.known(value) == code) }
    }

    @Test("many elements, small and not", arguments: [1 << 18 - 2, 1 << 18 - 1, 1 << 18, 1 << 18 + 1], [0, 1 << 40])
    func many(count: Int, first: Int) {
        var values = HistoryValues()
        let before = values.code(.list([1]))
        let elements = Array(first..<first + count)
        let code = values.code(.list(elements))
        #expect(values[code] == .list(elements) && values.code(.list(elements)) == code && values[before] == .list([1]))
        #expect(values.code(.list(elements.dropLast() + [-1])) != code)
    }

    @Test("texts of all lengths come out as they went in, before and after the table is closed")
    func texts() {
        var values = HistoryValues()
        let texts = (0..<200).flatMap { length in
            [
                HistoryValue.text(ExactText(String(repeating: "ä", count: length))),
                .text(ExactText("\(length)é\u{301}")),
            ]
        }
        let codes = texts.map { values.code($0) }
        #expect(Set(codes).count == texts.count)
        values.close()
        for (code, text) in zip(codes, texts) { #expect(values[code] == text && values.known(text) == code) }
        #expect(texts.map { values.code($0) } == codes && values.count == texts.count)
    }

    @Test("keywords, texts and symbols of the same letters stay apart, however often they come")
    func shortNames() throws {
        var seed = Seed(5)
        let letters = ["a", "b", "ab", "ba", "aaaaaaa", "aaaaaaaa", "äöü", "abcdefg", "abcdefh"]
        let names = letters.map { ":" + $0 } + letters.map { "\"\($0)\"" } + letters
        let chosen = (0..<600).map { _ in names[seed.below(names.count)] }
        let lines = chosen.flatMap { name in
            ["invoke", "ok"].map { "{:process 0, :type :\($0), :f :write, :value \(name)}\n" }
        }
        let history = try HistoryFile.read(bytes: Array(lines.joined().utf8))
        for (row, name) in chosen.enumerated() {
            let value = history.values[history.arguments[row]]
            switch name.first {
            case ":": #expect(value == .keyword(ExactText(String(name.dropFirst()))))
            case "\"": #expect(value == .text(ExactText(String(name.dropFirst().dropLast()))))
            default: #expect(value == .symbol(ExactText(name)))
            }
        }
    }
}
