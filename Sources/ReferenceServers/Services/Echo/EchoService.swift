import CLinux
import Glibc

/// Answers each message with the same message: four bytes of big-endian length, then that many bytes.
package struct LengthEchoService: Service {
    package init() {}

    package func makeSession() -> any Session { LengthEchoSession() }
}

private final class LengthEchoSession: Session {
    /// The longest payload; a longer announcement is refused. Bytes.
    private static let maximumPayloadBytes = 16 << 20

    func frame(_ bytes: Span<UInt8>) -> RequestFrame {
        guard bytes.count >= 4 else { return .incomplete }
        var length = 0
        for index in 0..<4 { length = length << 8 | Int(bytes[index]) }
        guard length <= Self.maximumPayloadBytes else {
            return .malformed(offset: 0, reason: "length \(length) is over \(Self.maximumPayloadBytes)")
        }
        return bytes.count >= 4 + length ? .message(length: 4 + length) : .incomplete
    }

    func answer(_ request: Span<UInt8>, into reply: inout [UInt8]) -> Continuation { echo(request, into: &reply) }
}

/// Answers each line with the same line.
package struct LineEchoService: Service {
    package init() {}

    package func makeSession() -> any Session { LineEchoSession() }
}

/// Remembers how far it has looked: a long line comes in many reads.
private final class LineEchoSession: Session {
    /// The longest line, its line feed included. Bytes.
    private static let maximumLineBytes = 16 << 20
    private var searched = 0

    func frame(_ bytes: Span<UInt8>) -> RequestFrame {
        let limit = Self.maximumLineBytes
        let end = bytes.withUnsafeBytes { bytes -> Int? in
            guard bytes.count > searched else { return nil }
            guard let found = memchr(bytes.baseAddress! + searched, 0x0A, bytes.count - searched) else { return nil }
            return bytes.baseAddress!.distance(to: UnsafeRawPointer(found)) + 1
        }
        searched = bytes.count
        if (end ?? bytes.count) > limit { return .malformed(offset: limit, reason: "no line feed in \(limit) bytes") }
        return end.map(RequestFrame.message) ?? .incomplete
    }

    func answer(_ request: Span<UInt8>, into reply: inout [UInt8]) -> Continuation {
        searched = 0
        return echo(request, into: &reply)
    }
}

private func echo(_ request: Span<UInt8>, into reply: inout [UInt8]) -> Continuation {
    request.withUnsafeBufferPointer { reply.append(contentsOf: $0) }
    return .next
}
