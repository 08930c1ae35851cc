import ArgumentParser
import Foundation
import Fuzz
import Report
import System

/// `crossfire compare`: what the choice between processes and threads costs and buys.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measure reference servers beside each other: throughput, latency, memory, crashes.",
        discussion: """
            Each number of clients is measured in turns, so that what the machine does besides hits all servers. \
            Clients wait for each reply before they send again.

            Example:
              crossfire compare forked/kv threaded/kv preforked/kv --clients 1,2,4,8
            """)

    @Argument(help: "Reference servers of the kv service: forked/kv threaded/kv.")
    var servers: [String]

    @Option(help: "The numbers of clients.")
    var clients = "1,2,4,8,16,32,64"

    @Option(help: "How often each number of clients is measured.")
    var rounds = 3

    @Option(help: "How long each measurement takes: 250ms, 1s.")
    var time = Duration(argument: "250ms")!

    @Flag(help: "Print one JSON object; progress goes to standard error.")
    var json = false

    func validate() throws {
        guard (1...100).contains(rounds) else { throw ValidationError("--rounds must be from 1 to 100") }
        _ = try numbers()
    }

    private func numbers() throws -> [Int] {
        try clients.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let number = Int(word), (1...1024).contains(number) else {
                throw ValidationError("--clients wants numbers from 1 to 1024 by commas, not '\(clients)'")
            }
            return number
        }
    }

    func run() throws {
        Interruption.watch()
        let targets = try servers.map { server in
            guard server.prefix(while: { $0 != "+" }).hasSuffix("/kv") || !server.contains("/") else {
                throw Failure(.usage, "\(server) is not of the kv service, which is what can be compared")
            }
            let spec = try TargetDescription.server(server).resolved()
            guard case .command(_, .tcp) = spec else {
                throw Failure(.usage, "\(server) is not reached over TCP, which is what can be compared")
            }
            return (name: server, spec: spec)
        }
        var options = ComparisonOptions(targets: targets)
        options.clients = try numbers()
        options.rounds = rounds
        options.time = time
        let line = StatusLine()
        let results = try Comparison(options).run { line.update($0) }
        line.end(erasing: true)
        if let signal = Interruption.signal { throw CommandStatus(signal: signal).exitCode }
        let table = ComparisonTable(results)
        print(json ? try table.json() : table.text())
    }
}
