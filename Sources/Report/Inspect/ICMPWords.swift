import Capture

/// ICMP errors in words.
enum ICMPWords {
    /// `port unreachable 3, packet too big 1`, the most frequent first.
    static func meanings(_ errors: [ICMPError]) -> String {
        list(Dictionary(grouping: errors, by: \.meaning).mapValues(\.count))
    }

    static func list(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \(grouped($0.value))" }
            .joined(separator: ", ")
    }

    /// One error beside the packets of its flow.
    static func remark(_ error: ICMPError) -> String {
        let about = error.isAboutClient ? "server" : "client"
        let size = error.nextHopMTU.map { ", at most \(count($0, "byte"))" } ?? ""
        return "ICMP from \(error.sender): \(error.meaning)\(size), about a packet to the \(about)"
    }
}

/// The ICMP errors about flows, as the flows come.
struct ICMPTally {
    private var total = 0
    private var counts: [String: Int] = [:]
    private var first: (packet: Int, flow: FlowID)?

    mutating func add(_ flow: Flow) {
        total += flow.icmpErrorCount
        for error in flow.icmpErrors {
            counts[error.meaning, default: 0] += 1
            guard error.packet.number < first?.packet ?? .max else { continue }
            first = (error.packet.number, FlowID(flow.transport, flow.id))
        }
    }

    /// `3 ICMP errors: port unreachable 3, first in packet 7 about UDP flow 0`; nil for none.
    var text: String? {
        first.map {
            "\(count(total, "ICMP error")): \(ICMPWords.list(counts)), first in packet \($0.packet) about \($0.flow.words)"
        }
    }
}

extension FlowID {
    /// `flow 3`, `UDP flow 3`.
    var words: String { transport == .tcp ? "flow \(number)" : "UDP flow \(number)" }
}
