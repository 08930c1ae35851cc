package import Verification
package import Wire

extension HTTPCodec: WireProtocol {
    package func meaning(of evidence: Evidence) -> any Meaning { HTTPMeaning(accepted: evidence.acceptedMethods) }
    package var isToldByMessages: Bool { true }
    package var isToldByReplies: Bool { true }
    package func begins(_ bytes: [UInt8], from role: Role) -> Bool { HTTPHead.begins(bytes.span, from: role) }
    package func secrets(ofLogin words: [[UInt8]]) -> [[UInt8]] { HTTPCredentials.secrets(ofLogin: words) }
    package func secrets(ofHeader field: [UInt8], isGiven: Bool) -> [[UInt8]] {
        HTTPCredentials.secrets(ofField: field, isGiven: isGiven)
    }
    package var loginProbe: [String]? { ["GET", "/"] }
    package func deniesLogin(_ reply: [UInt8]) -> Bool { HTTPCredentials.isDenied(reply) }
}

/// Methods on paths. A call's words are its method and its target.
struct HTTPMeaning: Meaning {
    /// The requests of all calls.
    private(set) var requests: [HTTPCall] = []
    /// How the methods were answered, here and before.
    private(set) var methods = MethodUse()
    /// What was PUT where.
    private(set) var bodies = HTTPBodies()
    /// The first host that a request names, and whether another one names another.
    private var host: ArraySlice<UInt8>?
    private(set) var hasSeveralHosts = false

    /// The values that versions were told of, where a file says which are.
    private(set) var versions = ObjectVersions()
    /// What a file says of requests: instead of paths as registers.
    let refinement: ProtocolDescription?

    init(accepted: Set<String>, refinement: ProtocolDescription? = nil) {
        methods.accepted = accepted
        self.refinement = refinement
    }

    var wordsPerRequest: Int { 2 }
    var judgesReplies: Bool { true }
    var meeting: MeetingPlace { .objectsIfAny }
    var absence: String { "404" }
    var beginningOfReplies: [UInt8]? { Array("HTTP/1.1 ".utf8) }

    func head(of reply: Message) -> ReplyHead? { HTTPReply(reply.bytes).map { ReplyHead($0) } }

    func oddity(_ head: ReplyHead) -> String? { head.http.oddity?.rawValue }

    mutating func read(_ call: inout Call, _ exchange: Exchange, _ words: inout [Range<Int>]) {
        let request = exchange.request
        guard let head = HTTPHead(request.bytes.span, from: .client) else {
            call.isOpaque = true
            requests.append(
                HTTPCall(method: .other, flags: [], closes: false, hasRange: false, isPartial: false))
            return
        }
        words += [head.method, head.target]
        let method = HTTPMethod(request.bytes[head.method])
        requests.append(
            HTTPCall(
                method: method, flags: head.flags, closes: head.closes, hasRange: !head.range.isEmpty,
                isPartial: !head.contentRange.isEmpty || head.flags.contains(.isVariant)))
        if let reply = call.head?.http {
            let name = Reading.name(request.bytes, head.method)
            methods.add(name, isRefused: HTTPMethod.isRefused(status: Int(reply.status), name))
            let isUpgraded = reply.status == 101 && head.flags.contains(.upgrades)
            // Whose body is refused before it was sent may send something else in its place.
            let refusesBody = head.flags.contains(.expectsContinue) && reply.status >= 400
            call.endsPairing = isUpgraded || (method == .connect && reply.isSuccess) || refusesBody
        }
        if let refinement, refinement.comparesVersions, let reply = exchange.reply,
            let version = refinement.version(told: reply.bytes, to: request.bytes)
        {
            versions.note(version)
        }
        if !head.host.isEmpty { noteHost(request.bytes[head.host]) }
    }

    private mutating func noteHost(_ name: ArraySlice<UInt8>) {
        if let host, host != name { hasSeveralHosts = true }
        host = host ?? name
    }

    mutating func finish(_ reading: Reading) {
        if refinement == nil { bodies = HTTPBodies(self, reading) }
    }

    /// The method of a call, as people write it.
    func methodName(_ call: Call, _ request: Message, _ reading: Reading) -> String {
        Reading.name(request.bytes, reading.words[call.firstWord])
    }

    /// Whether the server always refuses what a call asks for.
    func isRefused(_ call: Call, _ request: Message, _ reading: Reading) -> Bool {
        call.wordCount > 0 && methods.isRefused(methodName(call, request, reading))
    }

    /// The request of a call.
    func http(_ call: Call, _ reading: Reading) -> HTTPCall {
        requests[reading.starts[Int(call.conversation)] + Int(call.exchange)]
    }

    /// A request's target.
    func target(_ call: Call, _ reading: Reading) -> Range<Int>? {
        call.wordCount > 1 ? reading.words[call.firstWord + 1] : nil
    }

    // MARK: For people

    func label(_ call: Call, _ reading: Reading) -> String {
        guard call.wordCount > 0 else { return "request \(call.exchange + 1)" }
        let request = reading.request(call)
        let name = methodName(call, request, reading)
        return target(call, reading).map { "\(name) \(Reading.text(request.bytes[$0]))" } ?? name
    }

    func commandName(_ call: Call, _ reading: Reading) -> String {
        if let name = refinement?.asked(reading.request(call).bytes)?.request.name { return name }
        return call.isOpaque ? "request" : http(call, reading).method.name
    }

    /// Status and body.
    func text(_ reply: Message) -> String {
        guard let head = HTTPHead(reply.bytes.span, from: .server) else { return Reading.text(reply.bytes) }
        let (bytes, range) = head.body(in: reply.bytes)
        if range.isEmpty, let length = head.contentLength { return "\(head.status), length \(length)" }
        return range.isEmpty ? "\(head.status)" : "\(head.status) \(Reading.text(bytes[range]))"
    }

    /// A redirection does nothing, either.
    func gotNothing(_ call: Call, _ reading: Reading) -> Bool {
        guard let head = call.head else { return false }
        return head.isError || HTTPMethod.redirections.contains(Int(head.status))
    }

    func isRefusal(_ head: ReplyHead) -> Bool { head.status >= 400 && head.status != 404 }

    func name(_ kind: HardKind) -> String { kind == .delete ? "DELETE" : kind.rawValue }
}
