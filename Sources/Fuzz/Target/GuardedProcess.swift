package import CLinux
package import Glibc
import Perturbation
import Synchronization
package import System

/// A command that ends with us, and with all that it started, whatever that did: also when we are killed.
///
/// `crossfire-guard` stands between: a subreaper that ends everything below it once our end of a socket is closed.
/// (prctl(2), PR_SET_CHILD_SUBREAPER; unix(7))
package final class GuardedProcess: Sendable {
    /// How a command is started.
    package struct Start {
        /// The program, looked up in PATH, and its arguments.
        package var words: [String]
        /// Where it runs.
        package var directory = "."
        /// Its whole environment.
        package var environment: [String: String]
        /// What it has for itself.
        package var keeping = Keeping.group
        /// The network that it is in; nil: ours.
        package var network: NetworkNamespaces?
        /// The files that are its standard input, output and error; nil: ours.
        package var input: String?
        package var output: String?
        package var errors: String?

        /// The command, for messages.
        package var name: String

        /// What a command shares with us; the raw values are the guard's words.
        package enum Keeping: String, Sendable {
            /// It is in our process group.
            case nothing = "same"
            /// It has a process group of its own.
            case group = "own"
            /// Besides, what it leaves in /dev/shm is seen by nobody else and goes with it, where that is permitted.
            /// mount_namespaces(7)
            case groupAndSharedMemory = "apart"
            /// It has a process group of its own, and what it leaves running when it ends is not ended before the guard is.
            case groupAndWhatItLeaves = "outlived"
        }

        /// A command with our environment, or with another.
        package init(
            _ words: [String], name: String? = nil,
            environment: [String: String] = GuardedProcess.inheritedEnvironment
        ) {
            self.words = words
            self.name = name ?? words.joined(separator: " ")
            self.environment = environment
        }
    }

    /// The program between.
    package static let program = "crossfire-guard"
    /// The command's process id.
    package let pid: pid_t
    private let guardian: pid_t
    /// Our end of the socket.
    private let socket: Int32
    private let state = Mutex(State())

    private struct State {
        /// What waitpid(2) says of the command, once it has ended.
        var status: Int32?
        var isGuardGone = false
    }

    /// How long a guard may take to end everything before it is killed itself.
    private static let guardMilliseconds = 5000
    /// A variable with this prefix is the command's alone.
    private static let variablePrefix = "CROSSFIRE_GUARDED_"
    /// Variables that would change the guard itself.
    private static let loaderVariables = ["LD_PRELOAD", "LD_AUDIT"]
    /// Descriptor 3, as the guard expects it; those of namespaces follow.
    private static let guardsDescriptor: Int32 = 3

    /// Starts a command. posix_spawn(3).
    ///
    /// - Throws: `TargetError.cannotStart`.
    package init(_ start: Start) throws(TargetError) {
        let name = start.name
        guard let program = NativeFile.find(Self.program) else {
            throw .cannotStart(command: name, reason: "\(Self.program) is not beside this program")
        }
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw .cannotStart(command: name, reason: errorText(errno))
        }
        var guardian: pid_t = 0
        let code = Self.spawn(program, start, socket: ends[1], &guardian)
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw .cannotStart(command: name, reason: errorText(code))
        }
        self.guardian = guardian
        let pid = Self.receive(ends[0], flags: 0)
        let failure = Self.receive(ends[0], flags: 0)
        guard let pid, let failure, failure == 0 else {
            close(ends[0])
            Self.reap(guardian)
            throw .cannotStart(command: name, reason: failure.map { errorText($0) } ?? "it was ended")
        }
        self.pid = pid
        socket = ends[0]
    }

    deinit {
        end()
        close(socket)
    }

    private static func spawn(_ program: String, _ start: Start, socket: Int32, _ guardian: inout pid_t) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, socket, guardsDescriptor)
        let namespaces = start.network?.descriptors ?? []
        for (index, namespace) in namespaces.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, namespace, guardsDescriptor + 1 + Int32(index))
        }
        let writing = O_WRONLY | O_CREAT | O_APPEND
        if let input = start.input { posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0) }
        if let output = start.output { posix_spawn_file_actions_addopen(&actions, 1, output, writing, 0o600) }
        if let errors = start.errors {
            if errors == start.output {
                posix_spawn_file_actions_adddup2(&actions, 1, 2)
            } else {
                posix_spawn_file_actions_addopen(&actions, 2, errors, writing, 0o600)
            }
        }
        _ = cf_spawn_addchdir(&actions, start.directory)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        let variables = start.environment.sorted { $0.key < $1.key }.map { name, value in
            (loaderVariables.contains(name) ? variablePrefix : "") + "\(name)=\(value)"
        }
        let words = [program, start.keeping.rawValue, "\(namespaces.count)"] + start.words
        return withCStrings(words) { arguments in
            withCStrings(variables) { posix_spawn(&guardian, program, &actions, &attributes, arguments, $0) }
        }
    }

    /// What waitpid(2) says of the command, or nil while it runs.
    package func status() -> Int32? {
        state.withLock { state in
            if state.status == nil {
                state.status = Self.receive(socket, flags: Int32(MSG_DONTWAIT), whenClosed: SIGKILL)
            }
            return state.status
        }
    }

    /// Waits until the command has ended.
    package func wait() -> Int32 {
        while true {
            if let status = status() { return status }
            var readable = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            poll(&readable, 1, -1)
        }
    }

    /// Ends the command, if it still runs, and everything that it started, and waits for that. What the command's status
    /// is then, is known.
    package func end() {
        let status = status()
        let wasGone = state.withLock { state in
            let wasGone = state.isGuardGone
            state.isGuardGone = true
            state.status = status ?? SIGKILL
            return wasGone
        }
        guard !wasGone else { return }
        shutdown(socket, Int32(SHUT_WR))
        Self.reap(guardian)
    }

    private static func reap(_ guardian: pid_t) {
        let deadline = Clock.monotonic + Int64(guardMilliseconds) * 1_000_000
        while true {
            var status: Int32 = 0
            let ended = waitpid(guardian, &status, WNOHANG)
            if ended == guardian, status == 0 { return }
            if ended == guardian || (ended < 0 && errno == ECHILD) { return endOrphans() }
            if Clock.monotonic > deadline { kill(guardian, SIGKILL) }
            Clock.sleep(microseconds: 200)
        }
    }

    /// Whether all our children are guards, and what guards that were killed leave to us.
    private static let adopts = Atomic(false)

    /// From now on what a guard that was killed leaves behind becomes ours, and is ended with its command. Only for a
    /// program that starts nothing by other means. (prctl(2), PR_SET_CHILD_SUBREAPER)
    package static func adoptOrphans() {
        _ = cf_prctl(PR_SET_CHILD_SUBREAPER, 1)
        adopts.store(true, ordering: .relaxed)
    }

    private static func endOrphans() {
        guard adopts.load(ordering: .relaxed) else { return }
        for child in ProcessTree.children(of: getpid()) where !ProcessTree.isGuard(child) {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
    }

    /// The next int of the guard; nil where none has come, `whenClosed` where none will.
    private static func receive(_ socket: Int32, flags: Int32, whenClosed: Int32? = nil) -> Int32? {
        var value: Int32 = 0
        while true {
            let count = recv(socket, &value, 4, flags | Int32(MSG_WAITALL))
            if count == 4 { return value }
            if count < 0, errno == EINTR { continue }
            return count == 0 ? whenClosed : nil
        }
    }

    /// Our own environment.
    package static var inheritedEnvironment: [String: String] {
        var variables: [String: String] = [:]
        var next = cf_environ()!
        while let entry = next.pointee {
            let text = String(cString: entry)
            let name = text.prefix { $0 != "=" }
            variables[String(name)] = String(text.dropFirst(name.count + 1))
            next += 1
        }
        return variables
    }
}

/// Calls `body` with a null-terminated array of C strings.
private func withCStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
