public import Capture
import Verification
import Wire

/// A first description of a protocol, from what was captured of it: to be edited by somebody who knows what its requests do.
///
/// It says where messages end and which bytes come back where the bytes prove it, quotes what proves it, and leaves the rest
/// to its reader. What it writes is a description: `DescribedProtocol` reads it.
public struct DescriptionDraft: Sendable {
    /// The file.
    public let text: String

    /// Nothing can be said.
    public struct Failure: Error, Equatable, CustomStringConvertible, Sendable {
        /// Why.
        public let description: String
    }

    /// Drafts one.
    ///
    /// - Parameters:
    ///   - flows: connections to one server.
    ///   - capture: the file's name, for the first comment.
    /// - Throws: `Failure`, where there is too little, or no rule for where messages end.
    /// - Complexity: O(bytes × rules for where messages end), of the first megabytes.
    public init(_ flows: [Flow], of capture: String, port: UInt16) throws(Failure) {
        let traffic = DraftTraffic(flows)
        guard traffic.hasBoth else {
            throw Failure(description: "no connection to port \(port) in which both sides say something")
        }
        var lines = ["# A draft of what \(traffic.connections.count) connections to port \(port) show. Edit it."]
        if let ends = DraftLines(traffic) {
            lines += ["crossfire-protocol: 1", "# \(ends.evidence)", "framing: {line: \(ends.quotedEnd)}"]
            lines += LineDraft(traffic, ends).lines
        } else if let lengths = DraftLengths(traffic) {
            lines += ["crossfire-protocol: 1", "# \(lengths.evidence)", "framing: \(lengths.yaml)"]
            lines += LengthDraft(traffic, lengths).lines
        } else {
            throw Failure(
                description: "messages are neither lines nor begin with their length by any rule that is tried: write "
                    + "'framing' by hand, and see what 'crossfire protocol check FILE --against CAPTURE' says")
        }
        text = lines.joined(separator: "\n") + "\n"
    }
}

/// What both sides said, as far as it is looked at.
struct DraftTraffic {
    struct Connection {
        var requests: [UInt8]
        var replies: [UInt8]
        /// Where segments end.
        var requestEnds: [Int]
        var replyEnds: [Int]
    }

    private(set) var connections: [Connection] = []

    /// Bytes of all connections.
    private static let maximumBytes = 8 << 20

    init(_ flows: [Flow]) {
        var bytes = 0
        for flow in flows where bytes < Self.maximumBytes {
            guard flow.handshake != .missing, flow.toServer.gaps.isEmpty, flow.toClient.gaps.isEmpty else { continue }
            guard !flow.toServer.bytes.isEmpty else { continue }
            connections.append(
                Connection(
                    requests: flow.toServer.bytes, replies: flow.toClient.bytes,
                    requestEnds: flow.toServer.chunks.map { $0.offset + $0.length },
                    replyEnds: flow.toClient.chunks.map { $0.offset + $0.length }))
            bytes += flow.toServer.bytes.count + flow.toClient.bytes.count
        }
    }

    var hasBoth: Bool { connections.contains { !$0.replies.isEmpty } }

    /// Requests with their replies, in order, by a rule for where messages end.
    func exchanges(_ framing: DescribedFraming) -> [[(request: [UInt8], reply: [UInt8]?)]] {
        connections.map { connection in
            let requests = Self.messages(connection.requests, framing)
            let replies = Self.messages(connection.replies, framing)
            return requests.enumerated().map { ($1, $0 < replies.count ? replies[$0] : nil) }
        }
    }

    private static func messages(_ bytes: [UInt8], _ framing: DescribedFraming) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var start = 0
        while start < bytes.count, case .message(let length) = framing.frame(bytes.span.extracting(start..<bytes.count))
        {
            messages.append(Array(bytes[start..<start + length]))
            start += length
        }
        return messages
    }
}

/// Whether messages are lines.
struct DraftLines {
    let end: [UInt8]
    let evidence: String

    var quotedEnd: String { end.count == 2 ? "\"\\r\\n\"" : "\"\\n\"" }

    /// Nil where they are not.
    init?(_ traffic: DraftTraffic) {
        for end in [[0x0D, 0x0A], [0x0A]] as [[UInt8]] {
            var (segments, ended, bytes, odd) = (0, 0, 0, 0)
            for connection in traffic.connections {
                for (stream, ends) in [
                    (connection.requests, connection.requestEnds), (connection.replies, connection.replyEnds),
                ] {
                    segments += ends.count
                    ended += ends.count { $0 >= end.count && stream[$0 - end.count..<$0].elementsEqual(end) }
                    bytes += stream.count
                    odd += stream.count { $0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
                }
            }
            guard segments > 0, ended * 10 >= segments * 9, odd * 20 <= bytes else { continue }
            self.end = end
            evidence = "\(ended) of \(segments) segments end with \(end.count == 2 ? "\\r\\n" : "\\n")."
            return
        }
        return nil
    }
}

/// Whether messages begin with their length.
struct DraftLengths {
    let lengths: LengthFraming
    let formName: String
    let evidence: String

    var yaml: String {
        let counts =
            lengths.countsFrom == 0
            ? "all" : lengths.countsFrom == lengths.place + lengths.form.width ? "rest" : "\(lengths.countsFrom)"
        return "{length: \(formName), at: \(lengths.place), counts: \(counts)}"
    }

    /// Wider ones first: the last bytes of a wide length are a narrow one as well.
    private static let forms = ["u64be", "u32be", "u32le", "u24be", "u16be", "u16le", "u8"]
    private static let places = 0...12

    /// Nil where no rule cuts all streams.
    init?(_ traffic: DraftTraffic) {
        for name in Self.forms {
            guard let form = IntegerForm(name) else { continue }
            for place in Self.places {
                for countsFrom in [place + form.width, 0] {
                    let lengths = LengthFraming(form: form, place: place, countsFrom: countsFrom)
                    guard let messages = Self.messages(traffic, lengths) else { continue }
                    self.lengths = lengths
                    formName = name
                    evidence =
                        "\(messages) messages are cut so, all streams to their end, and each segment ends where one does."
                    return
                }
            }
        }
        return nil
    }

    /// How many messages it cuts of all streams, whole ones, and at the ends of segments; nil where it does not.
    private static func messages(_ traffic: DraftTraffic, _ lengths: LengthFraming) -> Int? {
        var count = 0
        for connection in traffic.connections {
            for (stream, ends) in [
                (connection.requests, connection.requestEnds), (connection.replies, connection.replyEnds),
            ] {
                var start = 0
                var cuts: Set<Int> = []
                while start < stream.count {
                    guard case .message(let length) = lengths.frame(stream.span.extracting(start..<stream.count)) else {
                        return nil
                    }
                    start += length
                    cuts.insert(start)
                    count += 1
                }
                // Of a message in several segments only the last one ends it.
                guard ends.count(where: cuts.contains) * 2 > ends.count || ends.isEmpty else { return nil }
            }
        }
        return count >= minimumMessages ? count : nil
    }

    /// A rule that cuts a few messages may do so by chance.
    private static let minimumMessages = 8
}
