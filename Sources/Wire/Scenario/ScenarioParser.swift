extension Scenario {
    /// Reads a scenario from text, whatever protocol it names.
    ///
    /// - Parameters:
    ///   - text: the file's contents.
    ///   - file: its name, for errors.
    /// - Throws: the first thing that is not as it must be, with its place.
    /// - Complexity: O(length of the text).
    public init(parsing text: String, file: String = "scenario") throws(ScenarioError) {
        self = try Self.read(text, file: file) { _, _ in }.scenario
    }

    /// Reads a scenario from text, and finds the protocol that it names.
    ///
    /// - Parameters:
    ///   - text: the file's contents.
    ///   - file: its path, for errors; its folder is where a protocol is looked for that is a file itself.
    ///   - resolve: the protocol of a name; what it throws is told with the name's place.
    /// - Throws: the first thing that is not as it must be, with its place.
    /// - Complexity: O(length of the text).
    public static func parse(
        _ text: String, file: String, resolve: (_ name: String, _ folder: String) throws -> any WireCodec
    ) throws(ScenarioError) -> (scenario: Scenario, codec: any WireCodec) {
        var (scenario, codec) = try read(text, file: file, resolve)
        // A protocol that is a file may be named with its folder.
        scenario.protocolName = codec.name
        return (scenario, codec)
    }

    private static func read<Found>(
        _ text: String, file: String, _ resolve: (_ name: String, _ folder: String) throws -> Found
    ) throws(ScenarioError) -> (scenario: Scenario, found: Found) {
        var parser = ScenarioParser(file: file)
        var found: Found?
        var number = 0
        // By bytes: as characters, CR LF is one, and no line feed.
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            try parser.take(LineReader(line, file: file, line: number))
            if found == nil, let (name, place) = parser.named {
                do {
                    found = try resolve(name, folder(of: file))
                } catch {
                    throw place.error("\(error)")
                }
            }
        }
        let scenario = try parser.finish(lastLine: number)
        guard let found else { preconditionFailure("a scenario without a protocol's name is none") }
        return (scenario, found)
    }

    private static func folder(of file: String) -> String {
        file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
    }
}

private struct ScenarioParser {
    let file: String
    /// The protocol's name, and where it stands.
    var named: (name: String, place: LineReader)?
    var blocks: [Scenario.Block] = []
    var group: [Scenario.Step]?
    var groupLine = 0
    var connected: Set<Int> = []
    var steps = 0
    var tokenBytes = 0

    init(file: String) {
        self.file = file
    }

    mutating func take(_ line: LineReader) throws(ScenarioError) {
        var line = line
        let indented = line.skipSpace() > 0
        guard !line.isAtEnd else { return }
        if !indented { try closeGroup() }
        guard named != nil else { return try takeProtocol(&line) }
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
        named = (name, start)
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
            return .pause(.milliseconds(milliseconds))
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
        guard let named else {
            throw ScenarioError(
                file: file, line: max(1, lastLine), column: 1, message: "expected 'protocol NAME' as the first line")
        }
        return Scenario(protocolName: named.name, blocks: blocks)
    }
}
