/// The requests and replies of a draft whose messages begin with their length.
struct LengthDraft {
    private(set) var lines: [String] = []

    /// So many bytes behind the length are looked at for a tag.
    private static let window = 16
    private static let maximumCodes = 16

    init(_ traffic: DraftTraffic, _ framing: DraftLengths) {
        let all = traffic.exchanges(.lengths(framing.lengths))
        let start = framing.lengths.place == 0 ? framing.lengths.form.width : 0
        guard framing.lengths.place == 0 else {
            // What lies before the length is for its reader to name.
            let before = framing.lengths.place
            lines = ["header: [{before: fixed(\(before))}]"] + Self.plain
            return
        }
        var header: [String] = []
        var offset = start
        if let tag = Self.tag(all, from: start) {
            if tag.place > offset { header.append("{first: fixed(\(tag.place - offset))}") }
            header.append("{id: u\(tag.width * 8)be}")
            offset = tag.place + tag.width
            lines.append(
                "# \(tag.count) of \(tag.count) replies have at \(tag.place) the \(tag.width) bytes of a request.")
            lines.append("match: {tag: id}")
        }
        let codes = Self.codes(all, at: offset)
        if !codes.isEmpty { header.append("{code: u8}") }
        if !header.isEmpty { lines.insert("header: [\(header.joined(separator: ", "))]", at: 0) }
        guard !codes.isEmpty else {
            lines += Self.plain
            return
        }
        lines.append("# The byte at \(offset) has \(codes.count) values in requests: it looks like what is asked for.")
        lines.append("requests:")
        for (code, replies) in codes.sorted(by: { $0.key < $1.key }) {
            lines.append("  request-\(code):")
            lines.append("    code: \(code)")
            lines.append("    # fields: [{key: str(u16be)}, {value: bytes(u32be)}], and does: read, write, add, …")
            lines.append("    fields: [{token: rest}]")
            lines.append("    replies:")
            for reply in replies.sorted() { lines.append("      - {code: \(reply), fields: [{rest: rest}]}") }
        }
    }

    private static let plain = [
        "requests:", "  request:",
        "    # fields: [{key: str(u16be)}, {value: bytes(u32be)}], and does: read, write, add, …",
        "    fields: [{token: rest}]", "    replies: [{fields: [{rest: rest}]}]",
    ]

    private typealias Exchanges = [[(request: [UInt8], reply: [UInt8]?)]]

    /// Bytes that each reply has of a request of its connection, and that differ from request to request.
    private static func tag(_ all: Exchanges, from start: Int) -> (place: Int, width: Int, count: Int)? {
        for width in [8, 4, 2, 1] {
            for place in start..<start + window {
                var (replies, found, different, requests) = (0, 0, 0, 0)
                for exchanges in all {
                    let asked = exchanges.compactMap { Self.bytes($0.request, place, width) }
                    let tags = Set(asked)
                    requests += exchanges.count
                    different += tags.count
                    for reply in exchanges.compactMap(\.reply) {
                        replies += 1
                        if let own = Self.bytes(reply, place, width), tags.contains(own) { found += 1 }
                    }
                }
                if replies > 4, found == replies, different * 10 >= requests * 8 { return (place, width, replies) }
            }
        }
        return nil
    }

    private static func bytes(_ message: [UInt8], _ place: Int, _ width: Int) -> ArraySlice<UInt8>? {
        message.count >= place + width ? message[place..<place + width] : nil
    }

    /// The values of one byte in requests, with those that replies have there; empty where they are many.
    private static func codes(_ all: Exchanges, at place: Int) -> [UInt8: Set<UInt8>] {
        var codes: [UInt8: Set<UInt8>] = [:]
        for exchange in all.joined() {
            guard exchange.request.count > place else { return [:] }
            codes[exchange.request[place], default: []].insert(
                exchange.reply.flatMap { $0.count > place ? $0[place] : nil } ?? 0)
            guard codes.count <= maximumCodes else { return [:] }
        }
        return codes
    }
}
