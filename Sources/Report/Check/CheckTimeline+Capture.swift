import Capture
import Verification
import Wire
import System

extension CheckTimeline {
    /// The exchanges of a capture, and replies to nothing.
    ///
    /// - Complexity: O(bytes + n log n).
    init(_ evidence: Evidence, _ timeline: KeyTimeline, _ budget: SearchBudget) {
        self.init(isCapture: true)
        self.budget = budget
        let codec = evidence.codec
        clients = evidence.conversations.map { printable($0.name.utf8) }
        keys = (0..<timeline.keyCount).map { printable(timeline.name($0), limit: 40) }
        var strays = 0
        for (index, conversation) in evidence.conversations.enumerated() {
            for (place, exchange) in conversation.exchanges.enumerated() {
                add(exchange, ExchangeReference(conversation: index, exchange: place), timeline, codec)
            }
            for reply in conversation.surplus {
                strays += 1
                add(stray: reply, client: index, source: -strays, codec)
            }
        }
        sort()
    }

    private mutating func add(
        _ exchange: Exchange, _ reference: ExchangeReference, _ timeline: KeyTimeline, _ codec: any WireCodec
    ) {
        let start = exchange.invoked.nanoseconds
        var row = Row(
            client: Int32(reference.conversation), key: -1, start: start, end: Self.never,
            number: exchange.request.last.number, source: timeline.index(reference))
        if let reply = exchange.reply {
            // A stamp taken on another processor may seem to come before.
            row.end = max(start, reply.first.time.nanoseconds)
            row.answerNumber = reply.first.number
        }
        if let key = timeline.key(reference) { row.key = Int32(key) }
        if timeline.isRefused(reference) { row.kind = .refused }
        label(&row, exchange, timeline.words(reference), codec)
        rows.append(row)
    }

    private mutating func add(stray reply: Message, client: Int, source: Int, _ codec: any WireCodec) {
        let time = reply.first.time.nanoseconds
        var row = Row(
            client: Int32(client), key: -1, start: time, end: time, kind: .stray, number: reply.first.number,
            source: source)
        row.verb = texts.number("reply to nothing")
        row.answer = texts.number(MessageText.of(reply.bytes, codec, .server))
        rows.append(row)
    }

    private mutating func label(
        _ row: inout Row, _ exchange: Exchange, _ words: ArraySlice<Range<Int>>, _ codec: any WireCodec
    ) {
        let request = exchange.request.bytes
        if let verb = words.first {
            row.verb = texts.number(printable(request[verb], limit: 24))
            let rest = words.dropFirst(row.key >= 0 ? 2 : 1).prefix(8).map { printable(request[$0], limit: 40) }
            if !rest.isEmpty { row.argument = texts.number(rest.joined(separator: " ")) }
        } else {
            row.argument = texts.number(MessageText.of(request, codec, .client))
        }
        if let reply = exchange.reply { row.answer = texts.number(MessageText.of(reply.bytes, codec, .server)) }
    }

    /// What is to be told of a capture's violations.
    func stories(_ evidence: Evidence, _ timeline: KeyTimeline, _ violations: [Violation]) -> [CheckStory] {
        let wanted = Set(violations.flatMap(\.packets))
        var placesOf: [Int: [Int]] = [:]
        var placeOfSource: [Int: Int] = [:]
        let known = Set(violations.flatMap { $0.exchanges + [$0.culprit].compactMap(\.self) }.map(timeline.index))
        for (place, row) in rows.enumerated() {
            if wanted.contains(row.number) { placesOf[row.number, default: []].append(place) }
            if row.answerNumber != row.number, wanted.contains(row.answerNumber) {
                placesOf[row.answerNumber, default: []].append(place)
            }
            if known.contains(row.source) { placeOfSource[row.source] = place }
        }
        return violations.map { violation in
            var story = CheckStory(oracle: violation.oracle.rawValue, sentence: violation.summary)
            story.notes = Array(zip(violation.packets, violation.notes))
            var places: Set<Int> = []
            for exchange in violation.exchanges {
                if let place = placeOfSource[timeline.index(exchange)] { places.insert(place) }
            }
            for packet in violation.packets where violation.exchanges.isEmpty {
                places.formUnion(named(placesOf[packet] ?? [], violation, evidence, timeline))
            }
            if let culprit = violation.culprit, let place = placeOfSource[timeline.index(culprit)] {
                places.insert(place)
                story.culprit = place
                story.details.append(
                    "First inexplicable answer: packet \(rows[place].answerNumber), after \(time(rows[place].end)).")
            }
            story.rows = places.sorted()
            if let margin = violation.margin?.nanoseconds {
                story.details.append("Margin: stamps would have to be wrong by \(duration(nanoseconds: margin)).")
            }
            story.details.append("Must hold: \(violation.oracle.requirement)")
            if let blame = violation.blame { story.details.append("Whose fault: \(blame).") }
            if let place = story.culprit ?? story.rows.first, rows[place].key >= 0 {
                story.key = Int(rows[place].key)
            }
            story.line = line(violation, story, timeline)
            return story
        }
    }

    private func line(_ violation: Violation, _ story: CheckStory, _ timeline: KeyTimeline) -> CheckLine {
        guard let culprit = violation.culprit, let key = story.key else {
            return CheckLine(note: "No line: this violation is not about the order of operations on a key.")
        }
        return line(timeline, key: key, before: culprit)
    }

    /// An order of the exchanges on `key` before the reply to `culprit`, or of all.
    func line(_ timeline: KeyTimeline, key: Int, before culprit: ExchangeReference?) -> CheckLine {
        let count = rows.count { Int($0.key) == key }
        guard count <= CheckLine.maximumOperations else {
            return CheckLine(
                note: "No line: \(grouped(count)) operations on \(keys[key]) are more than the "
                    + "\(grouped(CheckLine.maximumOperations)) for which an order is looked for.")
        }
        switch timeline.witness(key: key, before: culprit, budget) {
        case .none(let why): return CheckLine(note: "No line: \(why).")
        case .order(let order):
            var placeOf: [Int: Int] = [:]
            for source in order { placeOf[source] = -1 }
            for (place, row) in rows.enumerated() where placeOf[row.source] != nil { placeOf[row.source] = place }
            let places = order.compactMap { source in placeOf[source] }
            return CheckLine(rows: places, note: lineNote(key, places.count, culprit == nil ? nil : 0))
        }
    }

    /// Of several exchanges in one packet those that the violation names, if it names any.
    private func named(
        _ places: [Int], _ violation: Violation, _ evidence: Evidence, _ timeline: KeyTimeline
    ) -> [Int] {
        guard places.count > 1 else { return places }
        let named = places.filter { place in
            let row = rows[place]
            guard row.source >= 0 else { return true }
            let conversation = Int(row.client)
            let first = timeline.index(ExchangeReference(conversation: conversation, exchange: 0))
            let label = timeline.label(
                ExchangeReference(conversation: conversation, exchange: row.source - first))
            return violation.summary.contains(label) || violation.notes.contains { $0.contains(label) }
        }
        return named.isEmpty ? places : named
    }
}
