import Capture

/// The drawing with a lane for each client: time to the right, requests down to the server's line, replies up from it.
struct PageLanes {
    /// The most lanes, and the most anomalies that are marked.
    static let maximumLanes = 200
    static let maximumMarks = 5000

    static let left = 190.0
    static let width = 960.0
    static let laneHeight = 60.0
    private static let top = 26.0

    let flows: [Flow]
    let names: EndpointNames
    let messages: [PageMessage]
    private let start: Int64
    private let span: Double

    init(_ flows: [Flow], names: EndpointNames, messages: [PageMessage], until end: Timestamp?) {
        self.flows = flows
        self.names = names
        self.messages = messages
        start = flows.map(\.firstTime.nanoseconds).min() ?? 0
        let last = end?.nanoseconds ?? flows.map(\.lastTime.nanoseconds).max() ?? start
        span = Double(max(1, last - start))
    }

    /// The SVG element.
    func svg() -> String {
        let height = Self.top + Self.laneHeight * Double(flows.count) + 4
        let width = Self.left + Self.width + 40
        var out =
            "<svg id=\"lanes\" role=\"img\" aria-label=\"messages by client\" width=\"\(coordinate(width))\" "
            + "height=\"\(coordinate(height))\">\n"
        for step in 0...8 {
            let part = Double(step) / 8
            let time = duration(nanoseconds: Int64(span * part))
            out +=
                "<g data-x=\"\(fixed(part, 6))\" transform=\"translate(\(coordinate(x(part))) 0)\"><path class=\"grid\" "
                + "d=\"M0 18V\(coordinate(height))\"/><text y=\"13\" text-anchor=\"middle\">\(escaped(time))</text></g>\n"
        }
        let byLane = Dictionary(grouping: messages, by: \.lane)
        for (lane, flow) in flows.enumerated() { out += self.lane(lane, flow, byLane[lane] ?? []) }
        return out + "</svg>\n"
    }

    private func lane(_ lane: Int, _ flow: Flow, _ messages: [PageMessage]) -> String {
        let y = Self.top + Self.laneHeight * Double(lane)
        var out =
            "<g class=\"lane\" transform=\"translate(0 \(coordinate(y)))\"><text x=\"4\" y=\"18\">"
            + "\(escaped(names.name(flow.client)))</text><text class=\"dim\" x=\"4\" y=\"48\">"
            + "\(escaped(names.name(flow.server)))</text><path class=\"line\" d=\"M\(coordinate(Self.left)) 14h4000000"
            + "M\(coordinate(Self.left)) 44h4000000\"/>\n"
        for message in messages { out += arrow(message) }
        for anomaly in flow.anomalies.prefix(max(0, Self.maximumMarks / max(1, flows.count))) { out += mark(anomaly) }
        return out + "</g>\n"
    }

    private func arrow(_ message: PageMessage) -> String {
        let part = self.part(message.packet.time)
        var out = ""
        if let replied = message.replied {
            let length = max(0, self.part(replied) - part)
            out +=
                "<rect data-x=\"\(fixed(part, 6))\" data-w=\"\(fixed(length, 6))\" x=\"\(coordinate(x(part)))\" y=\"44\" "
                + "width=\"\(coordinate(length * Self.width))\" height=\"5\"/>"
        }
        let kind = message.fault != nil ? "bad" : message.isToServer ? "ask" : "say"
        let shape = message.isToServer ? "M0 14V43m-3-6 3 6 3-6" : "M0 44V15m-3 6 3-6 3 6"
        let fault = message.fault.map { ", \($0.uppercased())" } ?? ""
        let latency = message.replied.map {
            ", answered after \(duration(nanoseconds: $0.nanoseconds - message.packet.time.nanoseconds))"
        }
        out +=
            "<g class=\"m \(kind)\" data-x=\"\(fixed(part, 6))\" transform=\"translate(\(coordinate(x(part))) 0)\">"
            + "<path d=\"\(shape)\"/><title>"
            + escaped("packet \(message.packet.number): \(message.label)\(latency ?? "")\(fault)") + "</title></g>\n"
        return out
    }

    private func mark(_ anomaly: Anomaly) -> String {
        let part = self.part(anomaly.packet.time)
        guard part <= 1 else { return "" }
        return "<g class=\"m odd\" data-x=\"\(fixed(part, 6))\" transform=\"translate(\(coordinate(x(part))) 0)\">"
            + "<path d=\"M0 3l5 9h-10z\"/><title>"
            + escaped("packet \(anomaly.packet.number): \(anomaly.words)") + "</title></g>\n"
    }

    private func part(_ time: Timestamp) -> Double { Double(time.nanoseconds - start) / span }
    private func x(_ part: Double) -> Double { Self.left + Self.width * part }
}
