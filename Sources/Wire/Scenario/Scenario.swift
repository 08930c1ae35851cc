/// One test case: steps of several clients in one global order. Line order is the interleaving.
public struct Scenario: Equatable, Sendable {
    /// The wire protocol's name.
    public var protocolName: String
    /// The steps, and groups of steps that are released together.
    public var blocks: [Block]

    /// Creates a scenario.
    public init(protocolName: String, blocks: [Block] = []) {
        self.protocolName = protocolName
        self.blocks = blocks
    }

    /// One line, or a `together` group.
    public enum Block: Equatable, Sendable {
        /// A step on its own.
        case step(Step)
        /// Steps that are all built first and then sent back to back.
        case together([Step])

        /// The steps in order.
        public var steps: [Step] {
            switch self {
            case .step(let step): [step]
            case .together(let steps): steps
            }
        }
    }

    /// What one client does.
    public struct Step: Equatable, Sendable {
        /// The client's number: `c0` is 0.
        public var client: Int
        /// What it does.
        public var action: Action

        /// Creates a step.
        public init(client: Int, _ action: Action) {
            self.client = client
            self.action = action
        }
    }

    /// The kinds of step.
    public enum Action: Equatable, Sendable {
        /// Opens the connection; with a receive buffer of that many bytes where one is given, which makes a slow
        /// reader of the client.
        case connect(receiveBuffer: Int?)
        /// Sends bytes. What the socket does not take at once follows while later steps wait.
        case send(Payload)
        /// Waits for so many replies. Only then does the client read.
        case expect(count: Int)
        /// Does nothing for this long: whole milliseconds, as a scenario's text has them.
        case pause(Duration)
        /// Shuts down writing: the half-close.
        case shutdown
        /// Closes with a reset.
        case reset
        /// Closes in the ordinary way.
        case close
    }

    /// What a `send` step sends.
    public enum Payload: Equatable, Sendable {
        /// Bytes as they are.
        case raw(Template)
        /// Requests, written by the protocol's codec, in one segment.
        case requests([[Template]])

        /// The length of all its tokens that say their length.
        var sizedTokenBytes: Int {
            switch self {
            case .raw(let template): template.sizedTokenBytes
            case .requests(let requests): requests.joined().reduce(0) { $0 + $1.sizedTokenBytes }
            }
        }
    }

    /// How many clients it needs: one more than the highest number used.
    public var clientCount: Int {
        (blocks.lazy.flatMap(\.steps).map(\.client).max() ?? -1) + 1
    }

    /// Whether a client leaves before the end.
    package var hasDepartures: Bool {
        blocks.lazy.flatMap(\.steps).contains { $0.action == .reset || $0.action == .close }
    }

    /// Whether it can be run over UDP: whole requests that fit in datagrams, and no client that lets its buffer run over.
    package var fitsDatagrams: Bool {
        blocks.lazy.flatMap(\.steps).allSatisfy { step in
            switch step.action {
            case .connect(let receiveBuffer): return receiveBuffer == nil
            case .send(.raw): return false
            case .send(.requests(let requests)): return requests.joined().allSatisfy { $0.longestToken <= 16_384 }
            default: return true
            }
        }
    }

    /// The steps of one client alone; it keeps its number.
    package func only(_ client: Int) -> Scenario {
        var part = Scenario(protocolName: protocolName)
        for block in blocks {
            let own = block.steps.filter { $0.client == client }
            guard let first = own.first else { continue }
            part.blocks.append(own.count == 1 ? .step(first) : .together(own))
        }
        return part
    }

    /// How many connections it opens.
    public var connectionCount: Int {
        blocks.lazy.flatMap(\.steps).count { step in
            if case .connect = step.action { true } else { false }
        }
    }

    /// The most clients a scenario may name.
    public static let maximumClients = 1024
    /// The most steps that a scenario read from text may have.
    public static let maximumSteps = 1_000_000
    /// The most bytes that its tokens of a given length may have together: an execution holds them several times, as sent,
    /// as captured, as answered.
    public static let maximumTokenBytes = 2 * Template.maximumTokenLength
}
