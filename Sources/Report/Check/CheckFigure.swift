/// The operations around a violation, or around the time with most of them open, as a drawing that needs no scripts.
/// Each invocation and each answer is one step to the right, so that order and overlaps are seen whatever the times.
struct CheckFigure {
    /// The most bars.
    static let maximumBars = 24

    private static let left = 150.0
    private static let width = 1080.0
    private static let top = 30.0
    private static let trackHeight = 26.0

    private let timeline: CheckTimeline
    private let story: CheckStory
    /// The bars drawn, by place in the timeline, and where they begin and end in steps.
    private var bars: [Int] = []
    private var starts: [Int: Int] = [:]
    private var ends: [Int: Int] = [:]
    private var steps = 1
    private var tracks: [Int: Int] = [:]
    private var lanes: [(client: Int32, track: Int, tracks: Int)] = []
    private var omitted = (own: 0, other: 0)

    /// - Parameter center: The time to draw where the story has no operations.
    init(_ timeline: CheckTimeline, _ story: CheckStory, center: Int64) {
        self.timeline = timeline
        self.story = story
        choose(center)
        place()
    }

    /// Whether there is anything to draw.
    var isEmpty: Bool { bars.isEmpty }

    // MARK: Choosing

    private func isOwn(_ row: Int) -> Bool {
        guard let key = story.key else { return true }
        return Int(timeline.rows[row].key) == key
    }

    /// When it was answered; when it was invoked, where it was not.
    private func lastKnown(_ row: Int) -> Int64 {
        timeline.rows[row].isAnswered ? timeline.rows[row].end : timeline.rows[row].start
    }

    /// The conflict, then what is open at the culprit's answer, then what was answered next before it.
    private mutating func choose(_ center: Int64) {
        let rows = timeline.rows
        var conflict = Array(story.rows.prefix(Self.maximumBars))
        if let culprit = story.culprit, !conflict.contains(culprit) { conflict.append(culprit) }
        let first = conflict.map { rows[$0].start }.min() ?? center
        let last = max(conflict.map { lastKnown($0) }.max() ?? center, first)
        var focus = last
        if let culprit = story.culprit { focus = lastKnown(culprit) }
        let begin = conflict.isEmpty ? center : first
        let taken = Set(conflict)
        let clients = Set(conflict.map { rows[$0].client })
        var near: [(distance: UInt64, row: Int)] = []
        for row in rows.indices where !taken.contains(row) {
            // Without a conflict the neighbours in time are drawn, else what happened within it.
            let isWithin = rows[row].start <= last && rows[row].end >= begin
            // What was never answered is open for ever after, which is no reason to draw it.
            guard isWithin || conflict.isEmpty, rows[row].isAnswered || rows[row].start >= begin else { continue }
            guard isOwn(row), story.key != nil || conflict.isEmpty || clients.contains(rows[row].client) else {
                omitted.other += isWithin ? 1 : 0
                continue
            }
            omitted.own += isWithin ? 1 : 0
            near.append((Self.distance(rows[row], focus), row))
        }
        near.sort { $0 < $1 }
        let more = near.prefix(Self.maximumBars - conflict.count).map(\.row)
        omitted.own -= more.count { rows[$0].start <= last && rows[$0].end >= begin }
        bars = (conflict + more).sorted()
    }

    private static func distance(_ row: CheckTimeline.Row, _ focus: Int64) -> UInt64 {
        if row.start <= focus, row.end >= focus { return 0 }
        return row.start > focus ? (row.start &- focus).magnitude : (focus &- row.end).magnitude
    }

    // MARK: Placing

    private mutating func place() {
        let rows = timeline.rows
        var events: [(time: Int64, isEnd: Bool, row: Int)] = []
        for row in bars {
            events.append((rows[row].start, false, row))
            if rows[row].isAnswered { events.append((rows[row].end, true, row)) }
        }
        events.sort { ($0.time, $0.isEnd ? 1 : 0, $0.row) < ($1.time, $1.isEnd ? 1 : 0, $1.row) }
        for (step, event) in events.enumerated() {
            if event.isEnd { ends[event.row] = step } else { starts[event.row] = step }
        }
        steps = max(1, events.count)
        for client in Set(bars.map { rows[$0].client }).sorted() {
            var free: [Int] = []
            for row in bars where rows[row].client == client {
                let track = free.firstIndex { $0 < starts[row]! } ?? free.count
                if track == free.count { free.append(0) }
                free[track] = ends[row] ?? steps
                tracks[row] = track
            }
            lanes.append((client, lanes.reduce(0) { $0 + $1.tracks }, free.count))
        }
    }

    private func x(_ step: Double) -> Double { Self.left + Self.width * step / Double(steps) }

    private func y(_ row: Int) -> Double {
        let lane = lanes.first { $0.client == timeline.rows[row].client }!
        return Self.top + Double(lane.track + tracks[row]!) * Self.trackHeight + 6 * Double(laneIndex(lane.client))
    }

