import Capture
import Verification

// The parts of the object that `inspect --json` prints; the keys are a contract, the unit comes last.
extension InspectJSON.Object {
    struct Class: Encodable, Sendable {
        var kind: String
        var count: Int
        var blame: String
        var reasons: [String: Int]
        var confidence: [String: Int]

        init(_ item: AnomalyClass) {
            kind = item.kind.rawValue
            count = item.count
            blame = item.blame
            reasons = Dictionary(uniqueKeysWithValues: item.reasons.map { ($0.reason.rawValue, $0.count) })
            confidence = Dictionary(uniqueKeysWithValues: item.confidences.map { ($0.confidence.rawValue, $0.count) })
        }
    }

    struct Assertion: Encodable, Sendable {
        var name: String
        var verdict: String
        var violations: [Found]
        var inconclusive: [String]

        init(_ result: AssertionResult) {
            name = result.assertion.rawValue
            verdict = result.judgement.verdict.rawValue
            violations = result.judgement.violations.map { Found($0) }
            inconclusive = result.judgement.inconclusive
        }
    }

    struct Found: Encodable, Sendable {
        var oracle: String
        var summary: String
        var packets: [Int]

        init(_ violation: Violation) {
            oracle = violation.oracle.rawValue
            summary = violation.summary
            packets = violation.packets
        }
    }

    struct Frame: Encodable, Sendable {
        var frame: Int
        var stream: Int
        var flags: [String]
    }

    struct Entry: Encodable, Sendable {
        var id: Int
        var client: String
        var server: String
        var clientName: String?
        var serverName: String?
        var firstNanoseconds: Int64
        var durationNanoseconds: Int64
        var handshake: String?
        var teardown: String?
        var toServer: Direction
        var toClient: Direction
        var anomalies: [Oddity]
        var recording: Int?
        var slowReplies: [Slow]?
        var icmpErrors: [Report]?
        var packets: [Line]?
        var exchanges: [Item]?
        var surplusReplies: Int?

        init(_ flow: Flow, names: EndpointNames, conversation: Conversation?, packets lines: [PacketLine]?) {
            id = flow.id
            client = flow.client.description
            server = flow.server.description
            clientName = names.given(flow.client)
            serverName = names.given(flow.server)
            firstNanoseconds = flow.firstTime.nanoseconds
            durationNanoseconds = flow.lastTime.nanoseconds - flow.firstTime.nanoseconds
            if flow.transport == .tcp {
                handshake = flow.handshake.rawValue
                teardown = flow.teardown.rawValue
            }
            toServer = Direction(flow.toServer)
            toClient = Direction(flow.toClient)
            anomalies = flow.anomalies.map { Oddity($0) }
            recording = flow.recording == 0 ? nil : flow.recording
            slowReplies = flow.slowReplies.isEmpty ? nil : flow.slowReplies.map { Slow($0) }
            if !flow.icmpErrors.isEmpty { icmpErrors = flow.icmpErrors.map { Report($0) } }
            if let conversation {
                exchanges = conversation.exchanges.indices.map { Item(conversation, $0) }
                surplusReplies = conversation.surplus.count
            }
            guard let lines else { return }
            let numbers = RelativeNumbers(lines, client: flow.client)
            packets = lines.map { Line($0, numbers, isToServer: $0.source == flow.client) }
        }

        enum CodingKeys: String, CodingKey {
            case id, client, server, handshake, teardown, anomalies, recording, packets, exchanges
            case slowReplies = "slow_replies"
            case clientName = "client_name"
            case serverName = "server_name"
            case firstNanoseconds = "first_ns"
            case durationNanoseconds = "duration_ns"
            case toServer = "to_server"
            case toClient = "to_client"
            case surplusReplies = "surplus_replies"
            case icmpErrors = "icmp_errors"
        }
    }

    struct Report: Encodable, Sendable {
        var packet: Int
        var sender: String
        var meaning: String
        var isAboutClient: Bool
        var nextHopMTU: Int?

        init(_ error: ICMPError) {
            packet = error.packet.number
            sender = error.sender.description
            meaning = error.meaning
            isAboutClient = error.isAboutClient
            nextHopMTU = error.nextHopMTU
        }

