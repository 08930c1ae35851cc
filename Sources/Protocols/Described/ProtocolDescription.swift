import Verification
import Wire

/// What a file says of a protocol. One object, as protocols are passed about a lot.
final class ProtocolDescription: Sendable {
    let name: String
    let text: String
    let requestFraming: DescribedFraming
    let replyFraming: DescribedFraming
    let requests: [DescribedRequest]
    /// What may answer any request.
    let anyReplies: [DescribedReply]
    /// How a server writes that there is nothing, though it looks like a value.
    let absent: [UInt8]?
    /// Forms of what a server says unasked.
    let unsolicited: [MessageTemplate]
    /// Where a message's tag is; nil where replies come in the order of the requests.
    let tag: TagPlace?
    /// Whether some request compares, and if so versions.
    let compares: Bool
    let comparesVersions: Bool
    let vocabulary: Vocabulary
    let hasSilentRequests: Bool
    let hasTokens: Bool
    private let places: [String: Int]
    /// The order in which a request's form is looked for: what says more goes first, so that what says less does not take it.
    private let order: [Int]

    init(
        name: String, text: String, framing: (request: DescribedFraming, reply: DescribedFraming),
        requests: [DescribedRequest], anyReplies: [DescribedReply], absent: [UInt8]?, unsolicited: [MessageTemplate],
        tag: TagPlace?, vocabulary: Vocabulary
    ) {
        self.name = name
        self.text = text
        requestFraming = framing.request
        replyFraming = framing.reply
        self.requests = requests
        self.anyReplies = anyReplies
        self.absent = absent
        self.unsolicited = unsolicited
        self.tag = tag
        let comparing = requests.filter { $0.effect == .compareAndSet }
        compares = !comparing.isEmpty
        comparesVersions = comparing.contains { $0.form.index(of: HoleName.version) != nil }
        self.vocabulary = vocabulary
        hasSilentRequests = requests.contains(where: \.isSilent)
        hasTokens = requests.contains { $0.form.index(of: HoleName.token) != nil }
        let detail = requests.map { ($0.form.parts.count, $0.form.pieces.count) }
        order = requests.indices.sorted { (detail[$1].0, detail[$1].1, $0) < (detail[$0].0, detail[$0].1, $1) }
        places = Dictionary(uniqueKeysWithValues: requests.enumerated().map { ($1.name, $0) })
    }

    /// A request that was understood.
    struct Asked {
        let request: DescribedRequest
        let match: MessageTemplate.Match
        /// What the match is of.
        let bytes: [UInt8]
    }

    func request(named name: [UInt8]) -> DescribedRequest? {
        places[String(decoding: name, as: UTF8.self)].map { requests[$0] }
    }

    /// The request whose form it has; of several that which says most, and of these the first.
    func asked(_ bytes: [UInt8]) -> Asked? {
        let view = requestFraming.view(bytes, from: .client)
        for place in order {
            let request = requests[place]
            guard let match = request.form.match(view) else { continue }
            return Asked(request: request, match: match, bytes: view.bytes)
        }
        return nil
    }

    func anyReply(_ bytes: [UInt8]) -> DescribedReply? {
        let view = replyFraming.view(bytes, from: .server)
        return anyReplies.first { $0.form.match(view) != nil }
    }

    // MARK: Effects

    func effect(_ effect: DescribedEffect, _ asked: Asked) -> ObjectOperation.Effect? {
        let (form, bytes) = (asked.request.form, asked.bytes)
        func value(_ name: String) -> [UInt8]? {
            form.index(of: name).map { canonical($0, form, asked.match, bytes) }
        }
        // Where what is not there looks like a value, what has that value may as well not be there.
        func isAbsence(_ value: [UInt8]) -> Bool { value == absent }
        switch effect {
        case .read: return .read
        case .take: return .take
        case .delete: return .remove
        case .exists: return .exists
        case .unknown: return .unknown
        case .add, .subtract, .getAndAdd:
            guard let step = step(asked), absent == nil || (effect == .subtract ? step < 0 : step > 0) else {
                return .unknown
            }
            return .add(effect == .subtract ? -step : step)
        case .write, .writeIfAbsent, .swap, .append, .compareAndSet:
            guard let written = value(HoleName.value), !isAbsence(written) else { return .unknown }
            switch effect {
            case .writeIfAbsent: return .writeIfAbsent(written)
            case .swap: return .swap(written)
            case .append: return .append(written)
            case .compareAndSet:
                if let version = value(HoleName.version) { return .writeIfVersion(version, written) }
                guard let expected = value(HoleName.expected), !isAbsence(expected) else { return .unknown }
                return .compareAndSet(expected: expected, written)
            default: return .write(written)
            }
        }
    }

