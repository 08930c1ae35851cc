import ArgumentParser
import Capture
import Protocols
import Report
import System
import Verification
import Wire

/// `crossfire protocol`: what protocols there are, and files that describe one's own.
struct ProtocolCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protocol",
        abstract: "List protocols, show what one can say, check or draft a file that describes one of your own.",
        discussion: """
            Examples:
              crossfire protocol list
              crossfire protocol show resp
              crossfire protocol draft traffic.pcap --port 7000 > own.yaml
              crossfire protocol draft openapi.json > rest.yaml
              crossfire protocol check own.yaml --against traffic.pcap --port 7000
            """,
        subcommands: [List.self, Show.self, Check.self, Draft.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The protocols of this build, and what is said in them.")

        func run() { for codec in WireProtocols.all { print(ProtocolText(codec).line) } }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What can be said in a protocol, and which oracles that buys.")

        @Argument(help: "A protocol's name, or a file that describes one.") var name: String

        func run() throws { print(ProtocolText(try WireProtocols.required(name)).text) }
    }

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a description; with a capture, name each message that no line of it explains.",
            discussion:
                "Exit status: 0 all is explained, 1 something is not, 2 there is no message, 78 the file is wrong.")

        @Argument(help: "The file.") var file: String

        @Option(help: "A capture to hold it against.") var against: String?

        @Option(help: "The server's port: only flows to it.") var port: UInt16?

        @Option(help: "tcp or udp.") var transport: FlowTransport = .tcp

        func validate() throws {
            if port != nil, against == nil { throw ValidationError("--port is for --against") }
        }

        func run() throws {
            let described = try DescribedProtocol.required(file)
            guard let against else { return print(ProtocolText(described).text) }
            var wants = CaptureReading.Wants()
            wants.serverPort = port
            wants.datagrams = transport == .udp ? .kept(.all) : .none
            var reading = try CaptureReading.shown(against, wants)
            for warning in reading.warnings { Console.note("\(against): \(warning)") }
            let evidence = Evidence(reading.take(transport, serverPort: port), of: reading, codec: described)
            let coverage = DescriptionCoverage(evidence, described)
            print(DescriptionCoverageText(coverage).text)
            guard coverage.requests.all > 0 || !coverage.unread.isEmpty else {
                throw CommandStatus.inconclusive.exitCode
            }
            if !coverage.isComplete { throw CommandStatus.violated.exitCode }
        }
    }

    struct Draft: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write a first description of what a capture shows, or an OpenAPI document says, to be edited.",
            discussion: """
                What it guesses, where messages end, which bytes come back, what differs from request to request, stands in the file \
                with the evidence for it. What requests do is for you to say.
                """)

        @Argument(help: "The capture, or an OpenAPI 3 document as .yaml, .yml or .json.") var capture: String

        @Option(help: "The server's port in the capture.") var port: UInt16?

        private var isDocument: Bool { [".yaml", ".yml", ".json"].contains { capture.hasSuffix($0) } }

        func validate() throws {
            if isDocument, port != nil { throw ValidationError("--port is for a capture") }
            if !isDocument, port == nil { throw ValidationError("a capture needs --port") }
        }

        func run() throws {
            guard let port else { return try draftDocument() }
            var wants = CaptureReading.Wants()
            wants.serverPort = port
            var reading = try CaptureReading.shown(capture, wants)
            for warning in reading.warnings { Console.note("\(capture): \(warning)") }
            guard case .connections(let flows) = reading.take(.tcp, serverPort: port) else { return }
            do {
                print(try DescriptionDraft(flows, of: capture, port: port).text, terminator: "")
            } catch {
                throw Failure(.badInput, "\(capture): \(error)")
            }
        }

        private func draftDocument() throws {
            do {
                let text = try SmallFile.text(capture, atMost: 1 << 20)
                print(try OpenAPIDraft(text, name: capture).text, terminator: "")
            } catch let error as DescriptionError {
                throw Failure(.badInput, error.description)
            } catch {
                throw Failure(.badInput, "\(capture): it cannot be read: \(error)")
            }
        }
    }
}

extension DescribedProtocol {
    /// The protocol that the file describes.
    static func required(_ path: String) throws -> DescribedProtocol {
        do { return try DescribedProtocol(path: path) } catch {
            throw Failure(.badConfiguration, error.description)
        }
    }
}

/// How much of a capture is explained, in lines.
struct DescriptionCoverageText {
    private let coverage: DescriptionCoverage

    init(_ coverage: DescriptionCoverage) { self.coverage = coverage }

    var text: String {
        var lines = [
            "\(coverage.requests.explained) of \(coverage.requests.all) requests and \(coverage.replies.explained) of "
                + "\(coverage.replies.all) replies are explained"
        ]
        lines += coverage.unread.map { "  \($0)" }
        for message in coverage.unexplained {
            let whose = message.role == .client ? "request" : message.request.map { "reply to \($0)" } ?? "reply"
            lines.append("  packet \(message.packet): no form for this \(whose): \(message.text)")
        }
        let hidden =
            coverage.requests.all - coverage.requests.explained + coverage.replies.all - coverage.replies.explained
            - coverage.unexplained.count
        if hidden > 0 { lines.append("  and \(hidden) more") }
        lines.append("next: \(coverage.next)")
        return lines.joined(separator: "\n")
    }
}
