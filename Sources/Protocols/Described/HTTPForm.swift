import Documents
import Wire

/// What of an HTTP request stands outside of its first line: its body, and fields of its header.
struct HTTPForm: Sendable {
    private var body: Body?
    private var fields: [(name: String, value: Value)] = []

    private indirect enum Body: Sendable {
        case json(JSON)
        case text(Value)
    }

    private indirect enum JSON: Sendable {
        case object([(name: String, value: JSON)])
        case array([JSON])
        /// A number is written as it is, anything else as a text.
        case hole(Int, isNumber: Bool)
        /// As it is written.
        case constant(String)
    }

    private enum Value: Sendable {
        case hole(Int)
        case constant(String)
    }

    /// Reads `headers` and `body` of a request, and has the form look for their places.
    ///
    /// - Parameter isNumber: whether what is written into a hole is a number.
    init(
        _ map: DocumentMap, _ form: inout MessageTemplate, isNumber: (String) -> Bool
    ) throws(DocumentError) {
        for entry in try map["headers"]?.map("fields of the header").entries ?? [] {
            guard entry.key.utf8.allSatisfy(HTTPReader.isToken), !entry.key.isEmpty else {
                throw DocumentError(place: entry.place, reason: "'\(entry.key)' is no name of a field")
            }
            let name = Array(entry.key.lowercased().utf8)
            fields.append((entry.key, try Self.value(entry.value, .field(name), &form)))
        }
        if let section = map["body"] {
            if case .text = section.content {
                body = .text(try Self.value(section, .body, &form))
            } else {
                body = .json(try Self.json(section, [], &form, isNumber))
            }
        }
    }

    /// `{name}` alone, or a text.
    private static func value(
        _ document: Document, _ source: MessageTemplate.Part.Source, _ form: inout MessageTemplate
    ) throws(DocumentError) -> Value {
        let text = try document.text("a text, or {name}")
        guard let (name, isNumber) = hole(text) else { return .constant(text) }
        return .hole(try add(MessageTemplate.Hole(name: name, isNumber: isNumber), source, &form, document))
    }

    private static func json(
        _ document: Document, _ path: [String], _ form: inout MessageTemplate, _ isNumber: (String) -> Bool
    ) throws(DocumentError) -> JSON {
        switch document.content {
        case .map(let entries):
            var members: [(name: String, value: JSON)] = []
            for entry in entries {
                members.append((entry.key, try json(entry.value, path + [entry.key], &form, isNumber)))
            }
            return .object(members)
        case .list(let elements):
            var list: [JSON] = []
            for (index, element) in elements.enumerated() {
                list.append(try json(element, path + [String(index)], &form, isNumber))
            }
            return .array(list)
        case .text(let text):
            guard let (name, isDecimal) = hole(text) else { return .constant(constant(text)) }
            let isNumber = isDecimal || isNumber(name)
            let hole = MessageTemplate.Hole(name: name, isNumber: isNumber)
            return .hole(try add(hole, .json(path), &form, document), isNumber: isNumber)
        }
    }

    private static func add(
        _ hole: MessageTemplate.Hole, _ source: MessageTemplate.Part.Source, _ form: inout MessageTemplate,
        _ document: Document
    ) throws(DocumentError) -> Int {
        let place = try form.place(of: hole, document)
        form.parts.append(MessageTemplate.Part(source: source, hole: place))
        return place
    }

    /// `{name}`, `{name:int}`.
    private static func hole(_ text: String) -> (name: String, isNumber: Bool)? {
        guard text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
        let name = String(text.dropFirst().dropLast())
        if name.hasSuffix(":int"), MessageTemplate.isName(String(name.dropLast(4))) {
            return (String(name.dropLast(4)), true)
        }
        return MessageTemplate.isName(name) ? (name, false) : nil
    }

    /// Numbers, `true`, `false` and `null` are those of JSON.
    private static func constant(_ text: String) -> String {
        if ["true", "false", "null"].contains(text) || Int(text) != nil || Double(text) != nil { return text }
        return quoted(Array(text.utf8))
    }

    private static func quoted(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = [UInt8(ascii: "\"")]
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: out += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self) + "\""
    }

    // MARK: Writing

    /// A request with this first line, without the version, and what the holes hold.
    func request(_ line: [UInt8], _ values: [[UInt8]], _ codec: HTTPCodec) -> [UInt8] {
        let space = line.firstIndex(of: 0x20) ?? line.count
        var words = [Array(line[..<space]), Array(line[min(space + 1, line.count)...])]
        var headers = fields.map { name, value in Array("\(name): ".utf8) + bytes(value, values) }
        switch body {
        case .json(let json):
            headers.append(Array("Content-Type: application/json".utf8))
            words.append(Array(text(json, values).utf8))
        case .text(let value): words.append(bytes(value, values))
        case nil: break
        }
        return (codec.sending(headers: headers) ?? codec).encodeRequest(words)
    }

    private func bytes(_ value: Value, _ values: [[UInt8]]) -> [UInt8] {
        switch value {
        case .hole(let hole): values[hole]
        case .constant(let text): Array(text.utf8)
        }
    }

    private func text(_ json: JSON, _ values: [[UInt8]]) -> String {
        switch json {
        case .object(let members):
            let inner = members.map { "\(Self.quoted(Array($0.name.utf8))): \(text($0.value, values))" }
            return "{\(inner.joined(separator: ", "))}"
        case .array(let elements): return "[\(elements.map { text($0, values) }.joined(separator: ", "))]"
        case .hole(let hole, let isNumber):
            let isDecimal = MessageTemplate.decimal(values[hole], values[hole].indices) != nil
            return isNumber && isDecimal ? String(decoding: values[hole], as: UTF8.self) : Self.quoted(values[hole])
        case .constant(let text): return text
        }
    }
}

/// HTTP, of which a file says what requests do to objects.
struct RefinedHTTP: WireCodec {
    var base: HTTPCodec
    let description: ProtocolDescription

    var name: String { description.name }
    var file: ProtocolFile? { ProtocolFile(name: name, text: description.text) }
    var hasSharedState: Bool { base.hasSharedState }
    var boundsReplies: Bool { base.boundsReplies }
    var framesRepliesByRequest: Bool { base.framesRepliesByRequest }
    func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing { base.frame(bytes, from: role) }
    func frameReply(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Framing { base.frameReply(bytes, to: request) }
    func preamble(_ reply: Span<UInt8>) -> Int { base.preamble(reply) }
    func endsWithStream(_ bytes: Span<UInt8>, to request: Span<UInt8>?) -> Bool {
        base.endsWithStream(bytes, to: request)
    }

    /// The request with the first word's name; what has none is written as HTTP writes it.
    func encodeRequest(_ words: [[UInt8]]) -> [UInt8] {
        guard let name = words.first, let request = description.request(named: name), let form = request.http,
            let values = request.form.values(words.dropFirst())
        else { return base.encodeRequest(words) }
        return form.request(request.form.bytes(values), values, base)
    }

    func told(_ reply: Span<UInt8>) -> [UInt8]? {
        description.compares ? description.told(Array(copying: reply)) : nil
    }

    func sending(headers: [[UInt8]]) -> (any WireCodec)? {
        guard let base = base.sending(headers: headers) as? HTTPCodec else { return nil }
        return RefinedHTTP(base: base, description: description)
    }
}
