import Glibc
import Perturbation

/// A program run by a test, its standard output read through a pipe. Killed if the test lets go of it.
final class Child {
    private let output: Int32
    private var process: pid_t
    private var unread: [UInt8] = []

    /// Nil if it cannot be started.
    init?(_ command: [String], _ environment: [String: String]) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[1])
        // Test threads block signals, and a child inherits that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var nothing = sigset_t()
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        var child: pid_t = 0
        let code = posix_spawnp(&child, command[0], &actions, &attributes, &arguments, &variables)
        for text in arguments + variables { free(text) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        _ = close(ends[1])
        output = ends[0]
        process = code == 0 ? child : -1
        if code != 0 {
            _ = close(output)
            return nil
        }
    }

    deinit {
        if process > 0 { stop() }
        _ = close(output)
    }

    /// The next line; nil at the end of the output.
    func line() -> String? {
        while true {
            if let end = unread.firstIndex(of: 0x0A) {
                defer { unread.removeFirst(end + 1) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            var block = [UInt8](repeating: 0, count: 4096)
            let count = read(output, &block, block.count)
            if count <= 0 { return nil }
            unread += block[..<count]
        }
    }

    /// Waits for the end: the exit status, or minus the signal.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        process = -1
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    }

    /// Ends it at once.
    func stop() {
        _ = kill(process, SIGKILL)
        _ = wait()
    }

    /// Its process number.
    var number: pid_t { process }

    /// Runs a command to its end: the lines it printed and its status.
    static func run(_ command: [String], _ environment: [String: String]) -> (lines: [String], status: Int32)? {
        guard let child = Child(command, environment) else { return nil }
        var lines: [String] = []
        while let line = child.line() { lines.append(line) }
        return (lines, child.wait())
    }
}

/// What the tests' programs need of the environment.
let plainEnvironment = ["PATH": environment("PATH") ?? "/usr/bin:/bin", "LC_ALL": "C"]

/// The program in Tests/PerturbationProbes, where the build puts it.
let probe = beside("crossfire-suite_PerturbationProbes.resources/noise-probe")

/// A file beside the running test program.
func beside(_ name: String) -> String {
    let candidates = NativeFile.candidates(name, executable: NativeFile.ownExecutable, folder: nil)
    return candidates.first { path in access(path, R_OK) == 0 } ?? name
}

/// The same program, static; nil where the machine has no C compiler or no static libc.
let staticProbe = compiledProbe("static", ["-static"])

/// The probe built with other flags, by the machine's own C compiler; nil where that cannot do it. It lies beside the
/// other, in the build folder. (The build itself needs nothing but the Swift toolchain.)
func compiledProbe(_ name: String, _ flags: [String]) -> String? {
    let tests = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let source = "\(tests)/PerturbationProbes/native/noise-probe/probe.c"
    let program = "\(probe)-\(name)"
    let command = ["/usr/bin/cc", "-O1", "-pthread", "-w"] + flags + ["-o", program, source]
    guard let made = Child.run(command, plainEnvironment), made.status == 0 else { return nil }
    return program
}

/// A folder of the test's own, removed with all files in it (it never holds folders) when it is let go of.
final class Folder {
    let path: String

    init() {
        var template = Array("/tmp/crossfire-perturbation-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
    }

    func file(_ name: String, _ content: String? = nil, mode: mode_t = 0o755) -> String {
        let full = "\(path)/\(name)"
        guard let content else { return full }
        let descriptor = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        _ = content.withCString { write(descriptor, $0, content.utf8.count) }
        _ = close(descriptor)
        return full
    }

    deinit {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                _ = unlink("\(path)/\(name)")
            }
            closedir(folder)
        }
        _ = rmdir(path)
    }
}
