import Capture
import Verification
import Wire

/// An arrow of the page: a message, or where no protocol is known a packet with payload.
struct PageMessage {
    var lane: Int
    var packet: PacketReference
    var isToServer: Bool
    var label: String
    /// What is wrong with it, or nil.
    var fault: String?
    /// When the reply to this request came.
    var replied: Timestamp?

    /// One before its text is made, which is only done for those that are shown.
    private struct Candidate {
        var lane: Int
        var packet: PacketReference
        var isToServer: Bool
        var bytes: [UInt8]
        var length: Int
        var fault: String?
        var replied: Timestamp?
    }

    /// The first messages of a capture by time, and how many there are.
    static func first(
        _ limit: Int, of conversations: [Conversation], lanes: [Int: Int], codec: any WireCodec
    ) -> (shown: [PageMessage], all: Int) {
        var found: [Candidate] = []
        for conversation in conversations {
            guard let lane = lanes[conversation.flow] else { continue }
            for exchange in conversation.exchanges {
                let request = exchange.request
                var asked = Candidate(
                    lane: lane, packet: request.last, isToServer: true, bytes: request.bytes, length: 0)
                if let reply = exchange.reply {
                    asked.replied = reply.first.time
                    found.append(asked)
                    found.append(
                        Candidate(lane: lane, packet: reply.first, isToServer: false, bytes: reply.bytes, length: 0))
                } else {
                    asked.fault = "no reply"
                    found.append(asked)
                }
            }
            for reply in conversation.surplus {
                found.append(
                    Candidate(
                        lane: lane, packet: reply.first, isToServer: false, bytes: reply.bytes, length: 0,
                        fault: "no request"))
            }
        }
        return finish(found, limit) { MessageText.of($0.bytes, codec, $0.isToServer ? .client : .server) }
    }

    /// The same where no protocol is known: the packets with payload.
    static func first(
        _ limit: Int, of packets: [PacketLine], clients: [Int: Endpoint], lanes: [Int: Int]
    ) -> (shown: [PageMessage], all: Int) {
        var found: [Candidate] = []
        for packet in packets where packet.length > 0 {
            guard let lane = lanes[packet.flow] else { continue }
            found.append(
                Candidate(
                    lane: lane, packet: packet.packet, isToServer: packet.source == clients[packet.flow], bytes: [],
                    length: packet.length))
        }
        return finish(found, limit) { count($0.length, "byte") }
    }

    private static func finish(
        _ candidates: [Candidate], _ limit: Int, label: (Candidate) -> String
    ) -> (shown: [PageMessage], all: Int) {
        let sorted = candidates.sorted {
            ($0.packet.time.nanoseconds, $0.packet.number) < ($1.packet.time.nanoseconds, $1.packet.number)
        }
        let shown = sorted.prefix(limit).map {
            PageMessage(
                lane: $0.lane, packet: $0.packet, isToServer: $0.isToServer, label: label($0), fault: $0.fault,
                replied: $0.replied)
        }
        return (shown, candidates.count)
    }
}
