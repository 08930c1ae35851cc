import Verification
package import Wire

/// Something that scenarios may say, and that a target was seen to answer in a way that is understood.
package enum Habit: Hashable, Sendable, CustomStringConvertible {
    /// Requests of this name.
    case request(String)
    /// Requests with values of more than `longRequest` bytes.
    case longRequests
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
            self = .longRequests
        } else {
            self = .request(request.command)
        }
    }

    /// `DEL`, `half-close`.
    package var description: String {
        switch self {
        case .request(let name): name
        case .rawBytes: "raw bytes"
        case .longRequests: "requests of more than \(Self.longRequest) bytes"
        case .halfClose: "half-close"
        }
    }

    /// A server may limit what it takes to so many bytes, or to a few times as many.
    package static let longRequest = 4096

    /// Whether a scenario does it.
    package func isIn(_ scenario: Scenario) -> Bool {
        scenario.blocks.lazy.flatMap(\.steps).contains { step in
            switch (self, step.action) {
            case (.halfClose, .shutdown), (.rawBytes, .send(.raw)): true
            case (.longRequests, .send(.requests(let requests))):
                requests.contains { Template(joining: $0).sizedTokenBytes > Self.longRequest }
            case (.request(let name), .send(.requests(let requests))): requests.contains { Self.name($0) == name }
            default: false
            }
        }
    }

    /// A request's first word, upper case, as protocols tell them apart.
    private static func name(_ request: [Template]) -> String? {
        guard case .bytes(let bytes)? = request.first?.pieces.first else { return nil }
        return String(decoding: bytes.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self).uppercased()
    }
}
