import CLinux
import Glibc

/// What a short command printed, and how it ended. Maps to `posix_spawn` and `waitpid`.
struct CommandOutput {
    /// Its standard output without the last line end, at most ``limit`` bytes.
    let text: String
    /// Its exit status, or minus the signal that ended it.
    let status: Int32

    static let limit = 4096

    /// Nil if it cannot be started. It gets an empty environment.
    init?(_ command: [String]) {
        var ends: [Int32] = [-1, -1]
        guard cf_pipe_cloexec(&ends) == 0 else { return nil }
        defer { _ = close(ends[0]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let arguments = command.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, command[0], &actions, nil, arguments + [nil], [nil])
        _ = close(ends[1])
        guard code == 0 else { return nil }

        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: Self.limit)
        while bytes.count < Self.limit {
            let count = read(ends[0], &block, block.count - bytes.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            bytes += block[..<count]
        }
        var result: Int32 = 0
        while waitpid(process, &result, 0) < 0 && errno == EINTR {}
        while bytes.last == 0x0A { bytes.removeLast() }
        text = String(decoding: bytes, as: UTF8.self)
        status = result & 0x7F == 0 ? (result >> 8) & 0xFF : -(result & 0x7F)
    }
}
