extension CaptureReading {
    /// What to look for besides the flows.
    public struct Wants: Sendable {
        /// The server's port, where the capture misses the handshakes.
        public var serverPort: UInt16?
        /// Anomalies and checksums.
        public var anomalies = false
        /// The streams' bytes; without, memory grows with the flows alone.
        public var streams = true
        /// UDP datagrams besides TCP's streams, with their payloads or without.
        public var datagrams = Datagrams.none
        /// Which UDP ports carry packets.
        public var decoding = UDPDecoding.usual
        /// The flows are asked for one by one, of `table`.
        public var leavesFlowsInTable = false
        /// Without the streams' bytes: where a flow repeats some, to read the file again and keep those of such flows.
        public var comparesRepeats = false
        /// Wireshark's flags.
        public var wiresharkFlags = false
        /// The packets of this flow, or of all.
        public var packets: Packets = .none

        /// The flows with their streams, and nothing else.
        public init() {}

        /// Whose packets are kept.
        public enum Packets: Sendable {
            case none
            case flow(Int)
            case all
        }

        /// What is kept of datagrams.
        public enum Datagrams: Sendable {
            case none
            case counted
            case kept(DatagramTable.Kept)
            /// Kept as long as there is no TCP.
            case keptAlone(DatagramTable.Kept)
        }

        /// `keptFlows` are those whose bytes are kept; nil for all.
        func table(keptFlows: Set<Int>?) -> FlowTable {
            var table = FlowTable(
                serverPort: serverPort, keepStreams: keptFlows != [], keptFlows: keptFlows, findAnomalies: anomalies,
                verifyChecksums: anomalies, decoding: decoding)
            table.datagrams = datagramTable
            return table
        }

        private var datagramTable: DatagramTable? {
            switch datagrams {
            case .none: nil
            case .counted: DatagramTable(serverPort: serverPort, kept: .none, findsTwins: true, decoding: decoding)
            case .kept(let kept), .keptAlone(let kept):
                DatagramTable(serverPort: serverPort, kept: kept, findsTwins: true, decoding: decoding)
            }
        }
    }
}