    /// How far a counter is to go; 1 where the request does not say it. Nil beyond what is modelled.
    private func step(_ asked: Asked) -> Int? {
        guard let hole = asked.request.form.index(of: HoleName.step) else { return 1 }
        return asked.request.form.number(hole, asked.match, in: asked.bytes).flatMap {
            $0.magnitude < 1 << 62 ? $0 : nil
        }
    }

    /// A value as it is compared: a number of bytes is its decimal text.
    private func canonical(
        _ hole: Int, _ form: MessageTemplate, _ match: MessageTemplate.Match, _ bytes: [UInt8]
    ) -> [UInt8] {
        if form.holes[hole].form != nil, let number = form.number(hole, match, in: bytes) {
            return Array(String(number).utf8)
        }
        let raw = bytes[match.ranges[hole]]
        return form.isJSON(hole) ? Self.plain(raw) : Array(raw)
    }

    /// A value of a JSON text, however it was written: `"a\/b"` is `a/b`, and `5.0` is 5.
    private static func plain(_ raw: ArraySlice<UInt8>) -> [UInt8] {
        if raw.contains(UInt8(ascii: "\\")) { return JSONText.decodedBytes(raw) }
        guard let point = raw.firstIndex(of: UInt8(ascii: ".")), point + 1 < raw.endIndex,
            raw[(point + 1)...].allSatisfy({ $0 == UInt8(ascii: "0") }),
            MessageTemplate.decimal(Array(raw), 0..<point - raw.startIndex) != nil
        else { return Array(raw) }
        return Array(raw[..<point])
    }

    /// The object that a request is about; nil where it names none, and none is common to all.
    func object(of asked: Asked) -> [UInt8]? {
        asked.request.key.map { canonical($0, asked.request.form, asked.match, asked.bytes) }
            ?? asked.request.commonObject
    }

    // MARK: Answers

    func answer(_ reply: [UInt8], to request: [UInt8]) -> Answer? {
        // What nobody described says nothing, but for what is described of any.
        guard let asked = asked(request) else { return .acknowledged }
        return answer(reply, to: asked)
    }

    func answer(_ reply: [UInt8], to asked: Asked) -> Answer? {
        let view = replyFraming.view(reply, from: .server)
        for candidate in asked.request.replies {
            guard let match = candidate.form.match(view) else { continue }
            let repeats = candidate.repeated.allSatisfy { pair in
                canonical(pair.request, asked.request.form, asked.match, asked.bytes)
                    == canonical(pair.reply, candidate.form, match, view.bytes)
            }
            if repeats { return answer(candidate, match, view.bytes, asked) }
        }
        return nil
    }

    private func answer(
        _ candidate: DescribedReply, _ match: MessageTemplate.Match, _ reply: [UInt8], _ asked: Asked
    ) -> Answer? {
        switch candidate.outcome {
        case .refused: return .refused
        case .uncertain: return .uncertain
        case .unknownCommand: return .refused
        case .done(.acknowledged): return .acknowledged
        case .done(.nothing): return .nothing
        case .done(.yes): return .number(1)
        case .done(.no): return .number(0)
        case .done(.number(let number)): return .number(number)
        case .done(.hole(let hole)):
            let value = canonical(hole, candidate.form, match, reply)
            guard asked.request.effect?.counts ?? false else { return value == absent ? .nothing : .value(value) }
            // What counts tells a number.
            guard let number = MessageTemplate.decimal(value, value.indices) else { return nil }
            guard asked.request.effect == .getAndAdd else { return .number(number) }
            return step(asked).flatMap { step in
                let (sum, isTooLarge) = number.addingReportingOverflow(step)
                return isTooLarge ? nil : .number(sum)
            }
        }
    }

    // MARK: Versions

