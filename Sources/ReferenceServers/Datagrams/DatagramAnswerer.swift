import CLinux
import Glibc

/// Answers datagrams, one request each.
struct DatagramAnswerer {
    /// The longest payload of UDP over IPv4.
    static let maximumBytes = 65_507
    private let socket: Int32
    private let parts: ConnectionParts
    private let peers: any PeerBook
    private let session: any Session

    init(_ server: Server) {
        socket = server.listener.descriptor.number
        parts = server.parts
        peers = server.peers
        session = parts.service.makeSession()
    }

    /// Answers one request of `peer`. What is no whole request is refused if the protocol has words for it, else ignored.
    func answer(_ request: [UInt8], of peer: [UInt8]) {
        peers.begins(peer)
        var batch = ReplyBatch()
        switch session.frame(request.span) {
        case .message(request.count):
            _ = parts.executor.execute(request.span, for: session, into: &batch)
        case .message, .incomplete:
            session.refuse("a datagram holds just one request", into: &batch.bytes)
            batch.endReply()
        case .malformed(let offset, let reason):
            session.refuse("\(reason) at byte \(offset)", into: &batch.bytes)
            batch.endReply()
        }
        let ends = batch.ends
        guard !ends.isEmpty else { return }
        var output = OutputBuffer()
        parts.assembler.assemble(&batch, into: &output)
        for (start, end) in zip([0] + ends, ends) { send(output.bytes[start..<end], to: peer) }
    }

    private func send(_ reply: ArraySlice<UInt8>, to peer: [UInt8]) {
        var reply = reply
        if reply.count > Self.maximumBytes {
            var refusal: [UInt8] = []
            session.refuse("the reply is over \(Self.maximumBytes) bytes", into: &refusal)
            reply = refusal[...]
        }
        let destination = peers.destination(for: peer)
        // A full buffer means a lost reply: UDP promises nothing. EINTR is retried.
        while true {
            let sent = reply.withUnsafeBytes { bytes in
                withSocketAddress(destination) { sendto(socket, bytes.baseAddress, bytes.count, 0, $0, $1) }
            }
            if sent >= 0 || errno != EINTR { return }
        }
    }
}
