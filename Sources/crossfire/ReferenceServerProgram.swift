import Foundation
import Fuzz
import ReferenceServers
import Report

/// The `reference-server` executable, which stands beside this one.
enum ReferenceServerProgram {
    static func path() throws -> String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let path = own.deletingLastPathComponent().appendingPathComponent("reference-server").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure(.noTarget, "\(path) is missing; build it with 'swift build --product reference-server'")
        }
        return path
    }

    /// The full name of a server: the spec, with the options that are not the usual ones. `arguments` refuses one that does
    /// not exist.
    static func name(_ spec: String, _ transport: String?, _ state: String?) -> String {
        if let known = try? ServerSpec.parse(spec, transport: transport, state: state) { return known.description }
        let options = [("--transport", transport), ("--state", state)]
        return ([spec] + options.flatMap { name, value in value.map { [name, $0] } ?? [] }).joined(separator: " ")
    }

    /// The program's arguments for a full name, and how clients reach that server. Refuses one that does not exist, with the
    /// reason.
    static func arguments(_ name: String) throws -> (words: [String], transport: TargetTransport) {
        do {
            let spec = try ServerSpec.parse(fullName: name)
            return (spec.arguments, TargetTransport(rawValue: spec.transport) ?? .tcp)
        } catch {
            throw Failure(.usage, error.description)
        }
    }
}
