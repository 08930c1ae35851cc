public import Capture

/// What `crossfire inspect` is asked, as far as it decides what has to be read of a file, and kept.
public struct InspectQuestion: Sendable {
    /// The server's port, where the capture misses the handshakes.
    public var serverPort: UInt16?
    /// Which UDP ports carry packets.
    public var decoding = UDPDecoding.usual
    /// The transport that was named.
    public var transport: FlowTransport?
    /// The flow whose packets are shown.
    public var flow: Int?
    /// The flow whose bytes are shown.
    public var follow: Int?
    /// Messages are shown: a protocol was named.
    public var wantsMessages = false
    /// A page is made.
    public var wantsPage = false
    /// A part is written as a capture of its own.
    public var wantsSlice = false
    /// Wireshark's flags are printed, and nothing else.
    public var wantsWiresharkFlags = false
    /// All is printed as JSON.
    public var wantsJSON = false

    /// Of larger files the summary does not compare repeated bytes with their first copies. Bytes.
    static let maximumComparedFileBytes = 256 << 20

    /// The summary and the flows.
    public init() {}

    /// Only one flow is looked at.
    private var number: Int? { flow ?? follow }
    /// Flows are looked at by their bytes.
    private var looksInside: Bool { wantsMessages || number != nil || wantsPage }

    /// What is to be read.
    ///
    /// - Parameter fileBytes: the file's size; nil for a pipe, which cannot be read again.
    public func wants(fileBytes: Int?) -> CaptureReading.Wants {
        var wants = CaptureReading.Wants()
        wants.serverPort = serverPort
        wants.decoding = decoding
        wants.anomalies = true
        wants.wiresharkFlags = wantsWiresharkFlags
        wants.streams = looksInside || fileBytes == nil && !wantsWiresharkFlags
        let isSmall = fileBytes.map { $0 <= Self.maximumComparedFileBytes || wantsJSON } ?? false
        wants.comparesRepeats = !wantsWiresharkFlags && isSmall
        wants.leavesFlowsInTable = !looksInside && !wantsSlice
        wants.datagrams = datagrams
        if let flow {
            wants.packets = .flow(flow)
        } else if wantsPage {
            wants.packets = .all
        }
        return wants
    }

    private var datagrams: CaptureReading.Wants.Datagrams {
        guard transport != .tcp, wantsMessages || number != nil else { return .counted }
        let kept: DatagramTable.Kept = number.map { .one($0) } ?? .all
        return transport == .udp ? .kept(kept) : .keptAlone(kept)
    }

    /// The flagged frames, of the one flow if it was named.
    public func frames(_ reading: CaptureReading) -> [WiresharkAnalysis.Frame] {
        guard flow != nil else { return reading.frames }
        let own = Set(reading.kept.packets.map(\.packet.number))
        return reading.frames.filter { own.contains($0.number) }
    }
}
