import Documents
import Verification
import Wire

/// Reads what a file says of a protocol.
struct DescriptionReader {
    private let top: DocumentMap
    private var values: [String: DescribedValue] = [:]
    private var binary: BinaryForm?
    private var isHTTP = false

    /// The version of the format, which stands first.
    private static let version = "1"
    private static let sections = [
        "crossfire-protocol", "name", "framing", "header", "match", "requests", "any-reply", "values", "absent",
        "login",
        "unsolicited",
    ]
    /// So many requests a protocol may have.
    private static let maximumRequests = 256
    private static let maximumReplies = 64

    init(_ document: Document) throws(DocumentError) {
        top = try document.map("a protocol's description", Self.sections)
        let version = try top.required("crossfire-protocol", "the version of the format, 1")
        guard try version.text("the version of the format, 1") == Self.version else {
            throw version.error("expected version 1")
        }
    }

    mutating func read(text: String, name: String) throws(DocumentError) -> ProtocolDescription {
        if let title = top["name"] { _ = try title.text("what people call the protocol") }
        if let section = top["values"] { try readValues(section) }
        let framing = try FramingReader(try top.required("framing", "how messages end")).read()
        isHTTP = framing.request == .http
        switch framing.request {
        case .lengths(let lengths): binary = try BinaryForm(top["header"], lengths)
        case .datagram where top["header"] != nil, .fixed: binary = try BinaryForm(top["header"], nil)
        default:
            if let header = top["header"] {
                throw header.error("a header needs framing by length, of fixed size, or datagram")
            }
        }
        let anyReplies =
            try top["any-reply"].map { section throws(DocumentError) in try replies(section, of: nil) } ?? []
        let section = try top.required("requests", "what may be asked")
        let entries = try section.map("a map of names to requests").entries
        guard (1...Self.maximumRequests).contains(entries.count) else {
            throw section.error("expected 1 to \(Self.maximumRequests) requests")
        }
        var requests: [DescribedRequest] = []
        for entry in entries { requests.append(try request(entry, anyReplies)) }
        let absent = try top["absent"].map { value throws(DocumentError) in
            Array(try value.text("what is told of an object that does not exist").utf8)
        }
        let login = try top["login"].map { section throws(DocumentError) in try self.login(section, requests) } ?? []
        let tag = try top["match"].map { section throws(DocumentError) in try self.tag(section, requests) } ?? nil
        var unsolicited: [MessageTemplate] = []
        for form in try top.list("unsolicited", "forms of messages") {
            unsolicited.append(try self.unsolicited(form))
        }
        let vocabulary = try DescribedVocabulary(values: values, login: login).vocabulary(of: requests)
        return ProtocolDescription(
            name: name, text: text, framing: framing, requests: requests, anyReplies: anyReplies, absent: absent,
            unsolicited: unsolicited, tag: tag, vocabulary: vocabulary)
    }

    // MARK: Values

    private mutating func readValues(_ section: Document) throws(DocumentError) {
        for entry in try section.map("a map of names to what is written there").entries {
            guard MessageTemplate.isName(entry.key) else {
                throw DocumentError(
                    place: entry.place, reason: "'\(entry.key)' is no name of letters, digits, '-' and '_'")
            }
            values[entry.key] = try value(entry.value)
        }
    }

    private func value(_ document: Document) throws(DocumentError) -> DescribedValue {
        let what = "tokens, any-length, integers, a range as 1..10, or a list of values"
        if case .text(let text) = document.content {
            switch text {
            case "tokens": return .tokens
            case "any-length": return .tokensOfAnyLength
            case "integers": return .numbers(1...1_000_000_000)
            default: break
            }
            if let dots = text.firstRange(of: "..") {
                guard let low = Int(text[..<dots.lowerBound]), let high = Int(text[dots.upperBound...]), low <= high
                else { throw document.error("expected \(what)") }
                return .numbers(low...high)
            }
        }
        var choices: [String] = []
        for choice in try document.list(what) { choices.append(try choice.text("a value")) }
        guard (1...DescribedVocabulary.maximumChoices).contains(choices.count) else {
            throw document.error("expected 1 to \(DescribedVocabulary.maximumChoices) values")
        }
        return .oneOf(choices)
    }

