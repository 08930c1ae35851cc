import Capture

/// The flows of a capture that `inspect` was asked about: those of one transport, or one of them.
struct InspectedFlows {
    let transport: FlowTransport
    /// The flows asked about.
    let flows: [Flow]
    /// Those of the other transport, where no single flow was named.
    let others: [Flow]
    /// Of UDP, the flows asked about with their datagrams.
    let exchanges: [DatagramFlow]

    var tcp: [Flow] { transport == .tcp ? flows : others }
    var udp: [Flow] { transport == .tcp ? others : flows }

    /// Chooses by the user's word, else TCP unless there is UDP alone; of all flows, or of one by its number.
    ///
    /// Throws a `Failure`, 65, where the capture has no such flow.
    init(_ reading: CaptureReading, _ wanted: CapturedTransport?, number: Int?, in capture: String) throws {
        let isUDP = wanted.map { $0 == .udp } ?? (reading.flows.isEmpty && !reading.datagrams.isEmpty)
        transport = isUDP ? .udp : .tcp
        let connections = number.map { number in reading.flows.filter { $0.id == number } } ?? reading.flows
        exchanges = isUDP ? reading.datagrams.filter { number == nil || $0.id == number } : []
        flows = isUDP ? exchanges.map { Flow($0) } : connections
        others = number != nil ? [] : isUDP ? connections : reading.datagrams.map { Flow($0) }
        if let number, flows.isEmpty {
            let count = isUDP ? reading.datagrams.count : reading.flows.count
            throw Failure(.badInput, "\(capture) has no \(isUDP ? "UDP " : "")flow \(number); it has \(count)")
        }
    }
}
