public import Capture
public import Verification

/// What `crossfire inspect --json` prints.
public struct InspectJSON: Sendable {
    private let object: Object

    /// The flows, and their messages where a protocol was given: one conversation a flow, in the same order.
    public init(flows: [Flow], conversations: [Conversation]?, warnings: [String]) {
        object = Object(
            warnings: warnings,
            flows: flows.enumerated().map { index, flow in
                Object.Entry(
                    id: flow.id, client: flow.client.description, server: flow.server.description,
                    firstNanoseconds: flow.firstTime.nanoseconds,
                    durationNanoseconds: flow.lastTime.nanoseconds - flow.firstTime.nanoseconds,
                    handshake: flow.handshake.rawValue, teardown: flow.teardown.rawValue,
                    toServer: .init(flow.toServer), toClient: .init(flow.toClient),
                    exchanges: conversations?[index].exchanges.map { .init($0) },
                    surplusReplies: conversations?[index].surplus.count)
            })
    }

    /// The object on one line.
    public func text() throws -> String {
        try JSONText.line(object)
    }

    private struct Object: Encodable, Sendable {
        var schema = 1
        var warnings: [String]
        var flows: [Entry]

        struct Entry: Encodable, Sendable {
            var id: Int
            var client: String
            var server: String
            var firstNanoseconds: Int64
            var durationNanoseconds: Int64
            var handshake: String
            var teardown: String
            var toServer: Direction
            var toClient: Direction
            var exchanges: [Item]?
            var surplusReplies: Int?

            enum CodingKeys: String, CodingKey {
                case id, client, server, handshake, teardown, exchanges
                case firstNanoseconds = "first_ns"
                case durationNanoseconds = "duration_ns"
                case toServer = "to_server"
                case toClient = "to_client"
                case surplusReplies = "surplus_replies"
            }
        }

        struct Direction: Encodable, Sendable {
            var packets: Int
            var payloadBytes: Int
            var streamBytes: Int
            var missingBytes: Int

            init(_ stream: ByteStream) {
                packets = stream.packets
                payloadBytes = stream.payloadBytes
                streamBytes = stream.bytes.count
                missingBytes = stream.gaps.reduce(0) { $0 + $1.count }
            }

            enum CodingKeys: String, CodingKey {
                case packets
                case payloadBytes = "payload_bytes"
                case streamBytes = "stream_bytes"
                case missingBytes = "missing_bytes"
            }
        }

        struct Item: Encodable, Sendable {
            var request: String
            var requestPacket: Int
            var reply: String?
            var replyPacket: Int?
            var latencyNanoseconds: Int64?

            init(_ exchange: Exchange) {
                request = printable(exchange.request.bytes, limit: 200)
                requestPacket = exchange.request.last.number
                guard let message = exchange.reply else { return }
                reply = printable(message.bytes, limit: 200)
                replyPacket = message.first.number
                latencyNanoseconds = message.first.time.nanoseconds - exchange.invoked.nanoseconds
            }

            enum CodingKeys: String, CodingKey {
                case request, reply
                case requestPacket = "request_packet"
                case replyPacket = "reply_packet"
                case latencyNanoseconds = "latency_ns"
            }
        }
    }
}
