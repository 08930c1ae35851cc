import CLinux
import Fuzz
import Glibc
import Protocols
import Synchronization
import System
import Testing
import Verification

/// A folder of its own for one test, removed afterwards.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/fuzz-tests-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit {
        for name in ["target.log", "note", "socket"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}

/// A thread that is joined by `join`.
struct TestThread {
    private let handle: pthread_t

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    init(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(Body(body)).toOpaque())
        precondition(status == 0)
        handle = thread
    }

    func join() { pthread_join(handle, nil) }
}

/// What threads wait at until it is opened, once and for all of them.
final class Latch: Sendable {
    private let reading: Int32
    private let writing: Mutex<Int32?>

    init() {
        var ends: [Int32] = [0, 0]
        precondition(cf_pipe_cloexec(&ends) == 0)
        reading = ends[0]
        writing = Mutex(ends[1])
    }

    deinit {
        open()
        close(reading)
    }

    /// Waits for the end of a pipe into which nobody writes.
    func wait() {
        var byte: UInt8 = 0
        while read(reading, &byte, 1) < 0, errno == EINTR {}
    }

    func open() {
        if let end = writing.withLock({ $0.take() }) { close(end) }
    }
}

/// A server on a free port of 127.0.0.1, or on a Unix socket, with a thread for each connection; `handle` gets the socket,
/// which is closed when it returns. It may wait at a latch before it accepts anybody.
final class LoopbackServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let latch: Latch?
    private let acceptor: Mutex<TestThread?>

    init(unixPath: String? = nil, acceptingAfter latch: Latch? = nil, _ handle: @escaping @Sendable (Peer) -> Void) {
        let family = unixPath == nil ? AF_INET : AF_UNIX
        let listener = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        if let unixPath {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: unixPath.utf8) }
            Self.bindAndListen(listener, &address)
            port = 0
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            Self.bindAndListen(listener, &address)
            port = UInt16(bigEndian: address.sin_port)
        }
        self.listener = listener
        self.latch = latch
        acceptor = Mutex(
            TestThread {
                var threads: [TestThread] = []
                latch?.wait()
                while true {
                    let raw = accept(listener, nil, nil)
                    guard raw >= 0 else { break }
                    threads.append(
                        TestThread {
                            handle(Peer(raw: raw))
                            close(raw)
                        })
                }
                for thread in threads { thread.join() }
            })
    }

    private static func bindAndListen<Address>(_ listener: Int32, _ address: inout Address) {
        var length = socklen_t(MemoryLayout<Address>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                precondition(bind(listener, generic, length) == 0 && listen(listener, 64) == 0)
                precondition(getsockname(listener, generic, &length) == 0)
            }
        }
    }

    /// Ends the listener, and waits until every connection was handled.
    func stop() {
        guard let thread = acceptor.withLock({ $0.take() }) else { return }
        latch?.open()
        shutdown(listener, Int32(SHUT_RDWR))
        thread.join()
        close(listener)
    }

    deinit { stop() }

    /// Answers each byte with itself until the client has said all.
    static func echo() -> LoopbackServer {
        LoopbackServer { peer in
            while let bytes = peer.receive() { peer.send(bytes) }
        }
    }
}

/// The server's end of a connection, blocking.
struct Peer: Sendable {
    let raw: Int32

    /// What there is; nil at the end of the stream or after an error.
    func receive() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(raw, &bytes, bytes.count, 0)
        return count > 0 ? Array(bytes[..<count]) : nil
    }

    /// All that the client says until it ends.
    func receiveAll() -> [UInt8] {
        var all: [UInt8] = []
        while let bytes = receive() { all += bytes }
        return all
    }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(raw, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// Looks again and again until `condition` holds, where no event tells of it; false if it does not within ten seconds.
func eventually(_ condition: () -> Bool) -> Bool {
    let end = Clock.monotonic + 10_000_000_000
    while Clock.monotonic < end {
        if condition() { return true }
        sched_yield()
    }
    return condition()
}

/// What an engine asks about its target's sleep: always asleep. Once it has been asked for so long, the latch opens: so a server
/// is late by the engine's own waiting, whatever the machine does besides.
func asleep(opening latch: Latch, afterMilliseconds milliseconds: Int64) -> () -> Bool? {
    let begin = Clock.monotonic
    return {
        if Clock.monotonic - begin >= milliseconds * 1_000_000 { latch.open() }
        return true
    }
}

extension ScenarioGenerator {
    /// The generator of a protocol's scenarios.
    static func of(_ protocolName: String) throws -> ScenarioGenerator {
        let vocabulary = try #require(WireProtocols.named(protocolName)?.spoken.vocabulary)
        return ScenarioGenerator(protocolName: protocolName, vocabulary: vocabulary)
    }
}
