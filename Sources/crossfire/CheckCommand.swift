import ArgumentParser
import Capture
import Foundation
import Fuzz
import Report
import Verification
import Wire
import Protocols

/// `crossfire check`: the oracles on a capture that anyone made, or a model on a history.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check order, loss and races in a capture of a server's traffic, or a history against a model.",
        discussion: """
            A server is accused only of what the capture proves: that its bytes and its client's were captured, that \
            the connection speaks the protocol, that the request reached the server, and that it had the time to answer. \
            What is not proved is inconclusive; connections that never speak the protocol are left aside, and both are \
            named. That all clients of the server were captured is taken for granted.

            A history is a file of operations with intervals (linhist-1, JSON lines), or a journal of events as Jepsen \
            writes it: EDN or JSON maps in a list or one after the other, or lines of process :type :f value, with a \
            log's prefix or without; plain or compressed with gzip or Zstandard. Its model is read from it unless \
            --model names one.

            - The lines of a journal are in the order of the events; :time is for people. Operations with intervals \
            whose times are equal overlap.
            - Values keep their type: true is not 1, :a is not "a", 1.0 is not 1, [1 2] is (1 2). A read that answers \
            nil read nil, the value before the first write (Knossos takes each read of nil for one of anything).
            - Processes but :nemesis are clients. What stands in :key is the key. A list of two is a key and its value \
            where every operation of a client has one; --keyed and --no-keyed decide otherwise.
            - What is cut, or behind another history, or of functions and fields that nobody knows, is named and not \
            guessed: the verdict is inconclusive at best.

            A model of your own is a YAML file, either a table of states (the first is the initial one):

              model: turnstile
              states: [locked, open]
              operations:
                coin: [{to: open, answer: ok}]
                push: [{from: open, to: locked, answer: passed}, {from: locked, answer: refused}]

            or a built-in kind under other names:

              {model: ticket machine, kind: counter, functions: {draw: increment, look: get}, initial: 100}

            With --protocol and --model, the requests of a capture are held against the model, in place of what the \
            protocol knows of objects: they have the names that the protocol has for them (COIN gate; POST /coin), the \
            word after the name, or the path, is the object, an error is a refusal unless the model has it as an answer. Nobody \
            knows what objects held before, so only what no beginning explains is violated, unless --initial says it.

            What a model does not know is never judged: a function foreign to it makes what came after it inconclusive.
            """)

    @Argument(help: "A pcap or pcapng file, or a history; - for standard input.")
    var capture: String

    @Option(
        name: .customLong("protocol"),
        help:
            "The wire protocol of a capture: \(WireProtocols.names), or a file that describes one (see 'crossfire protocol')."
    )
    var protocolName: String?

    @Option(help: "The model of a history or a capture: \(CheckModel.names), or a YAML file with a model of your own.")
    var model: String?

    @Option(help: "What a register or counter held before: 5, true, nil, :word or a text.")
    var initial: String?

    @Flag(
        inversion: .prefixedNo,
        help: "A list of two in a journal's :value is a key and its value, or never; without either, the file tells.")
    var keyed: Bool?

    @Option(help: "Only flows to this server port.")
    var port: UInt16?

    @Option(help: "How the clients and the server of a capture talk: tcp, or udp with a datagram a message.")
    var transport = FlowTransport.tcp

    @Option(help: "How far two time stamps may be off against each other, as between two hosts: 10us.")
    var clockUncertainty: Duration?

    @OptionGroup var waiting: CapturePatience

    @Option(
        help: """
            The most memory to take, 512MiB or 2GB; the verdict is inconclusive where it does not suffice. Without it, \
            searches stop at 200 MiB and 160 bytes an operation; each step of a transaction is one.
            """)
    var maxMemory: ByteCount?

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var decode: DecodeOptions

    @OptionGroup var outputs: CheckOutputs

    func validate() throws {
        if protocolName != nil, model == nil, initial != nil {
            throw ValidationError("--initial is for histories, and for captures with --model")
        }
        if protocolName != nil, keyed != nil { throw ValidationError("--keyed and --no-keyed are for histories") }
        try outputs.validate(protocolName: protocolName)
    }

    func run() throws {
        MemoryWatch.returnLargeBlocks()
        let memory = MemoryWatch(limit: maxMemory)
        memory.begin { reason in
            let judgement = Judgement(inconclusive: [reason])
            try? say(judgement, warnings: [], name: protocolName ?? model ?? "")
        }
        if let protocolName {
            guard capture == "-", outputs.annotate != nil else {
                return try checkCapture(protocolName, at: capture, memory)
            }
            let spooled = try SpooledInput()
            defer { withExtendedLifetime(spooled) {} }
            return try checkCapture(protocolName, at: spooled.path, memory)
        }
        guard model != nil || isHistory else {
            throw Failure(.usage, "give --protocol for a capture, or --model for a history")
        }
        try checkHistory(memory)
    }

    private var uncertainty: Duration { clockUncertainty ?? .zero }
    private var threads: Int { ProcessInfo.processInfo.activeProcessorCount }

    // MARK: Captures

    private func checkCapture(_ protocolName: String, at path: String, _ memory: MemoryWatch) throws {
        let codec = try WireProtocols.required(protocolName)
        let chosen = try model.map { try ChosenModel(named: $0) }
        // That an object began empty can be said of any.
        if let initial, initial != "nil" { try chosen?.takeInitialValue() }
        var wants = CaptureReading.Wants()
        wants.serverPort = port
        wants.datagrams = transport == .udp ? .kept(.all) : .none
        wants.decoding = decode.decoding
        var reading = try CaptureReading.shown(path, wants)
        let requests = reading.flows.reduce(0) { $0 + $1.toServer.packets }
        for warning in reading.warnings + reading.recordingNotes { Console.note("\(capture): \(warning)") }
        let evidence = Evidence(reading.take(transport, serverPort: port), of: reading, codec: codec)
        let budget = memory.searchBudget(operations: requests, threads: threads)
        let judge = { (oracles: [any Oracle]) in
            Judge(oracles: oracles, clockUncertainty: uncertainty, threads: threads)
        }
        guard let chosen else {
            let oracles = Judge.wireOracles(silenceLimits: waiting.silenceLimits, budget: budget)
            let judgement = judge(oracles).judge(evidence, notedIn: reading.sectionComments)
            return try finish(judgement, reading, path, codec.name, memory) { judgement in
                CheckPage(
                    title: CheckOutputs.title(capture), evidence: evidence, judgement: judgement,
                    warnings: reading.warnings, budget: pageBudget(judgement.exercised.operations, memory))
            }
        }
        let found = judge(Judge.messageOracles(silenceLimits: waiting.silenceLimits)).judge(
            evidence, model: chosen, Checker(budget: budget, clockUncertainty: uncertainty, threads: threads),
            initial: initial, notedIn: reading.sectionComments)
        try finish(found.judgement, reading, path, "\(codec.name), \(chosen.name)", memory) { judgement in
            chosen.page(
                title: CheckOutputs.title(capture), found.captured.history, found.result, judgement,
                budget: pageBudget(requests, memory))
        }
    }

    private func finish(
        _ judgement: Judgement, _ reading: CaptureReading, _ path: String, _ name: String, _ memory: MemoryWatch,
        page: (Judgement) -> CheckPage
    ) throws {
        try finish(judgement, warnings: reading.warnings, name: name, memory) {
            try outputs.annotate(path, named: capture, reading, judgement)
            try outputs.page { page(judgement) }
        }
    }

    // MARK: Histories

    /// Whether the file begins like a history; standard input has to be named by --model.
    private var isHistory: Bool { capture != "-" && HistoryFile.isHistory(at: capture) }

    private func checkHistory(_ memory: MemoryWatch) throws {
        let asked = try AskedHistory(path: capture, model: model, initial: initial, isKeyed: keyed)
        let history = asked.history
        let budget = memory.searchBudget(operations: history.stepCount, threads: threads)
        let result = try asked.check(Checker(budget: budget, clockUncertainty: uncertainty, threads: threads))
        let judgement = Judgement(result, hasClock: history.hasClock)
        try finish(judgement, warnings: [], name: asked.model.name, memory) {
            try outputs.page {
                asked.model.page(
                    title: CheckOutputs.title(capture), history, result, judgement,
                    budget: pageBudget(history.count, memory))
            }
        }
    }

    private func pageBudget(_ operations: Int, _ memory: MemoryWatch) -> SearchBudget {
        memory.pageBudget(operations: operations, atMost: CheckPage.budget)
    }

    /// Says the verdict, and writes then what else was asked for: a full disk does not hide it.
    private func finish(
        _ judgement: Judgement, warnings: [String], name: String, _ memory: MemoryWatch,
        writing outputs: () throws -> Void
    ) throws {
        memory.verdictIsThere()
        try say(judgement, warnings: warnings, name: name)
        try outputs()
        memory.end()
        throw CommandStatus.end(judgement.verdict)
    }

    private func say(_ judgement: Judgement, warnings: [String], name: String) throws {
        let text = JudgementText(judgement, warnings: warnings)
        print(json ? try text.json(protocolName: name) : text.text(style: TerminalStyle(descriptor: 1)))
    }
}
