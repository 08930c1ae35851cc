import Wire

/// The requests and replies of a draft whose messages are lines.
struct LineDraft {
    private(set) var lines: [String] = ["requests:"]
    /// What is given in `values`.
    private var values: [String: String] = [:]
    private var refusals: Set<String> = []
    private var names: Set<String> = []

    private struct Group: Hashable {
        var name: String
        var words: Int
    }

    private struct Line {
        var request: [String]
        var reply: [String]?
    }

    /// So many kinds of requests are told.
    private static let maximumGroups = 64
    private static let maximumReplies = 6

    init(_ traffic: DraftTraffic, _ ends: DraftLines) {
        let framing = DescribedFraming.lines(LineFraming(end: ends.end))
        var groups: [Group: [Line]] = [:]
        var order: [Group] = []
        for exchange in traffic.exchanges(framing).joined() {
            let request = Self.words(exchange.request)
            guard let name = request.first else { continue }
            let group = Group(name: name, words: request.count)
            if groups[group] == nil {
                guard order.count < Self.maximumGroups else { continue }
                order.append(group)
            }
            groups[group, default: []].append(Line(request: request, reply: exchange.reply.map(Self.words)))
        }
        for group in order { add(group, groups[group] ?? []) }
        if !refusals.isEmpty {
            lines.append(
                "# Replies that look like refusals. If one only says that the command is not known: unknown-command: true"
            )
            lines.append("any-reply:")
            lines += refusals.sorted().map { "  - {is: \(DraftText.quoted($0)), no-effect: true}" }
        }
        if !values.isEmpty {
            lines.append("# What is written where nothing better is known.")
            lines.append("values:")
            lines += values.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
        }
    }

    private static func words(_ line: [UInt8]) -> [String] {
        Lines.words(of: line).map { String(decoding: line[$0], as: UTF8.self) }
    }

    // MARK: A request

    private mutating func add(_ group: Group, _ asked: [Line]) {
        let places = (1..<max(1, group.words)).map { place in Set(asked.map { $0.request[place] }) }
        var holes: [String?] = [nil]
        for (index, words) in places.enumerated() {
            holes.append(hole(index, of: places.count, words, asked.count, group))
        }
        var form: [String] = []
        for (place, hole) in holes.enumerated() {
            form.append(hole.map { "{\($0)}" } ?? Self.escaped(place == 0 ? group.name : places[place - 1].first ?? ""))
        }
        let examples = asked.prefix(1).map { $0.request.joined(separator: " ") }.joined()
        lines.append("  # \(asked.count) times, as: \(Self.comment(examples))")
        lines.append("  \(name(group)):")
        lines.append("    send: \(DraftText.quoted(form.joined(separator: " ")))")
        if holes.contains("key") { lines.append("    # does: read, write, add, delete, … : what it does to {key}") }
        let replies = self.replies(to: asked, holes)
        guard !replies.isEmpty else {
            lines.append(asked.contains { $0.reply != nil } ? "    replies: []" : "    silent: true")
            return
        }
        lines.append("    replies:")
        lines += replies.map { "      - {is: \(DraftText.quoted($0))}" }
    }

    /// What stands at a place: nil for what is always the same.
    private mutating func hole(_ index: Int, of count: Int, _ words: Set<String>, _ asked: Int, _ group: Group)
        -> String?
    {
        let isNumber = words.allSatisfy { Int($0) != nil }
        if words.count == 1, asked > 1 || isNumber, index > 0 || isNumber { return nil }
        if index == 0, !isNumber || words.count > 1 { return "key" }
        if isNumber {
            if count == 2, index == 1 { return "by" }
            let numbers = words.compactMap { Int($0) }
            let name = "number\(index + 1)"
            values[name] = "\(numbers.min() ?? 0)..\(numbers.max() ?? 0)"
            return name
        }
        if index == count - 1 { return "value" }
        let name = "word\(index + 1)"
        values[name] = "tokens"
        return name
    }

    private mutating func name(_ group: Group) -> String { DraftText.name(group.name, apartFrom: &names) }

    // MARK: Its replies

    private mutating func replies(to asked: [Line], _ holes: [String?]) -> [String] {
        var forms: [String] = []
        var shapes: [[String]: [Line]] = [:]
        var order: [[String]] = []
        for line in asked {
            guard let reply = line.reply, let first = reply.first else { continue }
            if Self.refuses(first) {
                refusals.insert(reply.count == 1 ? Self.escaped(first) : "\(Self.escaped(first)) {*}")
                continue
            }
            let shape = Self.isConstant(first) ? [first, "\(reply.count)"] : ["", "\(reply.count)"]
            if shapes[shape] == nil { order.append(shape) }
            shapes[shape, default: []].append(line)
        }
        for shape in order.prefix(Self.maximumReplies) { forms.append(form(of: shapes[shape] ?? [], holes)) }
        return forms
    }

    private func form(of lines: [Line], _ holes: [String?]) -> String {
        let count = lines.first?.reply?.count ?? 0
        var hasResult = false
        let words = (0..<count).map { place -> String in
            let words = Set(lines.compactMap { $0.reply?[place] })
            // What the request said, and comes back.
            for (index, hole) in holes.enumerated() {
                if let hole, lines.allSatisfy({ $0.reply?[place] == $0.request[index] }), words.count > 1 {
                    return "{\(hole)}"
                }
            }
            if words.count == 1, let word = words.first, Int(word) == nil { return Self.escaped(word) }
            guard !hasResult else { return "{_}" }
            hasResult = true
            return words.allSatisfy { Int($0) != nil } ? "{result:int}" : "{result:word}"
        }
        return words.joined(separator: " ")
    }

    private static func refuses(_ word: String) -> Bool {
        let upper = word.uppercased()
        return upper.hasPrefix("ERR") || upper.hasPrefix("-ERR") || upper.hasSuffix("_ERROR")
    }

    /// A word of letters names a kind of reply; others are told by their count.
    private static func isConstant(_ word: String) -> Bool {
        word.count <= 24 && word.contains { $0.isLetter }
            && word.allSatisfy { $0.isASCII && !$0.isNumber && !$0.isLowercase }
    }

    // MARK: Text

    private static func escaped(_ word: String) -> String {
        word.replacing("{", with: "{{").replacing("}", with: "}}")
    }

    private static func comment(_ text: String) -> String {
        String(text.prefix(80).map { $0.isASCII && !$0.isNewline && ($0.asciiValue ?? 0) >= 0x20 ? $0 : "?" })
    }
}
