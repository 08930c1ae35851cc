import ArgumentParser
import Foundation
import Fuzz
import ReferenceServers
import Report
import System

/// `crossfire zoo`: a campaign against every reference server, correct and defective.
struct ZooCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zoo",
        abstract: "Fuzz every reference server: are all planted defects found, and no correct one accused?",
        discussion: """
            A campaign against a defective server ends when an oracle by which the defect shows has found it, one against a correct \
            server when its budget is spent. Exit status: 0, 1 when a defect was missed or a correct server accused, \
            2 when a campaign was inconclusive or did not run.

            Examples:
              crossfire zoo --budget 10s --only threaded/kv
              crossfire zoo --budget 10s --only correct/udp
              crossfire zoo --budget 60s --only lost-update --only lost-wakeup --json
              crossfire zoo --hammer --only pool/kv
            """)

    @Option(help: "The time for each server: 10s, 1m.")
    var budget = Duration(argument: "30s")!

    @Option(
        help:
            "Only servers with this model, service, defect, transport or state, or with all of these: threaded/kv+unix. Repeatable."
    )
    var only: [String] = []

    @Flag(help: "Only servers on their usual transport and state.")
    var usual = false

    @Option(help: "How many campaigns run at once; without it one for each two processors.")
    var jobs: Int?

    @Option(help: "How many fresh targets confirm each finding.")
    var confirm = 5

    @Option(help: "How many clients fuzz each server.")
    var clients = 8

    @Option(help: "The seed of every campaign.")
    var seed: UInt64 = 1

    @Flag(help: "Load each server as an ordinary test would: a yardstick. What that misses is no fault.")
    var hammer = false

    @Flag(help: "Print one JSON object; progress goes to standard error.")
    var json = false

    func validate() throws {
        if let jobs, !(1...64).contains(jobs) { throw ValidationError("--jobs must be from 1 to 64") }
        if entries.isEmpty { throw ValidationError("no server is called \(only.joined(separator: " or "))") }
    }

    func run() throws {
        Interruption.watch()
        let scratch = try ScratchDirectory()
        defer { withExtendedLifetime(scratch) {} }
        let rows = try campaigns(in: scratch.path)
        let table = ZooTable(rows: rows, budget: budget)
        print(json ? try table.json() : table.text(style: TerminalStyle(descriptor: 1)))
        throw CommandStatus.end(table.verdict(isHammer: hammer))
    }

    /// The servers that were asked for; each name narrows to what it names, several to what any of them names.
    private var entries: [ZooEntry] {
        ZooEntry.all.filter { entry in
            (entry.isUsual || !usual) && (only.isEmpty || only.contains(where: entry.isNamed))
        }
    }

    // MARK: Campaigns

    private func campaigns(in folder: String) throws -> [ZooRow] {
        var waiting = entries
        var running: [(entry: ZooEntry, command: ChildCommand, path: String)] = []
        var rows: [ZooRow] = []
        let line = StatusLine()
        let total = waiting.count
        let places = jobs ?? max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
        defer { for campaign in running { _ = campaign.command.finish() } }
        while !waiting.isEmpty || !running.isEmpty {
            if Interruption.signal != nil { break }
            while running.count < places, let next = waiting.first {
                waiting.removeFirst()
                let path = "\(folder)/\(total - waiting.count)"
                running.append((next, try start(next, path), path))
            }
            for index in running.indices.reversed() where running[index].command.hasEnded {
                let (entry, command, path) = running.remove(at: index)
                let complaint = command.finish()
                rows.append(
                    ZooRow(
                        entry.server.description, expecting: entry.oracles, grade: entry.grade?.rawValue, output: path,
                        complaint: complaint))
                try? FileManager.default.removeItem(atPath: path + ".out")
            }
            line.update("\(rows.count) of \(total): \(running.map(\.entry.server.description).joined(separator: ", "))")
            usleep(20_000)
        }
        line.end(erasing: true)
        let order = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.server.description, $0) })
        return rows.sorted { order[$0.server, default: 0] < order[$1.server, default: 0] }
    }

    private func start(_ entry: ZooEntry, _ path: String) throws -> ChildCommand {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
        var words = [own, "fuzz", "--protocol", entry.protocolName, "--server"] + entry.server.arguments
        words += ["--clients", "\(clients)", "--duration", "\(budget.seconds)s", "--confirm", "\(confirm)"]
        words += ["--strict", "--seed", "\(seed)", "--json", "--out", path + ".out"]
        if hammer { words.append("--hammer") }
        for oracle in entry.oracles { words += ["--stop-on", oracle] }
        return try ChildCommand(words, output: path)
    }
}
