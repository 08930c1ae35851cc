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
    /// For a program with nothing else to do. Call it before any thread starts: a process with threads cannot enter a user
    /// namespace, and its campaigns need not: see `TargetNetwork`.
    public static func enter() -> Outcome {
        do throws(SystemError) {
            let outcome: Outcome = try NetworkNamespaces.enter() ? .userAndNetwork : .network
            entered.store(true, ordering: .relaxed)
            return outcome
        } catch {
            return .refused(reason: error.description)
        }
    }
}

/// The network in which a target that we start, and its clients, are. Only loopback is ever a target.
public enum TargetNetwork: Sendable {
    /// A private one for each campaign, so that no rights are needed to capture, no ports clash and nothing leaves the
    /// machine. It is entered by child processes of ours alone: this process stays where it is, and may have threads.
    /// Where the machine does not permit it, or this process is in a private network already, the one that it is in.
    case isolated
    /// The one that this process is in: capturing there needs CAP_NET_RAW.
    case shared
}

extension TargetNetwork {
    /// Makes the network for a target. `refusal` is told why there is none where there should be.
    func namespaces(for target: TargetSpec, refusal: (SystemError) throws -> Void) rethrows -> NetworkNamespaces? {
        guard self == .isolated, target.isCommand, !PrivateNetwork.isEntered else { return nil }
        switch Result(catching: { () throws(SystemError) in try NetworkNamespaces() }) {
        case .success(let network): return network
        case .failure(let error):
            try refusal(error)
            return nil
        }
    }
}
