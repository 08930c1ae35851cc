public import Capture

/// What `crossfire inspect` prints of a whole capture: the summary, then the flows in tables.
public struct InspectOverview: Sendable {
    private let facts: InspectSummary.FileFacts
    private let names: EndpointNames
    private let transport: FlowTransport?
    private let style: TerminalStyle

    /// An overview; with a transport, only its flows are listed.
    public init(
        _ facts: InspectSummary.FileFacts, names: EndpointNames, transport: FlowTransport?, style: TerminalStyle
    ) {
        self.facts = facts
        self.names = names
        self.transport = transport
        self.style = style
    }

    /// The text; each flow is looked at as it is shown, for there may be hundreds of thousands.
    public func text(flows: InspectJSON.Flows, exchanges: InspectJSON.Flows) throws -> String {
        var summary = InspectSummary(facts, style: style)
        var tables = [InspectText(names: names, style: style), InspectText(names: names, style: style)]
        try flows {
            summary.add($0)
            if transport != .udp { tables[0].add($0) }
        }
        try exchanges {
            summary.add($0)
            if transport != .tcp { tables[1].add($0) }
        }
        return ([summary.text()] + tables.filter { !$0.isEmpty }.map { $0.table() }).joined(separator: "\n\n")
    }
}
