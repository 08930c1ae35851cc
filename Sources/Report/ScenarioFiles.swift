import Foundation
import System
public import Wire

/// Scenario files on disk.
public struct ScenarioFiles: Sendable {
    /// The protocol that a scenario in a folder names.
    private let resolve: @Sendable (_ name: String, _ folder: String) throws -> any WireCodec

    /// Bytes of a file: sixteen of the largest tokens, spelt out.
    private static let maximumBytes = 256 << 20

    /// Files whose scenarios are of the protocols that `resolve` finds.
    public init(resolve: @escaping @Sendable (_ name: String, _ folder: String) throws -> any WireCodec) {
        self.resolve = resolve
    }

    /// Files whose scenarios are of these protocols, which they name.
    public init(protocols: [any WireCodec]) {
        self.init { name, _ in
            guard let found = protocols.first(where: { $0.name == name }) else {
                throw UnknownName(name: name, known: protocols.map(\.name))
            }
            return found
        }
    }

    /// The same files, but what names this protocol is of it, wherever the file lies that describes it.
    public func preferring(_ codec: any WireCodec) -> ScenarioFiles {
        let others = resolve
        return ScenarioFiles { name, folder in
            name.split(separator: "/").last.map(String.init) == codec.name ? codec : try others(name, folder)
        }
    }

    private struct UnknownName: Error, CustomStringConvertible {
        let name: String
        let known: [String]

        var description: String { "unknown protocol '\(name)'; expected one of \(known.joined(separator: ", "))" }
    }

    /// The scenario of one file.
    ///
    /// - Throws: `StoreError`, `ScenarioError`.
    public func load(file path: String) throws -> Scenario { try read(file: path).scenario }

    /// The scenario of one file, with its protocol.
    ///
    /// - Throws: `StoreError`, `ScenarioError`.
    public func read(file path: String) throws -> (scenario: Scenario, codec: any WireCodec) {
        let text: String
        do {
            text = try SmallFile.text(path, atMost: Self.maximumBytes)
        } catch {
            throw StoreError(path: path, reason: "cannot be read: \(error)")
        }
        return try Scenario.parse(text, file: path, resolve: resolve)
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
