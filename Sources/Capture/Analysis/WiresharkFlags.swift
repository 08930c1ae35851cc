/// The `tcp.analysis.*` flags of Wireshark 4.0.17.
public struct WiresharkFlags: OptionSet, Hashable, Sendable {
    /// One bit a flag.
    public var rawValue: UInt16

    /// Creates flags from bits.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// `tcp.analysis.retransmission`
    public static let retransmission = WiresharkFlags(rawValue: 1 << 0)
    /// `tcp.analysis.fast_retransmission`
    public static let fastRetransmission = WiresharkFlags(rawValue: 1 << 1)
    /// `tcp.analysis.spurious_retransmission`
    public static let spuriousRetransmission = WiresharkFlags(rawValue: 1 << 2)
    /// `tcp.analysis.out_of_order`
    public static let outOfOrder = WiresharkFlags(rawValue: 1 << 3)
    /// `tcp.analysis.lost_segment`
    public static let lostSegment = WiresharkFlags(rawValue: 1 << 4)
    /// `tcp.analysis.ack_lost_segment`
    public static let ackLostSegment = WiresharkFlags(rawValue: 1 << 5)
    /// `tcp.analysis.duplicate_ack`
    public static let duplicateACK = WiresharkFlags(rawValue: 1 << 6)
    /// `tcp.analysis.window_update`
    public static let windowUpdate = WiresharkFlags(rawValue: 1 << 7)
    /// `tcp.analysis.window_full`
    public static let windowFull = WiresharkFlags(rawValue: 1 << 8)
    /// `tcp.analysis.keep_alive`
    public static let keepAlive = WiresharkFlags(rawValue: 1 << 9)
    /// `tcp.analysis.keep_alive_ack`
    public static let keepAliveACK = WiresharkFlags(rawValue: 1 << 10)
    /// `tcp.analysis.zero_window`
    public static let zeroWindow = WiresharkFlags(rawValue: 1 << 11)
    /// `tcp.analysis.zero_window_probe`
    public static let zeroWindowProbe = WiresharkFlags(rawValue: 1 << 12)
    /// `tcp.analysis.zero_window_probe_ack`
    public static let zeroWindowProbeACK = WiresharkFlags(rawValue: 1 << 13)
    /// `tcp.analysis.reused_ports`
    public static let reusedPorts = WiresharkFlags(rawValue: 1 << 14)

    /// Wireshark's names without `tcp.analysis.`, by bit.
    public static let names = [
        "retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order", "lost_segment",
        "ack_lost_segment", "duplicate_ack", "window_update", "window_full", "keep_alive", "keep_alive_ack",
        "zero_window", "zero_window_probe", "zero_window_probe_ack", "reused_ports",
    ]

    /// The names of the flags that are set.
    public var setNames: [String] {
        Self.names.indices.filter { rawValue & 1 << $0 != 0 }.map { Self.names[$0] }
    }
}
