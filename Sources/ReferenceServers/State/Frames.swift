/// A piece of a message on its way between a worker and the owner of the keys.
package struct Frame: Sendable, Equatable {
    /// Which worker's reply channel the message belongs to.
    package var slot: Int
    /// Which request of that slot.
    package var sequence: Int
    /// Whether the message ends here.
    package var isLast: Bool
    package var payload: [UInt8]

    /// Magic, slot, sequence, payload length, last: the bytes in front of a payload.
    package static let headerBytes = 16
    private static let magic = 0xC0_5F_17_E5

    package init(slot: Int, sequence: Int, isLast: Bool, payload: [UInt8]) {
        self.slot = slot
        self.sequence = sequence
        self.isLast = isLast
        self.payload = payload
    }

    /// The frame as bytes.
    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.headerBytes + payload.count)
        for word in [Self.magic, slot << 1 | (isLast ? 1 : 0), sequence, payload.count] {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: word).littleEndian) { out.append(contentsOf: $0) }
        }
        return out + payload
    }

    /// A frame without its payload, and the payload's length; nil when these bytes are no header.
    package static func header(_ bytes: some RandomAccessCollection<UInt8>) -> (frame: Frame, length: Int)? {
        let words = (0..<4).map { word in
            bytes.dropFirst(word * 4).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard words[0] == magic, words[1] >> 1 <= Limits.ownerSlots, words[3] <= Limits.maximumRequestBytes else {
            return nil
        }
        let frame = Frame(slot: words[1] >> 1, sequence: words[2], isLast: words[1] & 1 == 1, payload: [])
        return (frame, words[3])
    }
}

/// Cuts messages into frames, and knows whose they are when they arrive between others.
package protocol Framer: Sendable {
    /// The message as frames, in order; at least one.
    func frames(_ message: [UInt8], slot: Int, sequence: Int) -> [Frame]

    /// The frame with the slot and sequence to which it belongs; `open` is memory for this between calls.
    func claim(_ frame: Frame, open: inout [Frame]) -> Frame
}

/// Cuts so that each frame fits in one atomic write, and names its slot in each: POSIX lets writes to a pipe mix beyond
/// `PIPE_BUF`, 4,096 bytes.
package struct AtomicFramer: Framer {
    package static let payloadBytes = 4096 - Frame.headerBytes

    package init() {}

    package func frames(_ message: [UInt8], slot: Int, sequence: Int) -> [Frame] {
        stride(from: 0, through: max(0, message.count - 1), by: Self.payloadBytes).map { start in
            let end = min(message.count, start + Self.payloadBytes)
            return Frame(
                slot: slot, sequence: sequence, isLast: end == message.count, payload: Array(message[start..<end]))
        }
    }

    package func claim(_ frame: Frame, open: inout [Frame]) -> Frame { frame }
}
