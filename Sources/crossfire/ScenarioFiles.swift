import Foundation
import Fuzz

/// Scenario files on disk.
enum ScenarioFiles {
    /// One file.
    ///
    /// - Throws: `Failure` with status 65, `ScenarioError`.
    static func load(file path: String) throws -> Scenario {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw Failure(.badInput, "cannot read \(path): \(error.localizedDescription)")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(.badInput, "\(path) is not UTF-8 text")
        }
        return try Scenario(parsing: text, file: path)
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