    func version(told reply: [UInt8], to request: [UInt8]) -> ObjectVersion? {
        guard let asked = asked(request), let object = object(of: asked) else { return nil }
        let view = replyFraming.view(reply, from: .server)
        for candidate in asked.request.replies where candidate.version != nil {
            guard let version = candidate.version, let match = candidate.form.match(view) else { continue }
            let told = canonical(version, candidate.form, match, view.bytes)
            guard !told.isEmpty else { return nil }
            if case .done(.hole(let hole)) = candidate.outcome, asked.request.effect != .getAndAdd {
                let value = canonical(hole, candidate.form, match, view.bytes)
                return value == absent ? nil : ObjectVersion(object: object, version: told, value: value)
            }
            guard case .done = candidate.outcome, asked.request.effect?.leavesItsValue ?? false,
                let hole = asked.request.form.index(of: HoleName.value)
            else { return nil }
            let value = canonical(hole, asked.request.form, asked.match, asked.bytes)
            return ObjectVersion(object: object, version: told, value: value)
        }
        return nil
    }

    // MARK: Tokens

    /// Whether some reply to it repeats its token.
    func repeatsToken(_ request: DescribedRequest) -> Bool {
        request.replies.contains { $0.form.index(of: HoleName.token) != nil }
    }

    func token(ofReply reply: [UInt8]) -> Range<Int>? {
        let view = replyFraming.view(reply, from: .server)
        for request in requests {
            for candidate in request.replies {
                guard let hole = candidate.form.index(of: HoleName.token) else { continue }
                if let match = candidate.form.match(view) { return match.ranges[hole] }
            }
        }
        return nil
    }

    func isUnsolicited(_ message: [UInt8]) -> Bool {
        let view = replyFraming.view(message, from: .server)
        return unsolicited.contains { $0.match(view) != nil }
    }

    /// The first form of a reply that it has.
    func form(ofReply reply: [UInt8]) -> (form: MessageTemplate, match: MessageTemplate.Match)? {
        let view = replyFraming.view(reply, from: .server)
        for candidate in requests.lazy.flatMap(\.replies) {
            if let match = candidate.form.match(view) { return (candidate.form, match) }
        }
        return nil
    }

    /// What a reply tells its client to compare with later: what the object holds, or which version.
    func told(_ reply: [UInt8]) -> [UInt8]? {
        let view = replyFraming.view(reply, from: .server)
        for candidate in requests.lazy.flatMap(\.replies) {
            guard let hole = comparesVersions ? candidate.version : candidate.result else { continue }
            guard let match = candidate.form.match(view), !match.ranges[hole].isEmpty else { continue }
            return canonical(hole, candidate.form, match, view.bytes)
        }
        return nil
    }

    // MARK: For people

    /// Of lines their bytes are as good.
    func words(of message: [UInt8], from role: Role) -> String? {
        if case .lines = role == .client ? requestFraming : replyFraming { return nil }
        if role == .client {
            return asked(message).map {
                ([$0.request.name] + values($0.request.form, $0.match, message)).joined(separator: " ")
            }
        }
        return form(ofReply: message).map {
            ($0.form.constants + values($0.form, $0.match, message)).joined(separator: " ")
        }
    }

    private func values(_ form: MessageTemplate, _ match: MessageTemplate.Match, _ bytes: [UInt8]) -> [String] {
        form.holes.indices.filter {
            form.holes[$0].name != MessageTemplate.anything && form.holes[$0].name != tag?.name
        }.map {
            printable(canonical($0, form, match, bytes))
        }
    }
}

/// Where messages have the tag by which a reply names its request.
struct TagPlace: Sendable {
    let name: String
    /// In the header of all messages; nil where their forms tell.
    let place: Range<Int>?

    func range(_ message: Span<UInt8>, _ role: Role, _ description: ProtocolDescription) -> Range<Int>? {
        if let place { return place.upperBound <= message.count ? place : nil }
        let bytes = Array(copying: message)
        let found =
            role == .client
            ? description.asked(bytes).map { ($0.request.form, $0.match) }
            : description.form(ofReply: bytes).map { ($0.form, $0.match) }
        guard let (form, match) = found, let hole = form.index(of: name) else { return nil }
        return match.ranges[hole]
    }
}
