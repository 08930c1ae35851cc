import System

/// A datagram with a fresh token, sent over loopback through the capture: when the capture has it, all packets from
/// before it are in.
final class RecordingEndMark: Sendable {
    private let datagrams: LoopbackDatagrams
    private let token: [UInt8]

    /// Opens the socket that sends it, and takes it.
    init() throws(CaptureError) {
        do throws(SystemError) {
            datagrams = try LoopbackDatagrams()
        } catch {
            throw CaptureError(error)
        }
        token = (0..<16).map { _ in UInt8.random(in: 0...255) }
    }

    /// Where it comes from and goes to.
    var port: UInt16 { datagrams.port }

    /// The filter that lets the end mark pass besides what `filter` does; an empty filter already does.
    func widening(_ filter: String) -> String {
        filter.isEmpty ? "" : "(\(filter)) or (udp and src host 127.0.0.1 and src port \(port))"
    }

    /// Sends the datagram with `mark`.
    func send(_ mark: UInt8) { datagrams.send(token + [mark]) }

    /// The mark of an end mark; nil for any other packet.
    func mark(of record: PacketRecord, in batch: PacketBatch) -> UInt8? {
        // Cheap first: nearly all packets have another length.
        guard record.wireLength <= 20 + 20 + 8 + token.count + 1 + 16,
            case .udp(let datagram) = dissect(record, in: batch), datagram.source.port == port,
            datagram.payload.count == token.count + 1, batch.bytes[datagram.payload].starts(with: token)
        else { return nil }
        return batch.bytes[datagram.payload.upperBound - 1]
    }
}
