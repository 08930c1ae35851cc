package import System
import Verification
package import Wire

/// Whether a target is ready: it takes a connection, lets clients log in, and, where a first request was named, answers that, and
/// not by an error.
package struct Readiness {
    private let address: TargetAddress
    private let network: NetworkNamespaces?
    private let codec: (any WireCodec)?
    private let knowsGreeting: Bool
    private let login: [LoginStep]
    private let ready: LoginStep?
    /// Asked where nothing else tells whether clients are logged in.
    private let probe: LoginStep?
    /// What is waited for; nil: a connection.
    let request: String?
    /// How long the next reply is waited for: servers that were asked too early may never answer. Nanoseconds.
    private var wait = Readiness.firstWait
    /// The last reply, where it was an error.
    package private(set) var refusal: String?

    private static let firstWait: Int64 = 1_000_000_000

    /// A target is ready that takes a connection.
    init(_ address: TargetAddress, in network: NetworkNamespaces?) {
        (self.address, self.network) = (address, network)
        (codec, knowsGreeting, login, ready, probe, request) = (nil, true, [], nil, nil, nil)
    }

    /// A target is ready that lets clients log in, and answers a request, where there is one.
    ///
    /// - Parameters:
    ///   - codec: the protocol as the target speaks it; nil: the client's.
    ///   - knowsGreeting: whether it is known what the target says unasked.
    package init(
        _ address: TargetAddress, in network: NetworkNamespaces?, answering: RequestText?, as client: Credentials,
        spoken codec: (any WireCodec)? = nil, knowsGreeting: Bool = true
    ) {
        (self.address, self.network, login) = (address, network, client.steps)
        (self.codec, self.knowsGreeting) = (codec ?? client.codec, knowsGreeting)
        ready = answering.map { LoginStep($0.payload, client.codec) }
        let words = client.login.headers.isEmpty || answering != nil ? nil : client.codec.spoken.loginProbe
        probe = words.map { LoginStep(words: $0, client.codec) }
        request = answering?.text ?? client.login.requests.first ?? words?.joined(separator: " ")
    }

    /// Whether it takes no more than a connection.
    var asksNothing: Bool { request == nil }

    /// What one look shows.
    package enum Look: Equatable {
        case ready
        case notYet
        /// The reply, as it is told.
        case loginRefused(String)
    }

    /// Whether further looks will show the same: whoever waits for more than the login takes a refusal for too early.
    func isHopeless(_ look: Look) -> Bool {
        if case .loginRefused = look { ready == nil } else { false }
    }

    /// Looks once.
    ///
    /// - Parameter isOver: whether waiting is to end.
    package mutating func look(isOver: () -> Bool) -> Look {
        let address = self.address
        guard (try? network.inside({ address.isServed() })) ?? false else { return .notYet }
        guard let codec, !asksNothing else { return .ready }
        let end = Clock.monotonic + wait
        let exchange = SingleExchange(
            address: address, codec: codec, network: network, knowsGreeting: knowsGreeting)
        let more = [ready, probe].compactMap { $0 }
        let replies = exchange.replies(to: login + more) { isOver() || Clock.monotonic > end }
        let loggedIn = login.reduce(0) { $0 + $1.replies }
        if let refused = replies.prefix(loggedIn).first(where: codec.spoken.isError) {
            return .loginRefused(Reading.text(refused))
        }
        guard replies.count >= loggedIn + more.count, let last = replies.last else {
            if Clock.monotonic > end { wait *= 2 }
            return .notYet
        }
        if probe != nil { return codec.spoken.deniesLogin(last) ? .loginRefused(Reading.text(last)) : .ready }
        guard ready != nil, codec.spoken.isError(last) else { return .ready }
        refusal = Reading.text(last)
        return .notYet
    }
}
