import CLinux
import Glibc
import ReferenceServers
import Testing

/// A program that a test started; it is killed when the test lets it go.
final class RunningProgram {
    let pid: pid_t
    let output: Int32
    let errors: Int32
    private var status: Int32?

    /// Starts `path` with its output and errors in pipes.
    init(_ path: String, _ arguments: [String]) throws {
        var out: [Int32] = [0, 0]
        var err: [Int32] = [0, 0]
        try #require(cf_pipe_cloexec(&out) == 0 && cf_pipe_cloexec(&err) == 0)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, out[1], 1)
        posix_spawn_file_actions_adddup2(&actions, err[1], 2)
        // Sockets of tests beside this one: programs count their descriptors.
        for descriptor in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        var argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let error = posix_spawn(&pid, path, &actions, nil, &argv, environ)
        close(out[1])
        close(err[1])
        try #require(error == 0, "cannot start \(path): error \(error)")
        self.pid = pid
        output = out[0]
        errors = err[0]
    }

    deinit {
        if status == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        close(output)
        close(errors)
    }

    /// Waits for the end; the exit status, or minus the signal.
    func wait() -> Int32 {
        var raw: Int32 = 0
        waitpid(pid, &raw, 0)
        let status = cf_exited(raw) != 0 ? cf_exit_status(raw) : -cf_term_signal(raw)
        self.status = status
        return status
    }

    /// All that the program writes until it closes the pipe.
    func everything(from pipe: Int32) -> String {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(pipe, &chunk, chunk.count)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += chunk.prefix(count)
        }
    }

    /// The next line of a pipe, without its end.
    func line(from pipe: Int32) -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(pipe, &byte, 1) == 1, byte != 0x0A { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }
}

/// A reference server that a test started on a free port, or on a socket file of its own.
final class RunningServer {
    let program: RunningProgram
    let address: SocketAddress
    /// How long its clients wait for an answer, in seconds.
    var patience = 20

    /// Beside the running test binary, where the build puts the executable.
    static let path: String = {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
        let own = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/reference-server"
    }()

    convenience init(_ arguments: [String]) throws { try self.init(program: Self.path, arguments) }

    /// Starts another program that becomes the server.
    convenience init(program path: String, _ arguments: [String]) throws {
        let program = try RunningProgram(path, arguments + ["--die-with-parent"])
        let line = program.line(from: program.output)
        let address = try #require(SocketAddress(line.split(separator: " ").last ?? ""), "the server said: \(line)")
        self.init(program: program, address: address)
    }

    /// A program that serves already.
    init(program: RunningProgram, address: SocketAddress) {
        self.program = program
        self.address = address
    }

    convenience init(_ name: String) throws { try self.init([name]) }

    convenience init(_ spec: ServerSpec) throws {
        let host =
            spec.transport == "unix" ? ["--host", "/tmp/test-\(getpid())-\(UInt64.random(in: 0 ... .max)).sock"] : []
        try self.init(spec.arguments + host)
    }

    var port: UInt16 { address.port }

    /// Asks the server to end.
    func terminate() -> Int32 {
        kill(program.pid, SIGTERM)
        return program.wait()
    }

    /// The server's children by the kernel's account.
    var children: [pid_t] {
        let file = open("/proc/\(program.pid)/task/\(program.pid)/children", O_RDONLY)
        defer { close(file) }
        return program.everything(from: file).split(separator: " ").compactMap { pid_t($0) }
    }
}

/// Where a server listens, as it says: `127.0.0.1:80`, `[::1]:80` or a path.
struct SocketAddress {
    let family: Int32
    let bytes: [UInt8]
    let port: UInt16
    let text: String

    init?(_ text: some StringProtocol) {
        self.text = String(text)
        if text.hasPrefix("/") {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: text.utf8.prefix($0.count - 1)) }
            (family, port) = (AF_UNIX, 0)
            bytes = withUnsafeBytes(of: &address, Array.init)
            return
        }
        guard let number = text.split(separator: ":").last.flatMap({ UInt16($0) }) else { return nil }
        port = number
        if text.hasPrefix("[") {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = number.bigEndian
            address.sin6_addr = in6addr_loopback
            family = AF_INET6
            bytes = withUnsafeBytes(of: &address, Array.init)
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = number.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            family = AF_INET
            bytes = withUnsafeBytes(of: &address, Array.init)
        }
    }
}

/// A blocking client. A read that waits longer than the server's `patience` fails.
final class Client {
    let socket: Int32

    init(_ server: RunningServer, patience: Int? = nil, type: __socket_type = SOCK_STREAM) throws {
        socket = Glibc.socket(server.address.family, Int32(type.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var patience = timeval(tv_sec: patience ?? server.patience, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let connected = server.address.bytes.withUnsafeBytes {
            connect(socket, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        try #require(connected == 0, "connect: error \(errno)")
    }

    deinit { close(socket) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// The server sees the end of the requests.
    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Ends the connection both ways.
    func leave() { shutdown(socket, Int32(SHUT_RDWR)) }

    /// Just `count` bytes, or fewer if the server closes.
    func receive(_ count: Int) -> [UInt8] {
        var all = [UInt8](repeating: 0, count: count)
        var have = 0
        while have < count {
            let got = all.withUnsafeMutableBytes { recv(socket, $0.baseAddress! + have, count - have, 0) }
            guard got > 0 else { break }
            have += got
        }
        return Array(all.prefix(have))
    }

    /// The next datagram.
    func receiveDatagram() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(socket, &bytes, bytes.count, 0)
        return Array(bytes.prefix(max(0, count)))
    }

    func receiveText(_ count: Int) -> String { String(decoding: receive(count), as: UTF8.self) }

    /// Sends, and compares what comes back.
    func expect(_ request: String, _ reply: String, _ location: SourceLocation = #_sourceLocation) {
        send(request)
        #expect(receiveText(reply.utf8.count) == reply, "\(request)", sourceLocation: location)
    }

    /// Whether the server has closed, with nothing left to read.
    var isAtEnd: Bool { receive(1).isEmpty }
}
