import ArgumentParser
import Capture
import Foundation
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
            Ends at Ctrl-C, SIGTERM or the first limit; what was sent before is in the file. Exit status: 0 complete, \
            2 when something was lost or cannot be proved, 77 without the right to capture.

            Examples:
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

    func validate() throws {
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
        options.maximumDuration = duration.map { .seconds($0.seconds) }
        if let ringFiles { options.ring = .init(fileBytes: ringSize, files: ringFiles) }
        StopSignals.block()
        let recorder = try CaptureRecorder(options)
        StopSignals.wait { recorder.stop() }
        Console.note("recording \(interface.joined(separator: ", ")) to \(write)")
        let outcome = try recorder.run()
        for line in RecordText.lines(outcome, interfaces: interface) { Console.note(line) }
        if !outcome.isComplete { throw Status.inconclusive.exitCode }
    }
}

/// SIGINT and SIGTERM, taken by a thread of their own in place of ending the process. (sigwait(3))
private enum StopSignals {
    private static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        return set
    }

    /// Holds the signals back, in this thread and those that it starts; one that comes now is not lost.
    static func block() {
        var set = set
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Calls `stop` at the first signal, also at one that came since `block`.
    static func wait(_ stop: @escaping @Sendable () -> Void) {
        Thread.detachNewThread {
            var set = set
            var number: Int32 = 0
            sigwait(&set, &number)
            stop()
        }
    }
}
