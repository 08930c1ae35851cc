public import Capture
public import Wire

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
