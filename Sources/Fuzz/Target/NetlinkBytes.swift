import CLinux
import Glibc

/// Messages to and from the kernel about sockets: netlink(7), sock_diag(7). All numbers are in the machine's order.
struct NetlinkBytes {
    var bytes: [UInt8] = []

    mutating func append(_ values: UInt8...) { bytes += values }

    mutating func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value) { bytes += $0 } }

    /// The number of four bytes there; 0 beyond the end.
    static func number(_ bytes: ArraySlice<UInt8>, at offset: Int) -> UInt32 {
        guard offset >= 0, offset + 4 <= bytes.count else { return 0 }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    }

    // Of linux/netlink.h and linux/sock_diag.h.
    private static let netlink: Int32 = 16
    private static let socketDiagnosis: Int32 = 4
    private static let byFamily: UInt16 = 20
    private static let dumpRequest: UInt16 = 0x301
    private static let doneMessage: UInt16 = 3
    private static let headerBytes = 16
    private static let answerBytes = 32 << 10

    /// Asks for all sockets of which `request` tells; an answer for each, without its header. Nil for an error.
    static func answers(to request: NetlinkBytes) -> [ArraySlice<UInt8>]? {
        let raw = socket(netlink, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), socketDiagnosis)
        guard raw >= 0 else { return nil }
        defer { close(raw) }
        // A `nlmsghdr`.
        var question = NetlinkBytes()
        question.append(UInt32(headerBytes + request.bytes.count))
        question.append(byFamily)
        question.append(dumpRequest)
        question.append(UInt64(0))  // Sequence number and sender.
        question.bytes += request.bytes
        guard send(raw, question.bytes, question.bytes.count, 0) == question.bytes.count else { return nil }
        var buffer = [UInt8](repeating: 0, count: answerBytes)
        var found: [ArraySlice<UInt8>] = []
        while true {
            let count = recv(raw, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0, let isLast = messages(Array(buffer[..<count]), &found) else { return nil }
            if isLast { return found }
        }
    }

    /// Adds the messages of a datagram of answers; whether it is the last, nil for an error.
    private static func messages(_ datagram: [UInt8], _ found: inout [ArraySlice<UInt8>]) -> Bool? {
        var rest = datagram[...]
        while rest.count >= headerBytes {
            let length = Int(number(rest, at: 0))
            switch UInt16(truncatingIfNeeded: number(rest, at: 4)) {
            case doneMessage: return true
            case byFamily: found.append(rest.prefix(length).dropFirst(headerBytes))
            default: return nil
            }
            guard length >= headerBytes else { return nil }
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return false
    }

    /// The attributes behind a message: `nlattr`.
    static func attributes(_ bytes: ArraySlice<UInt8>) -> [(type: UInt16, value: ArraySlice<UInt8>)] {
        var rest = bytes
        var found: [(type: UInt16, value: ArraySlice<UInt8>)] = []
        while rest.count >= 4 {
            let head = number(rest, at: 0)
            let length = Int(head & 0xFFFF)
            guard length >= 4, length <= rest.count else { break }
            found.append((UInt16(head >> 16), rest.prefix(length).dropFirst(4)))
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return found
    }
}
