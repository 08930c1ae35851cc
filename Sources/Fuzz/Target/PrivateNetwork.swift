import CLinux
import Glibc
import Synchronization
import System

/// A network of our own: no privilege needed to capture, no port clashes, nothing can leave the machine. With it goes a
/// namespace for message queues and shared memory of System V: what targets leave there ends with us.
public enum PrivateNetwork {
    /// What was entered, or why nothing was.
    public enum Outcome: Equatable, Sendable {
        /// A network namespace; root needs no user namespace, and keeps its rights over other users' files.
        case network
        /// A user and a network namespace that keep the user's own id.
        case userAndNetwork
        /// The machine does not permit it.
        case refused(reason: String)
    }

    private static let entered = Atomic(false)

    /// Whether this process is in one.
    static var isEntered: Bool { entered.load(ordering: .relaxed) }

    /// Moves this process into a new network with `lo` up. unshare(2), user_namespaces(7), ipc_namespaces(7).
    ///
    /// Call it before any thread starts: a process with threads cannot enter a user namespace.
    public static func enter() -> Outcome {
        let user = getuid()
        let group = getgid()
        if geteuid() == 0, cf_unshare(CF_CLONE_NEWNET | CF_CLONE_NEWIPC) == 0 {
            return raiseLoopback().map { .refused(reason: $0) } ?? .network
        }
        guard cf_unshare(CF_CLONE_NEWUSER | CF_CLONE_NEWNET | CF_CLONE_NEWIPC) == 0 else {
            return .refused(reason: SystemError("unshare").description)
        }
        // gid_map may be written by an unprivileged process only once setgroups is denied: user_namespaces(7).
        for (file, text) in [
            ("setgroups", "deny"), ("uid_map", "\(user) \(user) 1"), ("gid_map", "\(group) \(group) 1"),
        ] {
            guard write(text, to: "/proc/self/\(file)") else {
                return .refused(reason: SystemError("write to /proc/self/\(file)").description)
            }
        }
        return raiseLoopback().map { .refused(reason: $0) } ?? .userAndNetwork
    }

    private static func raiseLoopback() -> String? {
        guard cf_loopback_up() == 0 else { return SystemError("bringing lo up").description }
        entered.store(true, ordering: .relaxed)
        return nil
    }

    private static func write(_ text: String, to path: String) -> Bool {
        let raw = open(path, O_WRONLY | O_CLOEXEC)
        guard raw >= 0 else { return false }
        defer { close(raw) }
        return Glibc.write(raw, text, text.utf8.count) == text.utf8.count
    }
}
