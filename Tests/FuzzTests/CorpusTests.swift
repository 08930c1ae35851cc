import Fuzz
import Glibc
import Testing
import Wire

/// Goal: every scenario that we ship can be read, and prints as the same scenario. Method: all files under `corpora`.
@Suite("Shipped corpora")
struct CorpusTests {
    static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/corpora"

    static func names(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func text(_ path: String) -> String {
        let raw = open(path, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return "" }
        defer { close(raw) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(raw, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    @Test("each file reads, and belongs to the protocol of its folder")
    func files() throws {
        let folders = Self.names(Self.root)
        #expect(!folders.isEmpty)
        for folder in folders {
            for name in Self.names("\(Self.root)/\(folder)") where name.hasSuffix(".crossfire") {
                let scenario = try Scenario(parsing: Self.text("\(Self.root)/\(folder)/\(name)"), file: name)
                #expect(scenario.protocolName == folder)
                #expect(scenario.connectionCount > 0)
                #expect(try Scenario(parsing: scenario.text) == scenario)
            }
        }
    }
}
