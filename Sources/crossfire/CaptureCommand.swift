import ArgumentParser
import Capture
import Foundation
import Fuzz
import Report

/// `crossfire capture`: recording packets, without a campaign.
struct CaptureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture", abstract: "Record packets to pcapng, and prove that nothing is missing.",
        subcommands: [RecordCommand.self])
}

/// `crossfire capture record`: until a signal or a limit.
struct RecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record interfaces to a pcapng file or a ring of them.",
        discussion: """
            Ends at Ctrl-C, SIGTERM or the first limit; what was sent before is in the file. With a command, it records \
            what that does, in a private network with a lo of its own, which needs no rights, until the command ends; \
            it ends the command where a limit or a signal comes first. The file gets its name at the end; until then, \
            and after a SIGKILL, NAME.partial holds what was recorded until a moment before. Exit status: 0 complete, \
            2 when something was lost or cannot be proved, 74 when the file cannot be written (a full disk: it keeps \
            what was recorded before), 77 without the right to capture.

            Examples:
              crossfire capture record -w a.pcapng -- ./run-my-tests
              crossfire capture record -i lo -f 'tcp port 6379' -w a.pcapng --duration 10s
              crossfire capture record -i eth0 -w a.pcapng --ring-files 5 --ring-size 100000000
            """)

    @Option(name: [.customShort("i"), .long], help: "An interface; any for all. May be given several times.")
    var interface: [String] = ["lo"]

    @Option(name: [.customShort("f"), .long], help: "A pcap-filter(7) expression.")
    var filter = ""

    @Option(
        name: [.customShort("w"), .long], help: "The pcapng file; of a ring, a number is put before its extension.")
    var write: String

    @Option(help: "End after so many packets.")
    var count: Int?

    @Option(help: "End after a time: 500ms, 60s, 5m, 2h.")
    var duration: Duration?

    @Option(help: "End after so many bytes of files.")
    var size: Int?

    @Option(help: "Keep so many files, the newest; needs --ring-size.")
    var ringFiles: Int?

    @Option(help: "Begin a new file after so many bytes; needs --ring-files.")
    var ringSize: Int?

    @Flag(
        help: "Stay in the machine's own network; needs the right to capture. Without it a command gets a private one.")
    var noSandbox = false

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp("A variable for the command and --setup. Repeatable.", valueName: "name=value"))
    var variables: [String] = []

    @Option(
        help: ArgumentHelp(
            "Run by sh before the recording, in the command's network; it has 10 s, or what --start-timeout says. What it leaves running ends with the command.",
            valueName: "command"))
    var setup: String?

    @Option(help: ArgumentHelp("How long --setup may take.", valueName: "duration"))
    var startTimeout: Duration?

    @Argument(parsing: .postTerminator, help: "A command to record, after --.")
    var command: [String] = []

    func validate() throws {
        if noSandbox, command.isEmpty { throw ValidationError("--no-sandbox needs a command after --") }
        if setup != nil || !variables.isEmpty, command.isEmpty {
            throw ValidationError("--setup and --env need a command after --")
        }
        _ = try LifeOptions.environment(variables)
        if (ringFiles == nil) != (ringSize == nil) {
            throw ValidationError("--ring-files and --ring-size go together")
        }
        for (name, value) in [
            ("--count", count), ("--size", size), ("--ring-files", ringFiles), ("--ring-size", ringSize),
        ] {
            if let value, value < 1 { throw ValidationError("\(name) must be at least 1") }
        }
    }

    func run() throws {
        var options = CaptureRecorder.Options(
            captures: interface.map { LiveCapture.Options(interface: $0, filter: filter) }, path: write,
            section: SectionInfo(os: "Linux", application: "crossfire \(Version.text)"))
        options.maximumPackets = count
        options.maximumBytes = size
        options.maximumDuration = duration
        if let ringFiles { options.ring = .init(fileBytes: ringSize, files: ringFiles) }
        if !command.isEmpty, !noSandbox, case .refused(let reason) = PrivateNetwork.enter() {
            Console.note("no private network (\(reason)); recording in the machine's own")
        }
        let (environment, helpers) = try prepare()
        defer { helpers?.end() }
        StopSignals.block()
        let recorder = try Self.recorder(options, hasCommand: !command.isEmpty)
        StopSignals.wait { recorder.stop() }
        var recorded: ChildCommand?
        let result = Result {
            try recorder.run { partial in
                Console.note(
                    "recording \(interface.joined(separator: ", ")) to \(write)"
                        + (partial == write ? "" : "; until it ends, what was recorded is in \(partial)"))
                recorded =
                    command.isEmpty ? nil : try ChildCommand(command, environment: environment) { recorder.stop() }
            }
        }
        let complaint = recorded?.finish()
        let outcome = try result.get()
        if let complaint { Console.note(complaint) }
        for line in RecordText.lines(outcome, interfaces: interface) { Console.note(line) }
        if let failure = outcome.failure {
            throw Failure(.outputLost, "\(failure); what was recorded before is in \(outcome.files.last ?? "no file")")
        }
        if !outcome.isComplete { throw CommandStatus.inconclusive.exitCode }
    }

    /// Runs what is to be run before. Signals end this program until it records, and what it runs with it.
    private func prepare() throws -> (environment: [String: String], helpers: GuardedProcess?) {
        var life = TargetLife()
        life.environment = try LifeOptions.environment(variables)
        life.setup = setup
        life.startTimeout = startTimeout
        let folder = try ScratchDirectory()
        let commands = TargetCommands(life: life, places: nil, logPath: folder.path + "/commands.log")
        return (commands.environment, try commands.run(.setup))
    }

    /// Opens the interfaces; who may not capture is told what needs no right.
    private static func recorder(_ options: CaptureRecorder.Options, hasCommand: Bool) throws -> CaptureRecorder {
        do {
            return try CaptureRecorder(options)
        } catch {
            guard !hasCommand, let failure = Failure(error), failure.status == .noPermission else { throw error }
            throw Failure(
                .noPermission, failure.message + "; a command after -- is recorded in a private network, without rights"
            )
        }
    }
}
