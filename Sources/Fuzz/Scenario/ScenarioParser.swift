extension Scenario {
    /// Reads a scenario from text.
    ///
    /// - Parameters:
    ///   - text: the file's contents.
    ///   - file: its name, for errors.
    ///   - protocols: the names of the protocols that are known; nil takes any name.
    /// - Throws: the first thing that is not as it must be, with its place.
    /// - Complexity: O(length of the text).
    public init(
        parsing text: String, file: String = "scenario", protocols: [String]? = nil
    ) throws(ScenarioError) {
        var parser = ScenarioParser(file: file, protocols: protocols)
        var number = 0
        // By bytes: as characters, CR LF is one, and no line feed.
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            try parser.take(LineReader(line, file: file, line: number))
        }
        self = try parser.finish(lastLine: number)
    }
}

private struct ScenarioParser {
    let file: String
    let protocols: [String]?
    var protocolName: String?
    var blocks: [Scenario.Block] = []
    var group: [Scenario.Step]?
    var groupLine = 0
    var connected: Set<Int> = []
    var steps = 0
    var tokenBytes = 0

    init(file: String, protocols: [String]?) {
        self.file = file
        self.protocols = protocols
    }

    mutating func take(_ line: LineReader) throws(ScenarioError) {
        var line = line
        let indented = line.skipSpace() > 0
        guard !line.isAtEnd else { return }
        if !indented { try closeGroup() }
        guard protocolName != nil else { return try takeProtocol(&line) }
        if group != nil {
            let step = try takeStep(&line)
            // In place: a copy for each step would take time in the square of their number.
            group?.append(step)
        } else if indented {
            throw line.error("only steps under 'together' are indented")
        } else if line.takes("together") {
            try line.end()
            group = []
            groupLine = line.number
        } else {
            blocks.append(.step(try takeStep(&line)))
        }
    }

    mutating func takeProtocol(_ line: inout LineReader) throws(ScenarioError) {
        guard line.takes("protocol") else { throw line.error("expected 'protocol NAME' as the first line") }
        line.skipSpace()
        let start = line
        let name = try line.word("a protocol's name")
        if let protocols, !protocols.contains(name) {
            throw start.error("unknown protocol '\(name)'; expected one of \(protocols.joined(separator: ", "))")
        }
        protocolName = name
        try line.end()
    }

    mutating func takeStep(_ line: inout LineReader) throws(ScenarioError) -> Scenario.Step {
        let start = line
        let name = try line.word("a client like c0")
        guard name.first == "c", let client = Int(name.dropFirst()), name == "c\(client)" else {
            throw start.error("expected a client like c0, 'together' or a comment, found '\(name)'")
        }
        guard (0..<Scenario.maximumClients).contains(client) else {
            throw start.error("client \(client) is not one of 0 to \(Scenario.maximumClients - 1)")
        }
        line.skipSpace()
        let verb = line
        let action = try takeAction(&line)
        try line.end()
        try count(action, at: start)
        if case .connect = action {
            connected.insert(client)
        } else if !connected.contains(client) {
            throw verb.error("c\(client) is not connected here; 'c\(client) connect' must come before")
        }
        return Scenario.Step(client: client, action)
    }

    /// Holds the scenario to its limits.
    mutating func count(_ action: Scenario.Action, at place: LineReader) throws(ScenarioError) {
        steps += 1
        guard steps <= Scenario.maximumSteps else {
            throw place.error("a scenario has at most \(Scenario.maximumSteps) steps")
        }
        guard case .send(let payload) = action else { return }
        tokenBytes += payload.sizedTokenBytes
        guard tokenBytes <= Scenario.maximumTokenBytes else {
            throw place.error(
                "the tokens of a scenario have at most \(Scenario.maximumTokenBytes) bytes together, up to here they have "
                    + "\(tokenBytes)")
        }
    }

    func takeAction(_ line: inout LineReader) throws(ScenarioError) -> Scenario.Action {
        let start = line
        let verb = try line.word("connect, send, expect, pause, shutdown, reset or close")
        line.skipSpace()
        switch verb {
        case "connect":
            guard !line.isAtEnd else { return .connect(receiveBuffer: nil) }
            guard line.takes("receive-buffer") else { throw line.error("expected 'receive-buffer BYTES' or nothing") }
            line.skipSpace()
            return .connect(receiveBuffer: try line.number("a size in bytes", in: 1...1 << 30))
        case "send":
            return .send(try line.payload())
        case "expect":
            return .expect(count: line.isAtEnd ? 1 : try line.number("how many replies", in: 1...1 << 20))
        case "pause":
            let milliseconds = try line.number("a time like 5ms", in: 0...60_000, suffix: "ms")
            return .pause(milliseconds: milliseconds)
        case "shutdown": return .shutdown
        case "reset": return .reset
        case "close": return .close
        default:
            throw start.error("unknown step '\(verb)'; expected connect, send, expect, pause, shutdown, reset or close")
        }
    }

    mutating func closeGroup() throws(ScenarioError) {
        guard let steps = group else { return }
        guard !steps.isEmpty else {
            throw ScenarioError(
                file: file, line: groupLine, column: 1, message: "expected indented steps under 'together'")
        }
        blocks.append(.together(steps))
        group = nil
    }

    mutating func finish(lastLine: Int) throws(ScenarioError) -> Scenario {
        try closeGroup()
        guard let protocolName else {
            throw ScenarioError(
                file: file, line: max(1, lastLine), column: 1, message: "expected 'protocol NAME' as the first line")
        }
        return Scenario(protocolName: protocolName, blocks: blocks)
    }
}
