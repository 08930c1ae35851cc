import Capture

/// The slowest replies of a capture, and who waited for whom.
enum SlowReplyWords {
    /// The most replies listed, and the nanoseconds below which none is: JSON has more.
    static let maximum = 5
    static let shortest: Int64 = 100_000_000

    /// A heading and a table; nothing where no reply was slow.
    static func lines(_ all: [(flow: Int, reply: SlowReply)]) -> [String] {
        let slow = all.filter { $0.reply.total >= shortest }
            .sorted { ($1.reply.total, $0.reply.request.number) < ($0.reply.total, $1.reply.request.number) }
        guard !slow.isEmpty else { return [] }
        var rows = [["took", "flow", "request", "reply", "first byte after", "who waited for whom"]]
        for (flow, reply) in slow.prefix(maximum) {
            let packets =
                reply.reply == reply.end
                ? "packet \(reply.reply.number)" : "packets \(reply.reply.number) to \(reply.end.number)"
            rows.append([
                duration(nanoseconds: reply.total), "\(flow)", "packet \(reply.request.number)", packets,
                duration(nanoseconds: reply.untilFirst), words(reply),
            ])
        }
        return ["", "Slowest replies:"] + aligned(rows).map { "  " + $0 }
    }

    static func words(_ reply: SlowReply) -> String {
        switch reply.cause {
        case .connectionSetUp:
            reply.repeats > 0
                ? "the client for the connection; \(duration(nanoseconds: reply.repeats)) until its last SYN"
                : "the client for the connection"
        case .server: "the client for the server"
        case .loss: "both for segments sent again (\(duration(nanoseconds: reply.repeats)))"
        case .network: "the client for the bytes on their way"
        case .clientNotReading:
            "the server for the client, which had no room (\(duration(nanoseconds: reply.closed)))"
        case .delayedACK:
            "small data for a delayed acknowledgement: Nagle's algorithm (\(duration(nanoseconds: reply.held)))"
        }
    }
}

extension InspectJSON.Object {
    struct Slow: Encodable, Sendable {
        var requestPacket: Int
        var replyPacket: Int
        var endPacket: Int
        var cause: String
        var tookNanoseconds: Int64
        var firstByteNanoseconds: Int64
        var repeatsNanoseconds: Int64
        var closedNanoseconds: Int64
        var heldNanoseconds: Int64

        init(_ reply: SlowReply) {
            requestPacket = reply.request.number
            replyPacket = reply.reply.number
            endPacket = reply.end.number
            cause = reply.cause.rawValue
            tookNanoseconds = reply.total
            firstByteNanoseconds = reply.untilFirst
            repeatsNanoseconds = reply.repeats
            closedNanoseconds = reply.closed
            heldNanoseconds = reply.held
        }

        enum CodingKeys: String, CodingKey {
            case cause
            case requestPacket = "request_packet"
            case replyPacket = "reply_packet"
            case endPacket = "end_packet"
            case tookNanoseconds = "took_ns"
            case firstByteNanoseconds = "first_byte_ns"
            case repeatsNanoseconds = "repeats_ns"
            case closedNanoseconds = "closed_window_ns"
            case heldNanoseconds = "held_back_ns"
        }
    }

    struct Back: Encodable, Sendable {
        var packet: Int
        var nanoseconds: Int64
        var beginsRecording: Bool

        init(_ step: StepBack) {
            packet = step.packet
            nanoseconds = step.by
            beginsRecording = step.beginsRecording
        }

        enum CodingKeys: String, CodingKey {
            case packet
            case nanoseconds = "by_ns"
            case beginsRecording = "begins_recording"
        }
    }
}
