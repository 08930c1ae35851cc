import Foundation
import ReferenceServers

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

    /// Refuses a server that does not exist, with the reason.
    static func validate(_ spec: String) throws {
        do {
            _ = try ServerSpec.parse(spec)
        } catch {
            throw Failure(.usage, error.description)
        }
    }
}