    // MARK: Requests

    private func request(
        _ entry: Document.Entry, _ anyReplies: [DescribedReply]
    ) throws(DocumentError) -> DescribedRequest {
        guard MessageTemplate.isName(entry.key) else {
            throw DocumentError(place: entry.place, reason: "'\(entry.key)' is no name of letters, digits, '-' and '_'")
        }
        let known = ["send", "fields", "does", "object", "replies", "silent", "waits", "weight"]
        let own = isHTTP ? ["body", "headers"] : binary?.constants ?? []
        let map = try entry.value.map("what is sent and answered", known + own)
        var request = DescribedRequest(name: entry.key, place: entry.place, form: try form(map, "send"))
        if isHTTP {
            // A path has segments, and a query is no part of it.
            request.form.stops = Array("/?#".utf8)
            request.http = try HTTPForm(map, &request.form) { name in
                if case .numbers = values[name] { true } else { name == HoleName.step }
            }
        }
        if let does = map["does"] {
            guard let effect = DescribedEffect(rawValue: try does.text("what it does")) else {
                throw does.error("expected one of \(DescribedEffect.names)")
            }
            request.effect = effect
            try check(request, effect, does)
        }
        if let object = map["object"] { request.commonObject = Array(try object.text("an object's name").utf8) }
        if let silent = map["silent"] { request.isSilent = try silent.flag() }
        if let waits = map["waits"] { request.waits = try waits.flag() }
        if let weight = map["weight"] { request.weight = try weight.number("how often it is said", in: 0...1000) }
        if let section = map["replies"] {
            request.replies = try replies(section, of: request)
        } else if !request.isSilent {
            throw DocumentError(place: entry.place, reason: "expected 'replies', or 'silent: true'")
        }
        for reply in anyReplies { request.replies.append(reply.answering(request.form)) }
        return request
    }

    private func check(
        _ request: DescribedRequest, _ effect: DescribedEffect, _ does: Document
    ) throws(DocumentError) {
        if effect.takesValue, request.form.index(of: HoleName.value) == nil {
            throw does.error("\(effect.rawValue) needs {value} in the request")
        }
        if effect == .compareAndSet,
            request.form.index(of: HoleName.expected) ?? request.form.index(of: HoleName.version) == nil
        {
            throw does.error("compare-and-set needs {expected} or {version} in the request")
        }
    }

    private func form(_ map: DocumentMap, _ text: String) throws(DocumentError) -> MessageTemplate {
        if let binary { return try binary.form(map) }
        return try MessageTemplate(text: try map.required(text, "a message such as 'GET {key}'"))
    }

    /// In order, or by a place that all requests and their replies have.
    private func tag(_ section: Document, _ requests: [DescribedRequest]) throws(DocumentError) -> TagPlace? {
        if case .text(let text) = section.content {
            guard text == "in-order" else { throw section.error("expected in-order, or {tag: NAME}") }
            return nil
        }
        let map = try section.map("in-order, or {tag: NAME}", ["tag"])
        let document = try map.required("tag", "the place by which replies name their requests")
        let name = try document.text("a place's name")
        if let place = binary?.place(of: name) { return TagPlace(name: name, place: place) }
        for request in requests where !request.isSilent {
            let answers = request.replies.contains { $0.form.index(of: name) != nil }
            guard request.form.index(of: name) != nil, answers else {
                throw document.error("\(request.name): the request and a reply need {\(name)}")
            }
        }
        return TagPlace(name: name, place: nil)
    }

    private func unsolicited(_ document: Document) throws(DocumentError) -> MessageTemplate {
        guard let binary else { return try MessageTemplate(text: document) }
        return try binary.form(try document.map("a message", ["fields"] + binary.constants))
    }

    // MARK: Replies

    private func replies(
        _ section: Document, of request: DescribedRequest?
    ) throws(DocumentError) -> [DescribedReply] {
        let list = try section.list("replies such as {is: OK}")
        guard list.count <= Self.maximumReplies else { throw section.error("more than \(Self.maximumReplies) replies") }
        var replies: [DescribedReply] = []
        for document in list { replies.append(try reply(document, of: request)) }
        return replies
    }

