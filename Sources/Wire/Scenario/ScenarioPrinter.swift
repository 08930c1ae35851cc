extension Scenario {
    /// The scenario as text. Parsing it again gives the same scenario.
    public var text: String {
        var lines = ["protocol \(protocolName)"]
        for block in blocks {
            switch block {
            case .step(let step): lines.append(step.text)
            case .together(let steps):
                lines.append("together")
                lines.append(contentsOf: steps.map { "  " + $0.text })
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Scenario.Step {
    /// One line, without its line feed.
    public var text: String {
        switch action {
        case .connect(nil): "c\(client) connect"
        case .connect(let bytes?): "c\(client) connect receive-buffer \(bytes)"
        case .send(.raw(let template)): "c\(client) send \(template.quoted)"
        case .send(.requests(let requests)): "c\(client) send \(Self.text(requests))"
        case .expect(1): "c\(client) expect"
        case .expect(let count): "c\(client) expect \(count)"
        case .pause(let time): "c\(client) pause \(Int(time / .milliseconds(1)))ms"
        case .shutdown: "c\(client) shutdown"
        case .reset: "c\(client) reset"
        case .close: "c\(client) close"
        }
    }

    /// A quoted string in the first place would be raw bytes, but for a `|` before it.
    private static func text(_ requests: [[Template]]) -> String {
        let text = requests.map { $0.map(\.word).joined(separator: " ") }.joined(separator: " | ")
        return text.hasPrefix("\"") ? "| " + text : text
    }
}

extension Template {
    var quoted: String {
        "\"" + pieces.map { $0.text(quoted: true) }.joined() + "\""
    }

    /// Bare where that reads back the same.
    package var word: String {
        let plain = pieces.allSatisfy { piece in
            guard case .bytes(let bytes) = piece else { return true }
            return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && !Template.special.contains($0) }
        }
        let empty = pieces.isEmpty || pieces == [.bytes([])]
        return plain && !empty && pieces != [.bytes([UInt8(ascii: "|")])]
            ? pieces.map { $0.text(quoted: false) }.joined() : quoted
    }

    private static let special: Set<UInt8> = [
        UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "\\"), UInt8(ascii: "#"),
    ]
}

extension Template.Piece {
    func text(quoted: Bool) -> String {
        switch self {
        case .key(""): "{key}"
        case .key(let name): "{key:\(name)}"
        case .lasting(""): "{lasting}"
        case .lasting(let name): "{lasting:\(name)}"
        case .token(nil): "{token}"
        case .told: "{told}"
        case .token(let length?): "{token:\(length)}"
        case .bytes(let bytes): bytes.map { quoted ? Self.escaped($0) : String(UnicodeScalar($0)) }.joined()
        }
    }

    private static func escaped(_ byte: UInt8) -> String {
        switch byte {
        case 0x0D: return "\\r"
        case 0x0A: return "\\n"
        case 0x09: return "\\t"
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "{"): return "\\" + String(UnicodeScalar(byte))
        case 0x20...0x7E: return String(UnicodeScalar(byte))
        default:
            let hex = String(byte, radix: 16)
            return "\\x" + (hex.count == 1 ? "0" + hex : hex)
        }
    }
}
