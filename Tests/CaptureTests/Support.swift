import Capture
import Glibc

/// A folder of its own for one test, removed afterwards.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/capture-tests-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit {
        _ = try? run("/bin/rm", ["-rf", path])
    }

    func file(_ name: String, _ bytes: [UInt8]) -> String {
        let full = "\(path)/\(name)"
        // A new file each time: some file systems flush a file that is truncated and written again.
        unlink(full)
        let descriptor = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        bytes.withUnsafeBytes { _ = write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        return full
    }
}

struct ToolResult {
    var status: Int32
    var output: String
    var errors: String
}

/// Runs a program to its end, both outputs through files.
@discardableResult
func run(_ program: String, _ arguments: [String]) throws -> ToolResult {
    var template = Array("/tmp/capture-tool-XXXXXX".utf8CString)
    let folder = String(cString: mkdtemp(&template))
    defer {
        unlink(folder + "/out")
        unlink(folder + "/err")
        rmdir(folder)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 1, folder + "/out", O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, folder + "/err", O_WRONLY | O_CREAT, 0o600)
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var pid: pid_t = 0
    guard posix_spawnp(&pid, program, &actions, nil, &argv, environ) == 0 else { throw ToolMissing(name: program) }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    return ToolResult(
        status: status >> 8 & 0xFF, output: contents(folder + "/out"), errors: contents(folder + "/err"))
}

struct ToolMissing: Error {
    let name: String
}

/// Whether a program is in the PATH.
func hasTool(_ name: String) -> Bool {
    (try? run("/bin/sh", ["-c", "command -v \(name)"]).status) == 0
}

/// A file as text; empty when it is not there.
func contents(_ path: String) -> String {
    String(decoding: bytes(of: path), as: UTF8.self)
}

/// A file's bytes; empty when it is not there.
func bytes(of path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return all }
        all += buffer[..<count]
    }
}

/// All of a capture file.
struct WholeFile {
    var packets: [[UInt8]] = []
    var records: [PacketRecord] = []
    var linkTypes: [LinkType] = []
    var warnings: [String] = []
    var comments: [String] = []
    var dropped: UInt64?
    var interfaces: [InterfaceInfo] = []

    init(_ path: String) throws(CaptureError) {
        var reader = try CaptureFileReader(path: path)
        while let batch = try reader.nextBatch() {
            for record in batch.records {
                packets.append(Array(batch.bytes[record.offset..<record.offset + record.capturedLength]))
            }
            records += batch.records
            linkTypes = batch.linkTypes
        }
        warnings = reader.warnings
        comments = reader.sectionComments
        dropped = reader.droppedPackets
        interfaces = reader.interfaces
    }
}
