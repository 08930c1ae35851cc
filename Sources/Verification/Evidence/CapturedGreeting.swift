import Capture
import Wire

/// Tells from a capture that a server speaks first: what came whole before a client's first byte, and acknowledged nothing of the
/// client's, answers nothing that was asked on that connection.
enum CapturedGreeting {
    /// The protocol as the server speaks it.
    ///
    /// - Complexity: O(flows + bytes of greetings).
    static func spoken(_ codec: any WireCodec, in flows: [Flow]) -> any WireCodec {
        let messages = messages(in: flows, codec)
        return messages == 0 ? codec : GreetedProtocol(codec, greeting: messages)
    }

    /// How many messages the greeting has; 0 where there is none, or not all connections have the same.
    private static func messages(in flows: [Flow], _ codec: any WireCodec) -> Int {
        var common: (count: Int, shape: [UInt8])?
        for flow in flows where flow.handshake != .missing {
            guard let asked = flow.toServer.packet(at: 0)?.number, !flow.toClient.bytes.isEmpty else { continue }
            let (count, shape) = Self.greeting(flow.toClient, before: asked, codec)
            guard count > 0, common.map({ $0 == (count, shape) }) ?? true else { return 0 }
            common = (count, shape)
        }
        return common?.count ?? 0
    }

    /// How many messages came before that packet, and what the first one looks like.
    private static func greeting(
        _ stream: ByteStream, before asked: Int, _ codec: any WireCodec
    ) -> (count: Int, shape: [UInt8]) {
        var (count, offset, shape): (Int, Int, [UInt8]) = (0, 0, [])
        let first = stream.chunks.prefix { $0.packet.number < asked && $0.acknowledged == 0 }
        let end = first.last.map { $0.offset + $0.length } ?? 0
        while offset < end,
            case .message(let length) = codec.frameReply(stream.bytes.span.extracting(droppingFirst: offset), to: nil),
            offset + length <= end
        {
            if count == 0 {
                shape = GreetedProtocol.shape(of: stream.bytes.span.extracting(offset..<offset + length))
            }
            count += 1
            offset += length
        }
        return (count, shape)
    }
}
