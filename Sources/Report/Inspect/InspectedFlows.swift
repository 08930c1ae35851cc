public import Capture
public import Verification

/// The flows of a capture that `inspect` was asked about: those of one transport, or one of them.
public struct InspectedFlows: Sendable {
    /// Of which transport the flows are.
    public let transport: FlowTransport
    /// The flows asked about.
    public let flows: [Flow]
    /// Those of the other transport, where no single flow was named.
    public let others: [Flow]
    /// Of UDP, the flows asked about with their datagrams.
    public let exchanges: [DatagramFlow]

    /// Those of TCP.
    public var tcp: [Flow] { transport == .tcp ? flows : others }
    /// Those of UDP.
    public var udp: [Flow] { transport == .tcp ? others : flows }
    /// Those to be judged.
    public var captured: CapturedFlows { transport == .tcp ? .connections(flows) : .exchanges(exchanges) }

    /// Chooses by the user's word, else TCP unless there is UDP alone; of all flows, or of one by its number.
    ///
    /// - Throws: `NotInCapture`, where the capture has no such flow.
    public init(
        _ reading: CaptureReading, _ wanted: FlowTransport?, number: Int?, in capture: String
    ) throws(NotInCapture) {
        let isUDP = wanted.map { $0 == .udp } ?? (reading.flows.isEmpty && !reading.datagrams.isEmpty)
        transport = isUDP ? .udp : .tcp
        let connections = number.map { number in reading.flows.filter { $0.id == number } } ?? reading.flows
        exchanges = isUDP ? reading.datagrams.filter { number == nil || $0.id == number } : []
        flows = isUDP ? exchanges.map { Flow($0) } : connections
        others = number != nil ? [] : isUDP ? connections : reading.datagrams.map { Flow($0) }
        if let number, flows.isEmpty {
            let count = isUDP ? reading.datagrams.count : reading.flows.count
            throw NotInCapture(
                description: "\(capture) has no \(isUDP ? "UDP " : "")flow \(number); it has \(count)")
        }
    }
}
