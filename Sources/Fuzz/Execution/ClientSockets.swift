import CLinux
import Glibc
import System

/// Makes the clients' sockets, in the target's network: several at a time where that is not ours, which takes a process.
final class ClientSockets {
    private let address: TargetAddress
    private let network: NetworkNamespaces?
    private var ready: [Int32] = []

    /// Sockets that are made at once.
    private static let batch = 32

    init(_ address: TargetAddress, in network: NetworkNamespaces?) {
        self.address = address
        self.network = network
    }

    deinit {
        for raw in ready { close(raw) }
    }

    /// A socket that is not bound yet.
    ///
    /// - Throws: EMFILE and its like.
    func next() throws(SystemError) -> Descriptor {
        if ready.isEmpty { try make() }
        return Descriptor(ready.removeLast(), "client connection")
    }

    /// socket(2). What a process's last descriptors suffice for is enough.
    private func make() throws(SystemError) {
        let type = Int32(address.socketType.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        try network.inside { () throws(SystemError) in
            for _ in 0..<(network == nil ? 1 : Self.batch) {
                do throws(SystemError) {
                    ready.append(try system("socket") { socket(address.family, type, 0) })
                } catch  where !ready.isEmpty {
                    return
                }
            }
        }
    }
}
