import Capture
import Verification
public import Wire

/// What can be said in a protocol, and which oracles that buys, in lines.
public struct ProtocolText: Sendable {
    private let codec: any WireProtocol

    /// Of a protocol, of this build or of a file.
    public init(_ codec: any WireCodec) {
        self.codec = codec.spoken
    }

    /// A line: its name, and the requests that are drawn.
    public var line: String { "\(codec.name): \(commands.joined(separator: ", "))" }

    /// All of it.
    public var text: String {
        var lines = [codec.name]
        for topic in codec.vocabulary?.topics ?? [] where !topic.requests.isEmpty {
            lines.append("  says \(name(topic.object)): \(Self.commands(of: topic.requests).joined(separator: ", "))")
        }
        if codec.vocabulary == nil { lines.append("  says nothing by itself: give a corpus") }
        if codec.answersByTag { lines.append("  replies come in any order, and name their requests") }
        for (oracles, why) in bought {
            lines.append("  finds \(oracles.map(\.rawValue).joined(separator: ", ")): \(why)")
        }
        for (oracles, why) in missing {
            lines.append("  does not find \(oracles.map(\.rawValue).joined(separator: ", ")): \(why)")
        }
        return lines.joined(separator: "\n")
    }

    private var commands: [String] {
        Self.commands(of: codec.vocabulary.map { $0.topics.flatMap(\.requests) + $0.lastResort } ?? [])
    }

    private static func commands(of requests: [RequestTemplate]) -> [String] {
        var seen: Set<String> = []
        return requests.compactMap { request in
            let name = request.command ?? "a value"
            return seen.insert(name).inserted ? name : nil
        }
    }

    private func name(_ object: Topic.Object) -> String {
        switch object {
        case .marker: "what its reply repeats"
        case .own: "what one client alone writes and reads"
        case .register: "values that are written and read"
        case .counter: "numbers that are counted"
        case .set: "sets"
        case .queue: "what grows or is queued"
        case .lock: "what one client holds"
        case .several: "several at once"
        }
    }

    // MARK: Oracles

    private var meaning: any Meaning {
        codec.meaning(of: Evidence(flows: [], codec: codec, end: Timestamp(nanoseconds: 0)))
    }
    private var judgesReplies: Bool { meaning.judgesReplies }
    private var hasMarkers: Bool {
        codec.answersByTag || (codec.vocabulary?.topics.contains { [.marker, .own].contains($0.object) } ?? false)
    }
    private var hasObjects: Bool { codec.hasSharedState && meaning.meeting.isObjects }

    private var bought: [([OracleID], String)] {
        var bought: [([OracleID], String)] = [([.crash, .hang, .loss], "where messages end is known")]
        if judgesReplies {
            bought.append(([.order, .duplication, .corruption], "which replies a request may get is known"))
        }
        if hasMarkers { bought.append(([.crosstalk, .isolation], "replies name their requests")) }
        if hasObjects { bought.append(([.linearizability], "what requests do to objects is known")) }
        return bought
    }

    private var missing: [([OracleID], String)] {
        var missing: [([OracleID], String)] = []
        if !judgesReplies {
            missing.append(([.order, .duplication, .corruption], "nothing tells a right reply from a wrong one"))
        }
        if !hasMarkers {
            missing.append(([.crosstalk], "no reply repeats a word of its request that nobody else says, as {token}"))
        }
        if !hasObjects { missing.append(([.linearizability], "no request says what it does to which object")) }
        return missing
    }
}

extension MeetingPlace {
    fileprivate var isObjects: Bool {
        if case .server = self { false } else { true }
    }
}
