import Glibc

/// Files that readers and writers under test work on, in the folder that `TMPDIR` names.
enum ScratchFile {
    private static let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    static let input = "\(folder)/parser-fuzzing.\(getpid()).input"
    static let output = "\(folder)/parser-fuzzing.\(getpid()).output"
}

/// Writes a whole file.
func writeFile(_ path: String, _ bytes: [UInt8]) {
    guard let file = fopen(path, "w") else { fatalError("cannot write \(path)") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { fatalError("cannot write \(path)") }
}

/// Reads a whole file.
func readFile(_ path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { fatalError("cannot read \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&chunk, 1, chunk.count, file)
        guard count > 0 else { return bytes }
        bytes += chunk[..<count]
    }
}