    private func laneIndex(_ client: Int32) -> Int { lanes.firstIndex { $0.client == client } ?? 0 }

    // MARK: Drawing

    /// The figure with its caption.
    func html() -> String {
        let tracks = lanes.reduce(0) { $0 + $1.tracks }
        let height = Self.top + Double(tracks) * Self.trackHeight + 6 * Double(lanes.count) + 8
        var out =
            "<figure class=\"around\"><svg role=\"img\" aria-label=\"the operations around it\" viewBox=\"0 0 "
            + "\(coordinate(Self.left + Self.width + 20)) \(coordinate(height))\">\n"
        for lane in lanes {
            let y = Self.top + Double(lane.track) * Self.trackHeight + 6 * Double(laneIndex(lane.client))
            out +=
                "<text x=\"4\" y=\"\(coordinate(y + 16))\">\(escaped(timeline.clients[Int(lane.client)]))</text>"
                + "<path class=\"grid\" d=\"M0 \(coordinate(y - 3))H\(coordinate(Self.left + Self.width + 20))\"/>\n"
        }
        for row in bars { out += bar(row) }
        out += line() + culprit(height)
        return out + "</svg><figcaption>\(escaped(caption))</figcaption></figure>\n"
    }

    private var caption: String {
        var notes = ["Each invocation and each answer is one step to the right; widths are not times."]
        var place = ""
        if let key = story.key { place = " on \(timeline.keys[key])" }
        if omitted.own > 0 { notes.append("\(count(omitted.own, "more operation"))\(place) at that time: not drawn.") }
        if omitted.other > 0 { notes.append("\(count(omitted.other, "other operation")) at that time: not drawn.") }
        if story.rows.count > Self.maximumBars {
            notes.append("Of \(story.rows.count) operations that show it, the first \(Self.maximumBars) are drawn.")
        }
        return notes.joined(separator: " ")
    }

    private func bar(_ row: Int) -> String {
        let operation = timeline.rows[row]
        let from = x(Double(starts[row]!) + 0.15)
        var to = x(Double(steps))
        if let end = ends[row] { to = x(Double(end) + 0.85) }
        let top = y(row)
        var kind = "op"
        var number = ""
        if let place = story.rows.firstIndex(of: row) {
            kind += " bad"
            number = "\(place + 1)"
        }
        if operation.kind != .operation { kind += " refused" }
        if !operation.isAnswered { kind += " open" }
        let words = escaped(
            (number.isEmpty ? "" : number + ": ") + timeline.label(operation)
                + (operation.isAnswered ? "" : " … no answer"))
        // The table has the words.
        let isNarrow = !number.isEmpty && to - from < 7 * Double(words.count)
        return "<g class=\"\(kind)\"><rect x=\"\(coordinate(from))\" y=\"\(coordinate(top))\" "
            + "width=\"\(coordinate(to - from))\" height=\"20\" rx=\"3\"/><svg x=\"\(coordinate(from))\" "
            + "y=\"\(coordinate(top))\" width=\"\(coordinate(to - from))\" height=\"20\"><text x=\"4\" y=\"13\">"
            + "\(isNarrow ? number : words)</text></svg><title>\(words)</title></g>\n"
    }

    /// The order, as far as its operations are drawn: what is left of an order without some is one.
    private func line() -> String {
        let drawn = Set(bars)
        let order = story.line.rows.filter { drawn.contains($0) }
        guard order.count > 1 else { return "" }
        var limit = Double(steps)
        if let culprit = story.culprit, let end = ends[culprit] { limit = Double(end) }
        var intervals: [(start: Double, end: Double)] = []
        for row in order {
            let start = Double(starts[row]!) + 0.3
            var end = limit
            if let answered = ends[row] { end = min(limit, Double(answered) + 0.7) }
            intervals.append((start, max(start, end)))
        }
        let instants = CheckLine.instants(intervals)
        var path = ""
        var dots = ""
        for (row, instant) in zip(order, instants) {
            let place = (coordinate(x(instant)), coordinate(y(row) + 18))
            path += (path.isEmpty ? "M" : "L") + "\(place.0) \(place.1)"
            dots += "<circle cx=\"\(place.0)\" cy=\"\(place.1)\" r=\"3.5\"/>"
        }
        return "<path class=\"order\" d=\"\(path)\"/><g class=\"order\">\(dots)</g>\n"
    }

    private func culprit(_ height: Double) -> String {
        guard let row = story.culprit, let end = ends[row] else { return "" }
        let at = coordinate(x(Double(end) + 0.85))
        return "<path class=\"first\" d=\"M\(at) 16V\(coordinate(height))\"/><text class=\"first\" text-anchor=\"end\" "
            + "x=\"\(at)\" y=\"12\">no order explains this answer</text>\n"
    }
}
