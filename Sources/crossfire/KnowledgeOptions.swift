import ArgumentParser
import Foundation
import Fuzz
import Report
import System
import Verification
import Wire

/// What a user knows of a target, which need not be found out, and could not always be.
struct KnowledgeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with one existing path, or key, a line: they are read, and nothing is changed. For static servers.",
            valueName: "file"))
    var paths: String?

    @Option(
        help: ArgumentHelp("Say these commands alone, as GET,SET.", valueName: "list"), transform: Self.commands)
    var requests: Set<String>?

    @Flag(help: "Send no request before the one before it is answered.")
    var noPipeline = false

    @Flag(help: "Never shut down writing and read on.")
    var noHalfClose = false

    @Option(
        help: ArgumentHelp("Look at violations of these oracles alone, as crosstalk,loss.", valueName: "list"),
        transform: Self.oracles)
    var oracles: Set<OracleID>?

    @Option(help: ArgumentHelp("The longest request that the target takes.", valueName: "bytes"))
    var maxRequest: Int?

    /// What a request has beside its value, about: a command, a key, fields. Bytes.
    private static let requestFrame = 128
    /// No file with more is read, and no more paths are taken.
    private static let (longestFile, mostPaths) = (1 << 20, 10_000)

    private static func commands(_ text: String) throws -> Set<String> {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.uppercased() }
        guard names.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else {
            throw ValidationError("--requests takes commands with commas between them, as GET,SET")
        }
        return Set(names)
    }

    private static func oracles(_ text: String) throws -> Set<OracleID> {
        Set(
            try text.split(separator: ",", omittingEmptySubsequences: false).map { try oracle(String($0)) })
    }

    /// The oracle of a name.
    static func oracle(_ name: String) throws -> OracleID {
        guard let oracle = OracleID(rawValue: name) else {
            let known = OracleID.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("unknown oracle '\(name)'; expected one of \(known)")
        }
        return oracle
    }

    func validate() throws {
        if let maxRequest, maxRequest <= Self.requestFrame {
            throw ValidationError("--max-request must be more than \(Self.requestFrame) bytes")
        }
    }

    /// Adds it to what a campaign does.
    ///
    /// - Throws: `Failure` for a file that cannot be read, and for commands that the protocol does not have.
    func apply(to options: inout CampaignOptions) throws {
        options.oracles = oracles
        options.generator.avoidsPipelining = noPipeline
        options.generator.avoidsHalfClose = noHalfClose
        options.generator.longestValue = maxRequest.map { $0 - Self.requestFrame }
        options.generator.onlyCommands = try requests.map { try known($0, options) }
        if let paths { options.generator.objects = try Self.lines(of: paths) }
    }

    /// The commands as the protocol writes them.
    private func known(_ names: Set<String>, _ options: CampaignOptions) throws -> Set<String> {
        let commands = options.sayableCommands
        for name in names.sorted() where !commands.contains(where: { $0.uppercased() == name }) {
            throw Failure(
                .usage,
                "no request '\(name)' is said in \(options.codec.name); expected some of "
                    + commands.sorted().joined(separator: ", "))
        }
        return commands.filter { names.contains($0.uppercased()) }
    }

    private static func lines(of path: String) throws -> [String] {
        let text: String
        do throws(SmallFile.Refusal) {
            text = try SmallFile.text(path, atMost: longestFile)
        } catch {
            throw Failure(.badInput, "\(path): \(error)")
        }
        let lines = text.split(whereSeparator: \.isNewline).map {
            $0.trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard !lines.isEmpty else { throw Failure(.badInput, "\(path): no paths") }
        guard lines.count <= mostPaths else {
            throw Failure(.badInput, "\(path): more than \(mostPaths) paths")
        }
        if let line = lines.first(where: { $0.contains(" ") }) {
            throw Failure(.badInput, "\(path): '\(line)' has a space; write %20 in its place")
        }
        return lines
    }
}
