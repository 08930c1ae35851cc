import Verification
public import Wire

/// How clients log in, as it is written and kept: secrets are places in it, such as `{env:NAME}`.
public struct Login: Equatable, Sendable {
    /// Requests, as a scenario's `send` has them, that each connection begins with, one after the other.
    public var requests: [String] = []
    /// Fields of each request's header, `NAME: VALUE`, for a protocol that has such.
    public var headers: [String] = []

    /// Clients do not log in.
    public init(requests: [String] = [], headers: [String] = []) {
        self.requests = requests
        self.headers = headers
    }

    /// Whether clients do not log in.
    public var isEmpty: Bool { requests.isEmpty && headers.isEmpty }
}

/// A login with its secrets: what clients send, and what is to be hidden of it.
public struct Credentials: Sendable {
    /// The login as it may be kept.
    public let login: Login
    /// What nobody is to read.
    public let secrets: Secrets
    /// The protocol, with the header fields.
    public let codec: any WireCodec
    /// What each connection begins with.
    package let steps: [LoginStep]

    /// Nobody logs in, and nothing is secret.
    public init(_ codec: any WireCodec) {
        (login, secrets, self.codec, steps) = (Login(), Secrets(), codec, [])
    }

    /// Takes secrets from where they are.
    ///
    /// - Parameter texts: other texts with places of secrets: a command, variables.
    /// - Throws: what cannot be taken, or is no login.
    public init(
        _ login: Login, for codec: any WireCodec, and texts: [String] = []
    ) throws(CredentialsError) {
        var secrets = Secrets()
        guard !(login.requests + login.headers).contains(where: Secrets.isNotKept) else { throw .notKept }
        for text in login.requests + login.headers + texts { try secrets.resolve(text) }
        let spoken = codec.spoken
        let fields = login.headers.map { Array(secrets.filled($0).utf8) }
        guard let codec = fields.isEmpty ? codec : codec.sending(headers: fields) else {
            throw .noHeader(protocolName: codec.name)
        }
        for (text, field) in zip(login.headers, fields) {
            let isGiven = Secrets.places(in: text).isEmpty
            for secret in spoken.secrets(ofHeader: field, isGiven: isGiven) { secrets.add(literal: secret) }
        }
        var steps: [LoginStep] = []
        for text in login.requests {
            let step = try LoginStep(text, codec, &secrets)
            steps.append(step)
            secrets.add(context: step.bytes)
        }
        for field in fields { secrets.add(context: field) }
        guard !texts.contains(where: { Secrets.isNotKept(secrets.filled($0)) }) else { throw .notKept }
        (self.secrets, self.codec, self.steps) = (secrets, codec, steps)
        self.login = Login(
            requests: login.requests.map(secrets.hiddenLogin), headers: login.headers.map(secrets.hiddenLogin))
    }
}

/// What a client sends, and how many replies it waits for.
package struct LoginStep: Sendable {
    package let bytes: [UInt8]
    package let replies: Int

    /// A request that has nothing to do with secrets.
    init(_ payload: Scenario.Payload, _ codec: any WireCodec) {
        var binding = Binding(campaign: CampaignName.fresh(), execution: 0)
        var builder = RequestBuilder()
        bytes = builder.build(.step(.init(client: 0, .send(payload))), &binding, codec)[0]
        replies = if case .requests(let requests) = payload { requests.count } else { 1 }
    }

    /// A request of these words.
    init(words: [String], _ codec: any WireCodec) {
        (bytes, replies) = (codec.encodeRequest(words.map { Array($0.utf8) }), 1)
    }

    /// Reads what stands behind a `send`; a text that is nothing but a place is there as a whole.
    fileprivate init(_ text: String, _ codec: any WireCodec, _ secrets: inout Secrets) throws(CredentialsError) {
        let request: RequestText
        do throws(ScenarioError) {
            request = try RequestText(secrets.whole(text) ?? secrets.marked(text))
        } catch {
            throw .notARequest(secrets.hidden(text), reason: error.message)
        }
        var binding = Binding(campaign: CampaignName.fresh(), execution: 0)
        let known = secrets
        let fill = { (template: Template) in known.filled(template.bytes(&binding, client: 0)) }
        var words: [[[UInt8]]]
        switch request.payload {
        case .raw(let template):
            bytes = fill(template)
            replies = 1
            words = [bytes.split { $0 <= 0x20 }.map(Array.init)]
        case .requests(let requests):
            words = requests.map { $0.map(fill) }
            bytes = words.flatMap(codec.encodeRequest)
            replies = words.count
        }
        // Who names a secret has said which of it is one.
        guard Secrets.places(in: text).isEmpty || secrets.whole(text) != nil else { return }
        for secret in words.flatMap(codec.spoken.secrets(ofLogin:)) { secrets.add(literal: secret) }
    }
}
