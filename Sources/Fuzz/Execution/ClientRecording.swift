import Capture
import Glibc
import System

/// What clients of Unix sockets sent and received, written down as the packets that a capture of TCP would hold: such
/// sockets have no wire.
///
/// A request is stamped before it is handed to the kernel and a reply after it was taken from it, so intervals are the
/// clients': wider than on a wire, and never too narrow. Packets lie in the order of these calls.
final class ClientRecording {
    private var batch = PacketBatch(linkTypes: [.ipv4])
    private var ends: [ClientSource: Ends] = [:]

    /// One connection's next sequence numbers.
    private struct Ends {
        var client: UInt32 = 1
        var server: UInt32 = 1
    }

    private enum Flag {
        static let fin: UInt8 = 1
        static let syn: UInt8 = 2
        static let rst: UInt8 = 4
        static let psh: UInt8 = 8
        static let ack: UInt8 = 16
    }

    /// The most payload of one packet: an IPv4 packet has 65,535 bytes.
    private static let mostBytes = 60_000
    private static let openWindow: UInt16 = 65_535
    /// What stands for the server's port.
    private static let serverPort = TargetAddress.unix(path: "").port

    /// Takes the packets so far out, numbered from 1.
    func take() -> PacketBatch {
        defer {
            batch = PacketBatch(linkTypes: [.ipv4])
            ends.removeAll(keepingCapacity: true)
        }
        return batch
    }

    /// The connection was accepted.
    func opened(_ source: ClientSource) {
        let now = Clock.wall
        ends[source] = Ends(client: 0, server: 0)
        add(source, fromServer: false, Flag.syn, now)
        ends[source] = Ends(client: 1, server: 0)
        add(source, fromServer: true, Flag.syn | Flag.ack, now)
        ends[source] = Ends()
        add(source, fromServer: false, Flag.ack, now)
    }

    /// Nobody listens.
    func refused(_ source: ClientSource) {
        ends[source] = Ends(client: 0, server: 0)
        add(source, fromServer: false, Flag.syn, Clock.wall)
        add(source, fromServer: true, Flag.rst | Flag.ack, Clock.wall)
    }

    /// The kernel took these bytes from the client in a call that began at `time`.
    func sent(_ source: ClientSource, _ bytes: UnsafeRawBufferPointer, at time: Int64) {
        data(source, bytes, fromServer: false, time)
    }

    /// The client has read these bytes.
    func received(_ source: ClientSource, _ bytes: UnsafeRawBufferPointer, at time: Int64) {
        data(source, bytes, fromServer: true, time)
    }

    /// One side closes, or shuts down writing.
    func closed(_ source: ClientSource, byServer: Bool) {
        add(source, fromServer: byServer, Flag.fin | Flag.ack, Clock.wall)
        if byServer { ends[source]?.server += 1 } else { ends[source]?.client += 1 }
    }

    /// One side resets the connection.
    func reset(_ source: ClientSource, byServer: Bool) {
        add(source, fromServer: byServer, Flag.rst | Flag.ack, Clock.wall)
    }

    /// The client leaves bytes unread with which the socket is full: the closed window of TCP.
    func stoppedReading(_ source: ClientSource) {
        add(source, fromServer: false, Flag.ack, Clock.wall, window: 0)
    }

    private func data(_ source: ClientSource, _ bytes: UnsafeRawBufferPointer, fromServer: Bool, _ time: Int64) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.mostBytes))
            add(source, fromServer: fromServer, Flag.psh | Flag.ack, time, piece)
            let count = UInt32(piece.count)
            if fromServer { ends[source]?.server &+= count } else { ends[source]?.client &+= count }
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Writes an IPv4 and a TCP header (RFC 791, RFC 9293). The TCP checksum is left to a network card, as on loopback.
    private func add(
        _ source: ClientSource, fromServer: Bool, _ flags: UInt8, _ time: Int64,
        _ payload: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0), window: UInt16 = openWindow
    ) {
        guard let ends = ends[source] else { return }
        let (own, other) = fromServer ? (ends.server, ends.client) : (ends.client, ends.server)
        let (address, port) = (source.binding.address, max(source.binding.port, Self.clientPort))
        let length = 40 + payload.count
        var header: [UInt8] = [0x45, 0]
        header.reserveCapacity(40)
        header.appendNumber(UInt16(length))
        header += [0, 0, 0x40, 0, 64, UInt8(IPPROTO_TCP), 0, 0]
        header.appendNumber(fromServer ? loopback : address)
        header.appendNumber(fromServer ? address : loopback)
        let sum = Self.onesComplementSum(header[...])
        (header[10], header[11]) = (UInt8(~sum >> 8), UInt8(~sum & 0xFF))
        header.appendNumber(fromServer ? Self.serverPort : port)
        header.appendNumber(fromServer ? port : Self.serverPort)
        header.appendNumber(own)
        header.appendNumber(flags & Flag.ack != 0 ? other : 0)
        header += [5 << 4, flags]
        header.appendNumber(window)
        let pseudo =
            header[12..<20] + [
                0, UInt8(IPPROTO_TCP), UInt8((20 + payload.count) >> 8), UInt8((20 + payload.count) & 0xFF),
            ]
        header.appendNumber(Self.onesComplementSum(pseudo))
        header += [0, 0]
        batch.records.append(
            PacketRecord(
                number: batch.records.count + 1, time: Timestamp(nanoseconds: time), offset: batch.bytes.count,
                capturedLength: length, wireLength: length))
        batch.bytes += header
        batch.bytes.append(contentsOf: payload)
    }

    /// Sources that are addresses have no port of their own.
    private static let clientPort: UInt16 = 1024

    /// RFC 1071, of an even number of bytes.
    private static func onesComplementSum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        var sum: UInt32 = 0
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
            index += 2
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return UInt16(sum)
    }
}

extension [UInt8] {
    /// Appends a number in network order.
    fileprivate mutating func appendNumber(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
