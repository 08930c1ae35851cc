import Capture

/// ICMP errors in words.
enum ICMPWords {
    /// `3 ICMP errors: port unreachable 3, first in packet 7 about UDP flow 0`; nil for none.
    static func summary(_ flows: [Flow]) -> String? {
        let total = flows.reduce(0) { $0 + $1.icmpErrorCount }
        let about = flows.filter { !$0.icmpErrors.isEmpty }
        guard let first = about.min(by: { $0.icmpErrors[0].packet.number < $1.icmpErrors[0].packet.number }) else {
            return nil
        }
        return "\(count(total, "ICMP error")): \(meanings(about.flatMap(\.icmpErrors))), first in packet "
            + "\(first.icmpErrors[0].packet.number) about \(FlowID(first.transport, first.id).words)"
    }

    /// `port unreachable 3, packet too big 1`, the most frequent first.
    static func meanings(_ errors: [ICMPError]) -> String {
        Dictionary(grouping: errors, by: \.meaning).map { ($0.key, $0.value.count) }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { "\($0.0) \(grouped($0.1))" }.joined(separator: ", ")
    }

    /// One error beside the packets of its flow.
    static func remark(_ error: ICMPError) -> String {
        let about = error.isAboutClient ? "server" : "client"
        let size = error.nextHopMTU.map { ", at most \(count($0, "byte"))" } ?? ""
        return "ICMP from \(error.sender): \(error.meaning)\(size), about a packet to the \(about)"
    }
}

extension FlowID {
    /// `flow 3`, `UDP flow 3`.
    var words: String { transport == .tcp ? "flow \(number)" : "UDP flow \(number)" }
}
