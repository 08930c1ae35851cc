import Verification
package import Wire

/// Something that scenarios may say, and that a target was seen to answer in a way that is understood.
package enum Habit: Hashable, Sendable, CustomStringConvertible {
    /// Requests of this name.
    case request(String)
    /// Requests with values of more bytes.
    case longRequests(over: Int)
    /// More clients at once.
    case clients(over: Int)
    /// More requests on one connection.
    case requestsPerConnection(over: Int)
    /// Several requests at once.
    case pipelining
    /// Bytes that the protocol's codec has not written.
    case rawBytes
    /// A client that says that it will send no more, and reads on.
    case halfClose

    /// What a request does that was not answered where it came alone.
    init(of request: UnansweredRequest) {
        if !request.isPlain {
            self = .rawBytes
        } else if request.bytes.count > Self.longRequest {
            // A limit on what is taken is one habit, whatever the command.
            self = .longRequests(over: Self.longRequest / 2)
        } else {
            self = .request(request.command)
        }
    }

    /// `DEL`, `half-close`.
    package var description: String {
        switch self {
        case .request(let name): name
        case .rawBytes: "raw bytes"
        case .longRequests(let limit): "values of more than \(limit) bytes"
        case .clients(let limit): limit == 1 ? "several clients at once" : "more than \(limit) clients at once"
        case .requestsPerConnection(let limit): "more than \(limit) requests on a connection"
        case .pipelining: "pipelining"
        case .halfClose: "half-close"
        }
    }

    /// A server may limit what it takes to so many bytes, or to a few times as many.
    package static let longRequest = 4096

    /// Whether a scenario does it.
    package func isIn(_ scenario: Scenario) -> Bool {
        switch self {
        case .clients(let limit): scenario.clientCount > limit
        case .requestsPerConnection(let limit): scenario.mostRequestsPerConnection > limit
        default: isInStep(of: scenario)
        }
    }

    private func isInStep(of scenario: Scenario) -> Bool {
        scenario.blocks.lazy.flatMap(\.steps).contains { step in
            switch (self, step.action) {
            case (.halfClose, .shutdown), (.rawBytes, .send(.raw)): true
            case (.longRequests(let limit), .send(.requests(let requests))):
                requests.contains { Template(joining: $0).sizedTokenBytes > limit }
            case (.pipelining, .send(.requests(let requests))): requests.count > 1
            case (.request(let name), .send(.requests(let requests))): requests.contains { Self.name($0) == name }
            default: false
            }
        }
    }

    /// A request's first word, upper case, as protocols tell them apart.
    static func name(_ request: [Template]) -> String? { firstWord(request)?.uppercased() }

    /// The same, as it is said.
    static func firstWord(_ request: [Template]) -> String? {
        guard case .bytes(let bytes)? = request.first?.pieces.first else { return nil }
        return String(decoding: bytes.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self)
    }
}

extension Scenario {
    /// The most requests that a client makes on one connection.
    var mostRequestsPerConnection: Int {
        var said: [Int: Int] = [:]
        return blocks.lazy.flatMap(\.steps).reduce(0) { most, step in
            switch step.action {
            case .connect: said[step.client] = 0
            case .send(.requests(let requests)): said[step.client, default: 0] += requests.count
            default: break
            }
            return max(most, said[step.client] ?? 0)
        }
    }
}
