import CLinux
import Glibc
package import Wire

/// Answers each message with the same message; the codec says where one ends.
package struct EchoService: Service {
    private let codec: any WireCodec

    package init(_ codec: any WireCodec) {
        self.codec = codec
    }

    package func makeSession() -> any Session { EchoSession(codec) }
}

private final class EchoSession: Session {
    private let codec: any WireCodec

    init(_ codec: any WireCodec) {
        self.codec = codec
    }

    func frame(_ bytes: Span<UInt8>) -> Framing { codec.frame(bytes, from: .client) }

    func answer(_ request: Span<UInt8>, into reply: inout [UInt8]) -> Continuation { echo(request, into: &reply) }
}

/// Answers each line with the same line.
package struct LineEchoService: Service {
    package init() {}

    package func makeSession() -> any Session { LineEchoSession() }
}

/// Frames like `EchoLineCodec`, and remembers how far it has looked: a long line comes in many reads.
private final class LineEchoSession: Session {
    private var searched = 0

    func frame(_ bytes: Span<UInt8>) -> Framing {
        let limit = EchoLineCodec.maximumLineBytes
        let end = bytes.withUnsafeBytes { bytes -> Int? in
            guard bytes.count > searched else { return nil }
            guard let found = memchr(bytes.baseAddress! + searched, 0x0A, bytes.count - searched) else { return nil }
            return bytes.baseAddress!.distance(to: UnsafeRawPointer(found)) + 1
        }
        searched = bytes.count
        if (end ?? bytes.count) > limit { return .malformed(offset: limit, reason: "no line feed in \(limit) bytes") }
        return end.map(Framing.message) ?? .incomplete
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
