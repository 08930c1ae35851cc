extension HistoryValues {
    /// Writes a value as JSON. What JSON has no word for, such as a set or a keyword, is written as EDN: `{"#edn":":a"}`.
    func writeJSON(_ code: Int, to out: inout [UInt8]) {
        if code == History.null { return out.append(contentsOf: "null".utf8) }
        switch self[code] {
        case nil: out.append(contentsOf: String(code).utf8)
        case .text(let text): JSONText.encode(text.string.utf8, to: &out)
        case .bytes(let bytes): JSONText.encode(bytes, to: &out)
        case .bool(let isTrue): out.append(contentsOf: (isTrue ? "true" : "false").utf8)
        case .number(let text): out.append(contentsOf: text.string.utf8)
        case .list(let elements):
            out.append(UInt8(ascii: "["))
            for (place, element) in elements.enumerated() {
                if place > 0 { out.append(UInt8(ascii: ",")) }
                writeJSON(element, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .keyword, .symbol, .set, .map, .tagged:
            var edn: [UInt8] = []
            writeEDN(code, to: &edn)
            out.append(contentsOf: "{\"\(Self.ednKey)\":".utf8)
            JSONText.encode(edn, to: &out)
            out.append(UInt8(ascii: "}"))
        }
    }

    /// The key of a JSON object that stands for a value in EDN.
    static var ednKey: String { "#edn" }

    private func writeEDN(_ code: Int, to out: inout [UInt8]) {
        switch self[code] {
        case .keyword(let name): out.append(contentsOf: ":\(name.string)".utf8)
        case .symbol(let text): out.append(contentsOf: Self.symbol(text.string).utf8)
        case .list(let elements): write(elements, "[", "]", to: &out)
        case .set(let elements): write(elements, "#{", "}", to: &out)
        case .map(let elements): write(elements, "{", "}", to: &out)
        case .tagged(let tag, let value):
            out.append(contentsOf: "#\(tag.string) ".utf8)
            writeEDN(value, to: &out)
        default:
            if code == History.null { out.append(contentsOf: "nil".utf8) } else { writeJSON(code, to: &out) }
        }
    }

    private func write(_ elements: [Int], _ open: String, _ close: String, to out: inout [UInt8]) {
        out.append(contentsOf: open.utf8)
        for (place, element) in elements.enumerated() {
            if place > 0 { out.append(UInt8(ascii: " ")) }
            writeEDN(element, to: &out)
        }
        out.append(contentsOf: close.utf8)
    }

    /// A character has a name where it would be taken for white space.
    private static func symbol(_ text: String) -> String {
        switch text {
        case "\\\n": "\\newline"
        case "\\\r": "\\return"
        case "\\ ": "\\space"
        case "\\\t": "\\tab"
        default: text
        }
    }
}
