import CLinux
import Glibc

/// `wrong-peer`: the address of the last datagram is kept in one place for all workers.
///
/// Modelled on UDP servers with a global `struct sockaddr_in from` that were given threads. A client gets the reply to
/// another client's request, who gets none.
struct WrongPeer: Defect {
    let name = "wrong-peer"
    let summary = "replies go to the peer whose datagram came last"
    let oracle = "crosstalk"
    let grade = Grade.quick
    let replaces: Set<Part> = [.peers]
    let transport: String? = "udp"

    func objection(to choice: Choice) -> String? {
        guard choice.transport.isDatagram else { return "a connection has one peer (--transport udp)" }
        return choice.needsParallelWorkers
    }

    func plant(in assembly: inout Assembly) -> Bool {
        guard let memory = SharedMemory(byteCount: 16) else { return false }
        assembly.peers = LastPeer(memory: memory)
        return true
    }
}

/// One address for all workers; its two words are atomic.
private struct LastPeer: PeerBook {
    let memory: SharedMemory

    func begins(_ peer: [UInt8]) {
        peer.withUnsafeBytes { bytes in
            for word in 0..<2 {
                memory.atomicStore(bytes.loadUnaligned(fromByteOffset: word * 8, as: Int.self), at: word * 8)
            }
        }
        sched_yield()
    }

    func destination(for peer: [UInt8]) -> [UInt8] {
        (0..<2).flatMap { word in withUnsafeBytes(of: memory.atomicLoad(at: word * 8), Array.init) }
    }
}
