import Foundation

/// The `reference-server` executable, which stands beside this one.
enum ReferenceServer {
    static func path() throws -> String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let path = own.deletingLastPathComponent().appendingPathComponent("reference-server").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure(.noTarget, "\(path) is missing; build it with 'swift build --product reference-server'")
        }
        return path
    }

    /// Asks the executable itself, which alone knows what exists, and passes its one line of complaint on.
    static func validate(_ spec: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try path())
        process.arguments = [spec, "--check"]
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let line = text.split(separator: "\n").first.map(String.init) ?? "unknown server '\(spec)'"
            throw Failure(.usage, line.replacingOccurrences(of: "reference-server: ", with: ""))
        }
    }
}
