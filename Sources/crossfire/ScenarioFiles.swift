import Foundation
import Fuzz
import Protocols
import Report
import Wire

/// Scenario files on disk.
enum ScenarioFiles {
    /// Bytes of a file: sixteen of the largest tokens, spelt out.
    private static let maximumBytes = 256 << 20

    /// One file.
    ///
    /// - Throws: `Failure` with status 65, `ScenarioError`.
    static func load(file path: String) throws -> Scenario {
        let text: String
        do {
            text = try SmallFile.text(path, atMost: maximumBytes)
        } catch {
            throw Failure(.badInput, "cannot read \(path): \(error)")
        }
        return try Scenario.parse(text, file: path, resolve: WireProtocols.resolve).scenario
    }

    /// All `.crossfire` files of a folder, by name.
    static func load(folder: String) throws -> [(name: String, scenario: Scenario)] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw Failure(.badInput, "cannot read the folder \(folder)")
        }
        return try names.filter { $0.hasSuffix(".crossfire") }.sorted().map { name in
            (name, try load(file: "\(folder)/\(name)"))
        }
    }
}
