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

extension Judge {
    /// Judges a capture file, pcap, pcapng or snoop, that anybody made: the connections in it that speak the protocol.
    ///
    /// - Parameters:
    ///   - transport: how its clients and servers talk.
    ///   - serverPort: only flows to this port; nil: all.
    /// - Throws: `CaptureError`, where it cannot be read.
    /// - Complexity: O(bytes + operations), but for the search of linearizability, which keeps to its budget.
    public func judge(
        captureAt path: String, codec: any WireCodec, transport: FlowTransport = .tcp, serverPort: UInt16? = nil
    ) throws(CaptureError) -> Judgement {
        var wants = CaptureReading.Wants()
        wants.serverPort = serverPort
        wants.datagrams = transport == .udp ? .kept(.all) : .none
        var reading = try CaptureReading(path: path, wants)
        let evidence = Evidence(reading.take(transport, serverPort: serverPort), of: reading, codec: codec)
        return judge(evidence, notedIn: reading.sectionComments)
    }
}
