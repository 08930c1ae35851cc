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

    func answer(_ request: Span<UInt8>, into reply: inout [UInt8]) -> Continuation {
        request.withUnsafeBufferPointer { reply.append(contentsOf: $0) }
        return .next
    }
}
