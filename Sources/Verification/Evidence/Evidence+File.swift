public import Capture
public import Wire

/// The flows of a capture that are asked about, which are of one transport.
public enum CapturedFlows: Sendable {
    /// TCP connections.
    case connections([Flow])
    /// UDP flows, a message a datagram.
    case exchanges([DatagramFlow])
}

extension CaptureReading {
    /// Hands over all flows of a transport, or those to one server port, and forgets them.
    public mutating func take(_ transport: FlowTransport, serverPort: UInt16?) -> CapturedFlows {
        switch transport {
        case .tcp:
            var flows = takeFlows()
            flows.removeAll { serverPort != nil && $0.server.port != serverPort }
            return .connections(flows)
        case .udp:
            var flows = takeDatagrams()
            flows.removeAll { serverPort != nil && $0.server.port != serverPort }
            return .exchanges(flows)
        }
    }
}

extension Evidence {
    /// The evidence of flows of a capture file, which anybody made.
    ///
    /// - Parameters:
    ///   - flows: they are let go of one by one, as they are read.
    ///   - reading: of which file they are; it tells what the file lacks.
    ///   - name: what to call a client.
    /// - Complexity: O(bytes + packets).
    public init(
        _ flows: consuming CapturedFlows, of reading: CaptureReading, codec: any WireCodec,
        name: (Endpoint) -> String = { $0.description }
    ) {
        // Copied, the flows would all be kept until the last one is read.
        switch consume flows {
        case .connections(let flows):
            self.init(
                capture: consume flows, codec: codec, names: { name($0.client) }, incomplete: reading.shortcomings,
                end: reading.end)
        case .exchanges(let flows):
            self.init(
                capture: flows, codec: codec, names: { name($0.client) }, incomplete: reading.shortcomings,
                end: reading.end)
        }
    }
}
