import Capture
import Foundation
import Testing
import Verification
import Wire
import Protocols

/// Goal: what a server was made to do wrong is named on each connection where it happened, and nowhere else. Method:
/// captures of a tagged line protocol whose server wrote down each reply that it sent in the wrong order, to the wrong
/// client, not at all or twice; both ends of the link.
@Suite("Planted replies in captures", .enabled(if: PlantedCaptures.isPresent, "the captures are not here"))
struct SharedCaptureTests {
    @Test(
        "each connection with a planted fault, and no other",
        arguments: [
            (name: "g09_ooo_responses", oracle: OracleID.order),
            (name: "g10_crosstalk_race", oracle: .crosstalk),
            (name: "g11_silent_drop", oracle: .hang),
            (name: "g12_dup_response", oracle: .duplication),
            (name: "g01_clean", oracle: .order),
        ])
    func planted(name: String, oracle: OracleID) throws {
        let planted = try PlantedCaptures.clients(name)
        #expect(planted.isEmpty == (name == "g01_clean"))
        for view in ["cli", "srv"] {
            let evidence = try PlantedCaptures.evidence("\(name)__\(view)")
            let judgement = Judge().judge(evidence)
            #expect(judgement.violations.allSatisfy { $0.oracle == oracle }, "\(judgement.violations)")
            let blamed = Set(
                judgement.violations.compactMap { $0.summary.split(separator: ":").first.map(String.init) })
            #expect(blamed == planted, "\(view)")
        }
    }
}

/// The captures and what is known of them; a folder beside the package, or the one that `CROSSFIRE_CAPTURES` names.
enum PlantedCaptures {
    static let folder: String = {
        let package = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        return getenv("CROSSFIRE_CAPTURES").map { String(cString: $0) } ?? package + "/../shared/captures"
    }()

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder + "/truth/gt__g09_ooo_responses.json") }

    static func evidence(_ name: String) throws -> Evidence {
        var reader = try CaptureFileReader(path: "\(folder)/files/gt__\(name).pcapng")
        var table = FlowTable(serverPort: 7000)
        var end = Timestamp(nanoseconds: 0)
        while let batch = try reader.nextBatch() {
            table.add(batch)
            for record in batch.records { end = max(end, record.time) }
        }
        let codec = try #require(WireProtocols.named("tagged"))
        return Evidence(flows: table.finish(), codec: codec, names: { "\($0.client.port)" }, end: end)
    }

    private struct Truth: Decodable {
        struct Event: Decodable {
            var ev: String
            var id: String?
            var port: Int?
        }
        var client: [Event]
        var server: [Event]
    }

    /// The ports of the clients to which the server did something wrong: by its own log, or where replies were only
    /// shuffled, by the order in which the client sent and received.
    static func clients(_ name: String) throws -> Set<String> {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/truth/gt__\(name).json"))
        let truth = try JSONDecoder().decode(Truth.self, from: data)
        var ports: [String: Int] = [:]
        var sent: [Int: [String]] = [:]
        var received: [Int: [String]] = [:]
        for event in truth.client {
            guard let port = event.port, let id = event.id else { continue }
            if event.ev == "req" {
                ports[id] = port
                sent[port, default: []].append(id)
            } else if event.ev == "rsp" {
                received[port, default: []].append(id)
            }
        }
        if !truth.server.isEmpty {
            return Set(truth.server.compactMap { $0.id.flatMap { ports[$0] }.map(String.init) })
        }
        return Set(received.filter { sent[$0.key]?.starts(with: $0.value) != true }.map { String($0.key) })
    }
}
