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

    /// The messages that a page shows.
    struct Selection {
        var shown: [PageMessage]
        /// How many there are, those of flows without a lane included.
        var all: Int
        /// How many of those that are not shown have a fault.
        var faultsLeftOut: Int
    }

    /// The first messages of the flows that have a lane, by time.
    static func first(
        _ limit: Int, of conversations: [Conversation], lanes: [Int: Int], codec: any WireCodec
    ) -> Selection {
        var found: [Candidate] = []
        var elsewhere = 0
        var faultsElsewhere = 0
        for conversation in conversations {
            guard let lane = lanes[conversation.flow] else {
                let unanswered = conversation.exchanges.count { $0.reply == nil }
                elsewhere += 2 * conversation.exchanges.count - unanswered + conversation.surplus.count
                elsewhere += conversation.unsolicited.count
                faultsElsewhere += unanswered + conversation.surplus.count
                continue
            }
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
            for message in conversation.unsolicited {
                found.append(
                    Candidate(lane: lane, packet: message.first, isToServer: false, bytes: message.bytes, length: 0))
            }
        }
        var selection = finish(found, limit) {
            MessageText.of($0.bytes, codec, $0.isToServer ? .client : .server)
        }
        selection.all += elsewhere
        selection.faultsLeftOut += faultsElsewhere
        return selection
    }

    /// The same where no protocol is known: the packets with payload.
    static func first(
        _ limit: Int, of packets: [PacketLine], clients: [Int: Endpoint], lanes: [Int: Int]
    ) -> Selection {
        var found: [Candidate] = []
        var elsewhere = 0
        for packet in packets where packet.length > 0 {
            guard let lane = lanes[packet.flow] else {
                elsewhere += 1
                continue
            }
            found.append(
                Candidate(
                    lane: lane, packet: packet.packet, isToServer: packet.source == clients[packet.flow], bytes: [],
                    length: packet.length))
        }
        var selection = finish(found, limit) { count($0.length, "byte") }
        selection.all += elsewhere
        return selection
    }

    private static func finish(
        _ candidates: [Candidate], _ limit: Int, label: (Candidate) -> String
    ) -> Selection {
        let sorted = candidates.sorted {
            ($0.packet.time.nanoseconds, $0.packet.number) < ($1.packet.time.nanoseconds, $1.packet.number)
        }
        let shown = sorted.prefix(limit).map {
            PageMessage(
                lane: $0.lane, packet: $0.packet, isToServer: $0.isToServer, label: label($0), fault: $0.fault,
                replied: $0.replied)
        }
        let faults = sorted.dropFirst(limit).count { $0.fault != nil }
        return Selection(shown: shown, all: candidates.count, faultsLeftOut: faults)
    }
}
