/// Which UDP ports carry packets, and how they are wrapped: what `--decode` changes.
public struct UDPDecoding: Sendable {
    /// What a datagram's payload is. The raw values are Wireshark's names where it has one.
    public enum Payload: String, Sendable, CaseIterable {
        /// RFC 7348.
        case vxlan
        /// Its generic protocol extension (draft-ietf-nvo3-vxlan-gpe).
        case vxlanGPE = "vxlan-gpe"
        /// RFC 8926.
        case geneve
        /// The user plane, 3GPP TS 29.281.
        case gtp
        /// Version 2, RFC 2661.
        case l2tp
        /// RFC 4380.
        case teredo
        /// RFC 8086.
        case gre
        /// RFC 7510.
        case mpls
        /// An Ethernet frame.
        case ethernet = "eth"
        /// An IPv4 or IPv6 packet.
        case ip
        /// A PPP frame.
        case ppp
        /// No packet: the datagram itself is looked at.
        case data

        /// `vxlan, geneve, …`
        public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
    }

    /// The most ports or ranges of them that can be named; the earliest go.
    static let maximumRules = 64

    /// What was added; the last one that holds a port decides.
    private var rules: [(ports: ClosedRange<UInt16>, payload: Payload)] = []
    /// What holds without rules.
    private let assigned: [(port: UInt16, payload: Payload)]

    /// The ports that are assigned to tunnels, and the one that Linux's VXLAN has used since before (flannel and others).
    public static let usual = UDPDecoding(assigned: wiresharkPorts + [(8472, .vxlan), (4754, .gre)])

    private static let wiresharkPorts: [(UInt16, Payload)] = [
        (4789, .vxlan), (4790, .vxlanGPE), (6081, .geneve), (2152, .gtp), (1701, .l2tp), (3544, .teredo), (6635, .mpls),
    ]

    private init(assigned: [(UInt16, Payload)]) {
        self.assigned = assigned
    }

    /// The same rules beside the ports into which Wireshark looks unasked.
    public var asInWireshark: UDPDecoding {
        var decoding = UDPDecoding(assigned: Self.wiresharkPorts)
        decoding.rules = rules
        return decoding
    }

    /// Takes a rule as Wireshark writes it: `udp.port=8472,vxlan`, `udp.port==7000-7010,gtp`; returns whether it was
    /// understood.
    public mutating func add(_ text: String) -> Bool {
        let halves = text.split(separator: ",", omittingEmptySubsequences: false)
        guard halves.count == 2, let payload = Payload(rawValue: String(halves[1])) else { return false }
        let sides = halves[0].split(separator: "=")
        guard sides.count == 2, sides[0] == "udp.port" else { return false }
        let bounds = sides[1].split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard bounds.count <= 2, let first = bounds.first ?? nil, let last = bounds.last ?? nil, first <= last else {
            return false
        }
        if rules.count == Self.maximumRules { rules.removeFirst() }
        rules.append((first...last, payload))
        return true
    }

    /// What datagrams to or from a port hold; nil for no packets.
    @inline(__always)
    func payload(of port: UInt16) -> Payload? {
        for rule in rules.reversed() where rule.ports.contains(port) {
            return rule.payload == .data ? nil : rule.payload
        }
        return assigned.first { $0.port == port }?.payload
    }
}
