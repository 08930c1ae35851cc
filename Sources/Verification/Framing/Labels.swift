import Wire

extension Reading {
    /// `INCR counter`, `request 3` or, by its tag, `request 0.0.3`: a call for people. Requests are counted from 1.
    func label(_ call: Call) -> String {
        if rules == .tagged, let tag = token(of: call) { return "request " + Self.text(request(call).bytes[tag]) }
        guard rules == .resp || rules == .http, call.wordCount > 0 else { return "request \(call.exchange + 1)" }
        let bytes = request(call).bytes
        let name = RESPCommand.displayName(bytes, words[call.firstWord])
        guard call.wordCount > 1 else { return name }
        return name + " " + Self.text(bytes[words[call.firstWord + 1]])
    }

    /// `INCR` or `echo`: a call in a signature, the same for all values.
    func commandName(_ call: Call) -> String {
        if rules == .http { return call.isOpaque ? "request" : http(call).method.name }
        guard rules == .resp else { return evidence.codec.name }
        return call.command == 0 ? "command" : RESPCommand.table[call.command].name
    }

    /// A reply for people: its bytes, or of HTTP status and body.
    func text(_ reply: Message) -> String {
        guard rules == .http, let head = HTTPHead(reply.bytes.span, from: .server) else {
            return Self.text(reply.bytes)
        }
        let (bytes, range) = head.body(in: reply.bytes)
        if range.isEmpty, let length = head.contentLength { return "\(head.status), length \(length)" }
        return range.isEmpty ? "\(head.status)" : "\(head.status) \(Self.text(bytes[range]))"
    }

    /// A conversation's name.
    func name(_ conversation: Int) -> String {
        evidence.conversations[conversation].name
    }

    /// Bytes for people: printable ASCII as it is, the rest as `\x0A`, cut after `longestText`.
    static func text(_ bytes: some Collection<UInt8>) -> String {
        var out = ""
        for byte in bytes.prefix(longestText) {
            if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "\\") {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else if byte == 0x0A {
                out += "\\n"
            } else if byte == 0x0D {
                out += "\\r"
            } else {
                out += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return bytes.count > longestText ? out + "…" : out
    }

    static let longestText = 40
}