    private func reply(_ document: Document, of request: DescribedRequest?) throws(DocumentError) -> DescribedReply {
        let known = ["is", "fields", "result", "version", "no-effect", "maybe", "unknown-command"]
        let map = try document.map("a reply such as {is: OK}", known + (binary?.constants ?? []))
        var form = try form(map, "is")
        var outcome = DescribedReply.Outcome.done(try result(map["result"], &form))
        let flags: [(String, DescribedReply.Outcome)] = [
            ("no-effect", .refused), ("maybe", .uncertain), ("unknown-command", .unknownCommand),
        ]
        for (name, meaning) in flags {
            if let flag = map[name], try flag.flag() { outcome = meaning }
        }
        if let counts = request?.effect?.counts, counts, case .done(let result) = outcome {
            switch result {
            case .hole, .acknowledged, .number: break
            case .nothing: outcome = .refused
            case .yes, .no: throw document.error("what counts answers a number")
            }
        }
        var version = form.index(of: HoleName.version)
        if let place = map["version"] {
            let text = try place.text("a place of the reply")
            version = try hole(text, HoleName.version, &form, place)
            guard version != nil else { throw place.error("expected a place of the reply, not '\(text)'") }
        }
        let reply = DescribedReply(form: form, outcome: outcome, version: version)
        return request.map { reply.answering($0.form) } ?? reply
    }

    private func result(
        _ document: Document?, _ form: inout MessageTemplate
    ) throws(DocumentError) -> DescribedReply.Result {
        guard let document else { return form.index(of: HoleName.result).map { .hole($0) } ?? .acknowledged }
        let text = try document.text("a place of the reply, nothing, true, false or a number")
        switch text {
        case "nothing": return .nothing
        case "true": return .yes
        case "false": return .no
        default: break
        }
        if let hole = try hole(text, HoleName.result, &form, document) { return .hole(hole) }
        guard let number = Int(text) else {
            throw document.error("expected a place of the reply, nothing, true, false or a number, not '\(text)'")
        }
        return .number(number)
    }

    /// A place of the form, or of HTTP one that is looked for under that name.
    private func hole(
        _ text: String, _ name: String, _ form: inout MessageTemplate, _ document: Document
    ) throws(DocumentError) -> Int? {
        if let hole = form.index(of: text) { return hole }
        guard isHTTP, let source = Self.part(text) else { return nil }
        let hole = try form.place(of: MessageTemplate.Hole(name: name), document)
        let isOptional = name == HoleName.version
        form.parts.append(MessageTemplate.Part(source: source, hole: hole, isOptional: isOptional))
        return hole
    }

    /// `body`, `body.items.0.n`, `header.ETag`.
    private static func part(_ text: String) -> MessageTemplate.Part.Source? {
        if text == "body" { return .body }
        let path = text.split(separator: ".").map(String.init)
        guard path.count > 1 else { return nil }
        switch path[0] {
        case "body": return .json(Array(path.dropFirst()))
        case "header" where path.count == 2: return .field(Array(path[1].lowercased().utf8))
        default: return nil
        }
    }

    // MARK: Login

    private func login(
        _ section: Document, _ requests: [DescribedRequest]
    ) throws(DocumentError) -> [RequestTemplate] {
        var login: [RequestTemplate] = []
        for document in try section.list("requests, each a name and its words") {
            let words = try document.text("a request's name and its words").split(separator: " ").map(String.init)
            guard let name = words.first, let request = requests.first(where: { $0.name == name }) else {
                throw document.error("expected the name of a request first")
            }
            guard words.count - 1 == request.form.holes.count else {
                throw document.error("\(name) takes \(request.form.holes.count) words")
            }
            var template = RequestTemplate(1, .read)
            template.words = words.map { .text($0) }
            login.append(template)
        }
        return login
    }
}

extension DescribedReply {
    /// With what it repeats of a request of this form.
    fileprivate func answering(_ request: MessageTemplate) -> DescribedReply {
        var copy = self
        copy.repeated = form.holes.enumerated().compactMap { place, hole in
            guard ![MessageTemplate.anything, HoleName.result, HoleName.version].contains(hole.name) else { return nil }
            return request.index(of: hole.name).map { (request: $0, reply: place) }
        }
        return copy
    }
}
