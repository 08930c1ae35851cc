import CLinux
import Glibc

/// A private network that a process with threads can use, though it cannot enter it: whatever makes a socket there, or
/// asks the kernel of it, is done `inside`. user_namespaces(7), network_namespaces(7), ipc_namespaces(7)
///
/// Several may be used at once. It lasts until this is let go of and no process or socket is in it any more.
package final class NetworkNamespaces: Sendable {
    /// Descriptors of the namespaces, in the order in which they are entered.
    package let descriptors: [Int32]

    /// Makes one, with `lo` up, in a child of ours: root's keeps root, a plain user's has a user namespace with his own id.
    ///
    /// - Throws: what the kernel refuses.
    package init() throws(SystemError) {
        descriptors = try Self.performed(in: []) { () throws(SystemError) in
            try Self.opened(try Self.enter() ? ["user", "net", "ipc"] : ["net", "ipc"])
        }
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }

    /// Does something inside: see `cf_in_child` for what it may not do.
    ///
    /// - Throws: what `body` throws; EAGAIN where the machine is out of processes.
    package func inside<Value>(_ body: () throws(SystemError) -> Value) throws(SystemError) -> Value {
        try Self.performed(in: descriptors, body)
    }

    /// Takes this process into a network of its own; unshare(2).
    ///
    /// - Returns: whether into a user namespace, too: root needs none, and keeps its rights over other users' files.
    /// - Throws: what the kernel refuses. A process with threads cannot enter a user namespace.
    package static func enter() throws(SystemError) -> Bool {
        let (user, group) = (getuid(), getgid())
        if geteuid() == 0, cf_unshare(CF_CLONE_NEWNET | CF_CLONE_NEWIPC) == 0 {
            try system("bringing lo up") { cf_loopback_up() }
            return false
        }
        try system("unshare") { cf_unshare(CF_CLONE_NEWUSER | CF_CLONE_NEWNET | CF_CLONE_NEWIPC) }
        // gid_map may be written by an unprivileged process only once setgroups is denied: user_namespaces(7).
        for (file, text) in [
            ("setgroups", "deny"), ("uid_map", "\(user) \(user) 1"), ("gid_map", "\(group) \(group) 1"),
        ] { try write(text, to: "/proc/self/\(file)") }
        try system("bringing lo up") { cf_loopback_up() }
        return true
    }

    private static func write(_ text: String, to path: String) throws(SystemError) {
        let raw = try system("open \(path)") { open(path, O_WRONLY | O_CLOEXEC) }
        defer { close(raw) }
        try system("write to \(path)") { Glibc.write(raw, text, text.utf8.count) == text.utf8.count ? 0 : -1 }
    }

    /// Descriptors of this process's namespaces.
    private static func opened(_ names: [String]) throws(SystemError) -> [Int32] {
        var opened: [Int32] = []
        do throws(SystemError) {
            for name in names {
                let raw = try system("open") { open("/proc/self/ns/\(name)", O_RDONLY | O_CLOEXEC) }
                defer { close(raw) }
                // Above what a child of ours finds at fixed numbers.
                opened.append(try system("fcntl") { fcntl(raw, F_DUPFD_CLOEXEC, lowestDescriptor) })
            }
        } catch {
            for descriptor in opened { close(descriptor) }
            throw error
        }
        return opened
    }

    private static let lowestDescriptor: Int32 = 16

    private static func performed<Value>(
        in namespaces: [Int32], _ body: () throws(SystemError) -> Value
    ) throws(SystemError) -> Value {
        var outcome: Result<Value, SystemError>?
        try runInChild(namespaces) {
            do throws(SystemError) {
                outcome = .success(try body())
            } catch {
                outcome = .failure(error)
            }
        }
        return try outcome!.get()
    }

    private static func runInChild(_ namespaces: [Int32], _ body: () -> Void) throws(SystemError) {
        let status = withoutActuallyEscaping(body) { body in
            withUnsafePointer(to: Work(run: body)) { work in
                cf_in_child(
                    namespaces, Int32(namespaces.count),
                    { $0!.assumingMemoryBound(to: Work.self).pointee.run() },
                    UnsafeMutableRawPointer(mutating: work))
            }
        }
        guard status == 0 else { throw SystemError("entering the private network") }
    }

    private struct Work {
        let run: () -> Void
    }
}

extension NetworkNamespaces? {
    /// Does something inside, where there is a private network; else here.
    package func inside<Value>(_ body: () throws(SystemError) -> Value) throws(SystemError) -> Value {
        switch self {
        case .some(let network): try network.inside(body)
        case nil: try body()
        }
    }
}
