import Documents

/// Reads how messages end.
struct FramingReader {
    private let section: Document

    init(_ section: Document) { self.section = section }

    /// Of both sides: alike, or each by itself.
    func read() throws(DocumentError) -> (request: DescribedFraming, reply: DescribedFraming) {
        if case .text(let text) = section.content {
            switch text {
            case "datagram": return (.datagram, .datagram)
            case "http": return (.http, .http)
            default: throw section.error("expected datagram, http, or a map as {line: \"\\n\"}")
            }
        }
        let map = try section.map("how messages end")
        guard map["request"] != nil || map["reply"] != nil else {
            let both = try framing(section)
            return (both, both)
        }
        _ = try section.map("how messages end", ["request", "reply"])
        return (
            try framing(try map.required("request", "how requests end")),
            try framing(try map.required("reply", "how replies end"))
        )
    }

    private func framing(_ document: Document) throws(DocumentError) -> DescribedFraming {
        let map = try document.map("how messages end")
        if map["length"] != nil { return .lengths(try lengths(document)) }
        if let count = map["fixed"] {
            _ = try document.map("how messages end", ["fixed"])
            return .fixed(try count.number("a count of bytes", in: 1...DescribedFraming.usualMaximum))
        }
        guard map["line"] != nil else {
            throw document.error("expected line: \"\\n\", length: u32be, fixed: BYTES, or datagram")
        }
        return .lines(try lines(document))
    }

    private func lines(_ document: Document) throws(DocumentError) -> LineFraming {
        let map = try document.map("how lines end", ["line", "data", "until", "continued", "head", "max"])
        let end = try map.required("line", "what a line ends with")
        var lines = LineFraming(end: Array(try end.text("what a line ends with").utf8))
        guard (1...16).contains(lines.end.count) else { throw end.error("expected 1 to 16 bytes") }
        if let data = map["data"] { lines.body = try body(data, lines.end) }
        if let until = map["until"] { lines.block = try block(until) }
        if let continued = map["continued"] { lines.continuation = try continuation(continued) }
        if let head = map["head"] { lines.head = try self.head(head) }
        if let maximum = map["max"] { lines.maximum = try size(maximum) }
        if lines.head != nil, lines.body != nil || lines.block != nil || lines.continuation != nil {
            throw document.error("a head has no data, until and continued beside it")
        }
        return lines
    }

    private func body(_ document: Document, _ end: [UInt8]) throws(DocumentError) -> LineFraming.Body {
        let map = try document.map("what is announced", ["after", "length", "begins", "end"])
        if let begins = map["begins"] {
            guard map["after"] == nil, map["length"] == nil else {
                throw document.error("'begins' needs neither 'after' nor 'length': the length stands behind it")
            }
            let mark = try begins.text("what such a line begins with")
            guard !mark.isEmpty else { throw begins.error("expected what such a line begins with") }
            return try ending(LineFraming.Body(after: [], mark: Array(mark.utf8), end: end), map)
        }
        let length = try map.required("length", "which word is the length, as 'word 5'")
        let words = try length.text("which word is the length, as 'word 5'").split(separator: " ")
        guard words.count == 2, words[0] == "word", let place = Int(words[1]), (1...64).contains(place) else {
            throw length.error("expected which word is the length, as 'word 5'")
        }
        return try ending(LineFraming.Body(after: try names(map["after"]), lengthWord: place, end: end), map)
    }

    private func ending(_ body: LineFraming.Body, _ map: DocumentMap) throws(DocumentError) -> LineFraming.Body {
        guard let end = map["end"] else { return body }
        var copy = body
        copy.end = Array(try end.text("what stands behind it").utf8)
        return copy
    }

    private func block(_ document: Document) throws(DocumentError) -> LineFraming.Block {
        let map = try document.map("until which line", ["after", "line"])
        let line = try map.required("line", "the last line")
        return LineFraming.Block(after: try names(map["after"]), lastLine: Array(try line.text("a line").utf8))
    }

    private func continuation(_ document: Document) throws(DocumentError) -> LineFraming.Continuation {
        let map = try document.map("which byte says that more lines follow", ["byte", "is"])
        let place = try map.required("byte", "which byte, from 1").number("which byte", in: 1...4096)
        let byte = try map.required("is", "the byte")
        guard let value = try byte.text("a byte").utf8.first, try byte.text("a byte").utf8.count == 1 else {
            throw byte.error("expected one byte")
        }
        return LineFraming.Continuation(byte: value, place: place)
    }

    private func head(_ document: Document) throws(DocumentError) -> LineFraming.Head {
        let map = try document.map("the field with the length of the body", ["length"])
        let field = try map["length"].map { field throws(DocumentError) in
            Array(try field.text("a field's name").lowercased().utf8)
        }
        return LineFraming.Head(lengthField: field)
    }

    private func lengths(_ document: Document) throws(DocumentError) -> LengthFraming {
        let map = try document.map("how messages say their length", ["length", "at", "counts", "max"])
        let what = "a number's form: u8, u16be, u16le, u24be, … u64le"
        let length = try map.required("length", what)
        guard let form = IntegerForm(try length.text(what)) else { throw length.error("expected \(what)") }
        let place = try map["at"].map { place throws(DocumentError) in try place.number("a place", in: 0...256) } ?? 0
        var lengths = LengthFraming(form: form, place: place, countsFrom: place + form.width)
        if let counts = map["counts"] {
            switch try counts.text("rest, all, or from which byte on") {
            case "rest": break
            case "all": lengths.countsFrom = 0
            default: lengths.countsFrom = try counts.number("rest, all, or from which byte on,", in: 0...4096)
            }
        }
        if let maximum = map["max"] { lengths.maximum = try size(maximum) }
        return lengths
    }

    private func names(_ document: Document?) throws(DocumentError) -> [[UInt8]] {
        guard let document else { return [] }
        var names: [[UInt8]] = []
        for name in try document.list("first words") { names.append(Array(try name.text("a first word").utf8)) }
        return names
    }

    /// `1MiB`, `64KiB`, `4096`.
    private func size(_ document: Document) throws(DocumentError) -> Int {
        let text = try document.text("a size as 1MiB")
        let units = ["KiB": 1 << 10, "MiB": 1 << 20, "": 1]
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let unit = units[text.dropFirst(digits.count).trimmingPrefix(" ").description], let number = Int(digits),
            number > 0, number <= Self.largest / unit
        else { throw document.error("expected a size from 1 to 1024MiB") }
        return number * unit
    }

    private static let largest = 1 << 30
}
