import Glibc
import System

/// The file to which a target appends what it prints.
struct TargetLog {
    let path: String
    private var wasCut = false
    /// Where what was not taken yet begins.
    private var taken = 0
    /// Where the log of the target that runs now begins.
    private var begin = 0

    /// Bytes of what is taken at once, and of the end.
    private static let mostTaken = 256 << 10

    init(_ path: String) { self.path = path }

    /// Another target begins; what it says before its first client is of no execution.
    mutating func targetBegins() {
        taken = size
        begin = taken
    }

    /// What it has printed since this was last asked; of much the end.
    mutating func take() -> [UInt8] {
        let size = size
        defer { taken = size }
        return end(from: taken, to: size)
    }

    /// What the target that runs now has printed; of much the end. Others may be served while one thread reports at length
    /// what it will die of.
    var ofTarget: [UInt8] { end(from: begin, to: size) }

    private func end(from begin: Int, to size: Int) -> [UInt8] {
        guard size > begin else { return [] }
        return (try? readTail(of: path, limit: min(Self.mostTaken, size - begin))) ?? []
    }

    /// A target that prints without end begins anew at the start of its log.
    mutating func cut() {
        guard taken > ExecutionLimits.targetLogBytes else { return }
        truncate(path, 0)
        (wasCut, taken, begin) = (true, 0, 0)
    }

    /// The end of what it has printed.
    var tail: [UInt8] {
        var tail = (try? readTail(of: path, limit: Self.mostTaken)) ?? []
        // The beginning of the first line may be half a secret.
        if tail.count == Self.mostTaken, let end = tail.firstIndex(of: 0x0A) { tail.removeFirst(end + 1) }
        guard wasCut else { return tail }
        return Array("[it printed more than \(ExecutionLimits.targetLogBytes >> 20) MiB; the end:]\n".utf8) + tail
    }

    private var size: Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
