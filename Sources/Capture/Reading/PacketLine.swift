/// One packet as a diagram needs it: a TCP segment, or a UDP datagram, which has no numbers, flags and window.
public struct PacketLine: Sendable {
    /// Its number and time in the capture.
    public var packet: PacketReference
    /// What carries its flow.
    public var transport = FlowTransport.tcp
    /// The number of its flow.
    public var flow: Int
    /// Who sent it.
    public var source: Endpoint
    /// As on the wire.
    public var sequence: UInt32
    /// As on the wire.
    public var acknowledgement: UInt32
    /// The flags.
    public var flags: TCPFlags
    /// The window as on the wire, not scaled.
    public var window: UInt16
    /// Payload bytes.
    public var length: Int

    /// Takes what a diagram needs of a segment.
    public init(_ segment: Segment, _ record: PacketRecord, flow: Int) {
        packet = PacketReference(number: record.number, time: record.time)
        self.flow = flow
        source = segment.source
        sequence = segment.sequence
        acknowledgement = segment.acknowledgement
        flags = segment.flags
        window = segment.window
        length = segment.payloadLength
    }

    /// Takes what a diagram needs of a datagram.
    public init(_ datagram: Datagram, _ record: PacketRecord, flow: Int) {
        packet = PacketReference(number: record.number, time: record.time)
        transport = .udp
        self.flow = flow
        source = datagram.source
        sequence = 0
        acknowledgement = 0
        flags = []
        window = 0
        length = datagram.payloadLength
    }
}
