import Capture

/// Which connections replies have announced, as flows are read in order of their first packets: who announces a connection
/// has begun before it.
///
/// An announcement is for the next connection of the same client to the port at the same server, and a later one of the same
/// conversation replaces it.
struct FlowAnnouncements {
    private let codec: any WireProtocol
    private var waiting: [Place: [Announcer]] = [:]

    /// Why a flow is there.
    enum Origin {
        /// Nobody announced it.
        case itself
        case announced(conversation: Int, exchange: Int)
        /// Its port was announced, and it is not known for which exchange, or it came once more.
        case unknown
    }

    /// Who may come, and where.
    private struct Place: Hashable {
        var client: IPAddress
        var server: IPAddress
        var port: UInt16
        var recording: Int

        init(_ client: Endpoint, _ server: Endpoint, port: UInt16, recording: Int) {
            self.client = client.address
            self.server = server.address
            self.port = port
            self.recording = recording
        }
    }

    /// What one conversation announced for a place, in order of time.
    private struct Announcer {
        var conversation: Int
        var open: [(exchange: Int, time: Timestamp)] = []
        /// The first that was not taken.
        var next = 0

        /// Takes the last one of before `time`, which replaced all earlier ones.
        mutating func take(before time: Int64) -> Int? {
            let first = next
            while next < open.count, open[next].time.nanoseconds <= time { next += 1 }
            return next > first ? open[next - 1].exchange : nil
        }
    }

    /// Of more conversations that announced the same place, nobody knows which one is meant.
    private static let maximumAnnouncers = 16
    /// Two packets may be captured in the wrong order by about this much where there is more than one CPU.
    private static let inversionNanoseconds: Int64 = 50_000

    init(_ codec: any WireProtocol) { self.codec = codec }

    /// Who announced a flow, whose announcement is used up with that.
    ///
    /// - Complexity: O(1), and the announcements that are used up.
    mutating func origin(of flow: Flow) -> Origin {
        guard codec.announcesFlows else { return .itself }
        let place = Place(flow.client, flow.server, port: flow.server.port, recording: flow.recording)
        guard let announcers = waiting[place]?.indices else { return .itself }
        guard announcers.count <= Self.maximumAnnouncers else { return .unknown }
        let time = flow.firstTime.nanoseconds &+ Self.inversionNanoseconds
        var found: [(conversation: Int, exchange: Int)] = []
        for index in announcers {
            guard let exchange = waiting[place]?[index].take(before: time) else { continue }
            found.append((waiting[place]![index].conversation, exchange))
        }
        return found.count == 1
            ? .announced(conversation: found[0].conversation, exchange: found[0].exchange) : .unknown
    }

    /// Takes down what a conversation announced; its number is its place among those that were read.
    ///
    /// - Complexity: O(exchanges), where the protocol announces any.
    mutating func note(_ conversation: Conversation, _ number: Int, of ends: (client: Endpoint, server: Endpoint)) {
        guard codec.announcesFlows else { return }
        for (index, exchange) in conversation.exchanges.enumerated() {
            guard let reply = exchange.reply, let port = codec.announcedPort(in: exchange), port != ends.server.port
            else { continue }
            let place = Place(ends.client, ends.server, port: port, recording: conversation.recording)
            if waiting[place]?.last?.conversation != number {
                waiting[place, default: []].append(Announcer(conversation: number))
            }
            let last = waiting[place]!.count - 1
            waiting[place]![last].open.append((index, reply.last.time))
        }
    }

    /// Says that a flow is of unknown origin, in a sentence.
    static func unknown(_ flow: Flow, _ name: String) -> String {
        "flow \(flow.id), \(name) to \(flow.server): its port was announced, and nothing shows for what."
    }
}
