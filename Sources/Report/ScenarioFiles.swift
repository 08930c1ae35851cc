import Foundation
public import Fuzz

/// Scenario files on disk.
public struct ScenarioFiles: Sendable {
    /// The names of the protocols that scenarios may be of.
    private let protocols: [String]

    /// Bytes of a file: sixteen of the largest tokens, spelt out.
    private static let maximumBytes = 256 << 20

    /// Files whose scenarios are of these protocols.
    public init(protocols: [String]) {
        self.protocols = protocols
    }

    /// One file.
    ///
    /// - Throws: `StoreError`, `ScenarioError`.
    public func load(file path: String) throws -> Scenario {
        let text: String
        do {
            text = try SmallFile.text(path, atMost: Self.maximumBytes)
        } catch {
            throw StoreError(path: path, reason: "cannot be read: \(error)")
        }
        return try Scenario(parsing: text, file: path, protocols: protocols)
    }

    /// All `.crossfire` files of a folder, by name.
    ///
    /// - Throws: `StoreError`, `ScenarioError`.
    public func load(folder: String) throws -> [(name: String, scenario: Scenario)] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw StoreError(path: folder, reason: "it is no folder that can be read")
        }
        return try names.filter { $0.hasSuffix(".crossfire") }.sorted().map { name in
            (name, try load(file: "\(folder)/\(name)"))
        }
    }
}
