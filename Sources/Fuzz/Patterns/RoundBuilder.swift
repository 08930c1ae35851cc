import System
import Wire

/// Builds the frame that all generated scenarios share: connect, rounds of requests released together, replies.
struct RoundBuilder {
    var scenario: Scenario
    let clients: Int
    private let login: [[Template]]
    private let draw: RequestDraw

    init(_ draw: RequestDraw) {
        scenario = Scenario(protocolName: draw.protocolName)
        clients = draw.options.clients
        login = draw.login
        self.draw = draw
    }

    mutating func step(_ client: Int, _ action: Scenario.Action) {
        scenario.blocks.append(.step(.init(client: client, action)))
    }

    /// A client connects, and says who it is where the protocol wants that.
    mutating func connect(_ client: Int, receiveBuffer: Int? = nil) {
        step(client, .connect(receiveBuffer: receiveBuffer))
        for request in login { ask(client, request) }
    }

    /// All clients connect; those with a buffer size are slow readers.
    mutating func connectAll(receiveBuffer: (Int) -> Int? = { _ in nil }) {
        for client in 0..<clients { connect(client, receiveBuffer: receiveBuffer(client)) }
    }

    /// One request and its reply.
    mutating func ask(_ client: Int, _ request: [Template]) {
        send(client, [request])
        step(client, .expect(count: 1))
    }

    /// Requests in one segment.
    mutating func send(_ client: Int, _ requests: [[Template]]) { step(client, .send(.requests(requests))) }

    /// Every client sends its batch, released together; then each waits for its replies, in a random order. At most
    /// one client leaves in its own way.
    ///
    /// - Parameter arriving: each connects just before it sends, so that a server takes it while it serves the ones
    ///   before: an idle worker process would take them all.
    mutating func round(
        _ batches: [[[Template]]], arriving: Bool = false, leaving: Departure? = nil, _ random: inout SeededGenerator
    ) {
        let order = (0..<batches.count).filter { !batches[$0].isEmpty }.shuffled(using: &random)
        guard !order.isEmpty else { return }
        if arriving {
            for client in order {
                connect(client)
                send(client, batches[client])
            }
        } else {
            scenario.blocks.append(.together(order.map { .init(client: $0, .send(.requests(batches[$0]))) }))
        }
        var rest = order.shuffled(using: &random)
        if let leaving, rest.contains(leaving.client), leaving.isAtOnce {
            leave(leaving)
            if leaving.way != .halfClose { rest.removeAll { $0 == leaving.client } }
        }
        for client in rest {
            if let leaving, client == leaving.client, !leaving.isAtOnce { leave(leaving) }
            if client != leaving?.client || leaving?.way == .halfClose {
                let replies = batches[client].count { draw.isAnswered($0) }
                if replies > 0 { step(client, .expect(count: replies)) }
            }
        }
    }

    private mutating func leave(_ departure: Departure) {
        switch departure.way {
        case .reset: step(departure.client, .reset)
        case .close: step(departure.client, .close)
        case .halfClose: step(departure.client, .shutdown)
        case .halfCloseAndReset:
            step(departure.client, .shutdown)
            step(departure.client, .reset)
        }
    }
}
