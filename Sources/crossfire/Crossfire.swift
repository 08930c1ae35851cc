import ArgumentParser
import Foundation
import Fuzz
import Report

/// The command line. One file a subcommand; this one only lists them.
@main
struct Crossfire: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crossfire",
        abstract: "Tests concurrent servers from the outside: order, loss and races, judged from the wire.",
        discussion: """
            Exit status: 0 held, 1 violated, 2 inconclusive or nothing tested, 64 wrong usage, 65 unreadable input, \
            69 the target did not start, 70 our own bug, 74 an output could not be written, 75 worth retrying, 77 no right to capture, 78 bad \
            configuration, 130/143 interrupted.
            """,
        version: Version.text,
        subcommands: [
            FuzzCommand.self, ProbeCommand.self, CaptureCommand.self, InspectCommand.self, CheckCommand.self,
            ReplayCommand.self,
            MinimizeCommand.self, GateCommand.self, ServeCommand.self, ZooCommand.self, CompareCommand.self,
            DoctorCommand.self, ExplainCommand.self, ProtocolCommand.self,
        ])

    static func main() {
        StandardStreams.prepare()
        guard access("/proc/self/stat", R_OK) == 0 else {
            end(with: Failure(.badConfiguration, "there is no /proc, which tells of targets: mount -t proc proc /proc"))
        }
        GuardedProcess.adoptOrphans()
        do {
            var command = try parseAsRoot()
            try command.run()
            try StandardOutput.finish()
        } catch let error as CleanExit {
            exit(withError: error)
        } catch {
            let failure = Failure(error)
            if failure?.status != .ownBug, let lost = Result(catching: StandardOutput.finish).failure {
                end(with: lost)
            }
            if let failure { end(with: failure) }
            // Help, the version, and completion scripts are no failures; nor is a verdict.
            guard !(error is ExitCode), let failure = parsing(error) else { exit(withError: error) }
            end(with: failure)
        }
    }

    private static func end(with failure: Failure) -> Never {
        failure.report()
        exit(withError: ExitCode(failure.status.rawValue))
    }

    /// What the argument parser found wrong, in a line; what nobody foresaw is our bug, not a verdict.
    private static func parsing(_ error: any Error) -> Failure? {
        switch exitCode(for: error) {
        case .success: return nil
        case .validationFailure:
            var help = "crossfire"
            var commands = configuration.subcommands
            for word in CommandLine.arguments.dropFirst() {
                guard let command = commands.first(where: { $0.configuration.commandName == word }) else { break }
                help += " " + word
                commands = command.configuration.subcommands
            }
            let told = message(for: error)
            let wrong = told.hasSuffix(".") ? String(told.dropLast()) : told
            let more = wrong.hasSuffix("?") ? " See" : "; see"
            return Failure(.usage, "\(wrong.prefix(1).lowercased() + wrong.dropFirst())\(more) '\(help) --help'")
        default: return Failure(.ownBug, "\(error)")
        }
    }
}

extension Result {
    /// What it failed with, as a line and a status.
    fileprivate var failure: crossfire.Failure? {
        if case .failure(let error) = self { crossfire.Failure(error) } else { nil }
    }
}