        enum CodingKeys: String, CodingKey {
            case packet, sender, meaning
            case isAboutClient = "about_client"
            case nextHopMTU = "next_hop_mtu_bytes"
        }
    }

    struct Direction: Encodable, Sendable {
        var packets: Int
        var payloadBytes: Int
        var streamBytes: Int
        var missingBytes: Int
        var gaps: [[Int]]
        var unplacedSegments: Int
        var badChecksums: Int
        var unverifiedChecksums: Int
        var staleChecksums: Int
        var anomalies: [String: Int]

        init(_ stream: ByteStream) {
            packets = stream.packets
            payloadBytes = stream.payloadBytes
            streamBytes = stream.bytes.isEmpty ? stream.length : stream.bytes.count
            missingBytes = stream.missingBytes
            gaps = stream.gaps.map { [$0.lowerBound, $0.upperBound] }
            unplacedSegments = stream.unplaced
            badChecksums = stream.anomalies[.badChecksum]
            unverifiedChecksums = stream.unverifiedChecksums
            staleChecksums = stream.staleChecksums
            anomalies = Dictionary(
                uniqueKeysWithValues: stream.anomalies.occurred.map { ($0.kind.rawValue, $0.count) })
        }

        enum CodingKeys: String, CodingKey {
            case packets, gaps, anomalies
            case payloadBytes = "payload_bytes"
            case streamBytes = "stream_bytes"
            case missingBytes = "missing_bytes"
            case unplacedSegments = "unplaced_segments"
            case badChecksums = "bad_checksums"
            case unverifiedChecksums = "unverified_checksums"
            case staleChecksums = "stale_checksums"
        }
    }

    struct Oddity: Encodable, Sendable {
        var kind: String
        var packet: Int
        var isToServer: Bool
        var reason: String
        var confidence: String
        var related: Int?
        var durationNanoseconds: Int64?

        init(_ anomaly: Anomaly) {
            kind = anomaly.kind.rawValue
            packet = anomaly.packet.number
            isToServer = anomaly.isToServer
            reason = anomaly.reason.rawValue
            confidence = anomaly.confidence.rawValue
            related = anomaly.related > 0 ? anomaly.related : nil
            durationNanoseconds = anomaly.duration == 0 ? nil : anomaly.duration
        }

        enum CodingKeys: String, CodingKey {
            case kind, packet, reason, confidence, related
            case durationNanoseconds = "duration_ns"
            case isToServer = "to_server"
        }
    }

    struct Line: Encodable, Sendable {
        var packet: Int
        var timeNanoseconds: Int64
        var isToServer: Bool
        var flags: String?
        var sequence: Int?
        var acknowledgement: Int?
        var window: Int?
        var bytes: Int

        init(_ line: PacketLine, _ numbers: RelativeNumbers, isToServer: Bool) {
            packet = line.packet.number
            timeNanoseconds = line.packet.time.nanoseconds
            self.isToServer = isToServer
            bytes = line.length
            guard line.transport == .tcp else { return }
            flags = line.flagNames
            sequence = numbers.sequence(line, isToServer: isToServer)
            if line.flags.contains(.ack) {
                acknowledgement = numbers.acknowledgement(line, isToServer: isToServer)
            }
            window = Int(line.window)
        }

        enum CodingKeys: String, CodingKey {
            case packet, flags, window, bytes
            case timeNanoseconds = "time_ns"
            case isToServer = "to_server"
            case sequence = "relative_seq"
            case acknowledgement = "relative_ack"
        }
    }

    struct Item: Encodable, Sendable {
        var request: String
        var requestPacket: Int
        var reply: String?
        var replyPacket: Int?
        var latencyNanoseconds: Int64?
        var retryPackets: [Int]?
        var repeatedReplyPackets: [Int]?

        init(_ conversation: Conversation, _ index: Int) {
            let exchange = conversation.exchanges[index]
            retryPackets = conversation.datagrams?.retries[index]?.map(\.number)
            repeatedReplyPackets = conversation.datagrams?.repliedAgain[index]?.map(\.first.number)
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
            case retryPackets = "retry_packets"
            case repeatedReplyPackets = "repeated_reply_packets"
        }
    }
}
