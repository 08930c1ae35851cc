import Documents
import System
public import Verification
public import Wire

/// A protocol that a file describes: how its messages end, what may be asked, what that does, how it may be answered.
///
///     crossfire-protocol: 1
///     framing: {line: "\n"}
///     requests:
///       ADD: {send: "ADD {key} {by}", does: add, replies: [{is: "OK {result:int}"}]}
///       READ: {send: "READ {key}", does: read, replies: [{is: "OK {result:int}"}]}
///     any-reply: [{is: ERR, unknown-command: true}]
///     absent: 0
///
/// There are no expressions in it: reading is linear in the bytes of a message, and bounded.
public struct DescribedProtocol: RequestReplyProtocol {
    let description: ProtocolDescription

    /// Reads a file; its name, without its folder, is the protocol's.
    ///
    /// - Throws: `DescriptionError`.
    public init(path: String) throws(DescriptionError) {
        let text: String
        do { text = try SmallFile.text(path, atMost: BoundedYAML.maximumBytes) } catch {
            throw DescriptionError(description: "\(path): it cannot be read: \(error)")
        }
        try self.init(text, name: path)
    }

    /// Reads the text of a file.
    ///
    /// - Parameter name: the file's path, for errors, and for the protocol's name.
    /// - Throws: `DescriptionError`.
    public init(_ text: String, name path: String) throws(DescriptionError) {
        do throws(DocumentError) {
            var reader = try DescriptionReader(try Document(text))
            description = try reader.read(text: text, name: Self.name(of: path))
        } catch {
            throw DescriptionError(description: "\(path):\(error)")
        }
    }

    /// What a scenario can say in one word, and finds again as a file.
    private static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let word = String(file.map { $0.isWhitespace || $0 == "\"" || $0 == "#" ? "-" : $0 })
        return word.hasSuffix(".yaml") || word.hasSuffix(".yml") ? word : word + ".yaml"
    }

    /// The protocol that a file describes: one of its own, or HTTP of which it says more.
    ///
    /// - Throws: `DescriptionError`.
    public static func read(path: String) throws(DescriptionError) -> any WireCodec {
        let described = try DescribedProtocol(path: path)
        guard described.description.requestFraming == .http else { return described }
        return RefinedHTTP(base: HTTPCodec(), description: described.description)
    }

    /// The file's name.
    public var name: String { description.name }

    /// The file itself, which scenarios in other folders need as well.
    public var file: ProtocolFile? { ProtocolFile(name: name, text: description.text) }

    // MARK: Framing

    /// By the rules of the side that sends.
    public func frame(_ bytes: Span<UInt8>, from role: Role) -> Framing {
        (role == .client ? description.requestFraming : description.replyFraming).frame(bytes, from: role)
    }

    /// The request with the first word's name, its places filled with the others in the order of its form; what no form fits
    /// is written as words of a line.
    public func encodeRequest(_ words: [[UInt8]]) -> [UInt8] {
        let framing = description.requestFraming
        guard let name = words.first, let request = description.request(named: name),
            let values = request.form.values(words.dropFirst())
        else {
            return framing.message(Array(words.joined(separator: [0x20])))
        }
        return framing.message(request.form.bytes(values))
    }

    /// Whether requests do something to objects.
    public var hasSharedState: Bool { description.requests.contains { $0.effect != nil } }

    /// Whether its request is one that is answered.
    public func isAnswered(_ request: Span<UInt8>) -> Bool {
        guard description.hasSilentRequests else { return true }
        return !(description.asked(Array(copying: request))?.request.isSilent ?? false)
    }

    /// By `match: {tag: …}`.
    public var answersByTag: Bool { description.tag != nil }

    /// The bytes of the place that `match: {tag: …}` names.
    public func tag(of message: Span<UInt8>, from role: Role) -> Range<Int>? {
        description.tag?.range(message, role, description)
    }

    /// What the reply told of its object, for `{expected}` in a later request.
    public func told(_ reply: Span<UInt8>) -> [UInt8]? {
        description.compares ? description.told(Array(copying: reply)) : nil
    }

    // MARK: Meaning

    /// What the file says that is drawn.
    public var vocabulary: Vocabulary? { description.vocabulary }

    /// What `does` says.
    public func operation(of request: [UInt8]) -> ObjectOperation? {
        guard let asked = description.asked(request), let effect = asked.request.effect else { return nil }
        return description.effect(effect, asked).map { ObjectOperation(description.object(of: asked) ?? [], $0) }
    }

    /// What no form explains may do anything.
    public func mayChangeAnything(_ request: [UInt8]) -> Bool { description.asked(request) == nil }

    /// What refuses whatever was asked.
    public func refusal(in reply: [UInt8]) -> Refusal? {
        switch description.anyReply(reply)?.outcome {
        case .refused, .uncertain: .refused
        case .unknownCommand: .unknownCommand
        case .done, nil: nil
        }
    }

    /// What the first reply that fits says.
    public func answer(_ reply: [UInt8], to request: [UInt8]) -> Answer? { description.answer(reply, to: request) }

    /// Its token, or the tag by which it is answered.
    public func tag(ofRequest request: [UInt8]) -> Range<Int>? {
        if answersByTag { return tag(of: request.span, from: .client) }
        guard description.hasTokens, let asked = description.asked(request),
            let hole = asked.request.form.index(of: HoleName.token), description.repeatsToken(asked.request)
        else { return nil }
        return asked.match.ranges[hole]
    }

    /// Its token, or its tag.
    public func tag(ofReply reply: [UInt8]) -> Range<Int>? {
        if answersByTag { return tag(of: reply.span, from: .server) }
        return description.hasTokens ? description.token(ofReply: reply) : nil
    }

    /// The name that the file gives it.
    public func command(of request: [UInt8]) -> String {
        description.asked(request)?.request.name ?? "request"
    }

    /// Whether something is written on the condition of a version.
    public var tellsVersions: Bool { description.comparesVersions }

    /// By `version` of a reply.
    public func version(told reply: [UInt8], to request: [UInt8]) -> ObjectVersion? {
        description.version(told: reply, to: request)
    }

    /// By `waits: true`.
    public func mayWait(_ request: [UInt8]) -> Bool { description.asked(request)?.request.waits ?? false }

    /// Nil of lines; of other messages a request's name, and what its places hold.
    public func words(of message: [UInt8], from role: Role) -> String? { description.words(of: message, from: role) }

    /// Messages of a server that match `unsolicited` answer nobody.
    public func pairing() -> (any ReplyPairing)? {
        description.unsolicited.isEmpty ? nil : UnsolicitedPairing(description: description)
    }
}

/// What is wrong with a protocol's description.
public struct DescriptionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// `lines.yaml:7:14: expected …`.
    public let description: String
}

extension Array<UInt8> {
    init(copying span: Span<UInt8>) {
        self.init()
        reserveCapacity(span.count)
        for index in 0..<span.count { append(span[index]) }
    }
}

/// Sets aside what a server says unasked.
private struct UnsolicitedPairing: ReplyPairing {
    let description: ProtocolDescription

    func place(of message: Span<UInt8>, after request: Span<UInt8>?) -> MessagePlace {
        description.isUnsolicited(Array(copying: message)) ? .unsolicited : .reply(more: 0)
    }
}

extension MessageTemplate {
    /// The values of its holes from the words that a scenario says; nil where there are more or fewer.
    func values(_ words: ArraySlice<[UInt8]>) -> [[UInt8]]? {
        words.count == holes.count ? Array(words) : nil
    }
}
