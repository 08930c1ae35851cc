package import Capture

extension Secrets {
    /// Overwrites all values in packets, also where several segments bring parts of one. Checksums stay as they were: those of
    /// loopback are none.
    ///
    /// - Complexity: O(bytes × secrets).
    package func mask(_ batch: inout PacketBatch) {
        guard !isEmpty else { return }
        mask(&batch.bytes)
        var directions: [Direction: [Piece]] = [:]
        for record in batch.records {
            guard case .tcp(let segment) = dissect(record, in: batch), segment.capturedPayloadLength > 0 else {
                continue
            }
            let direction = Direction(source: segment.source, destination: segment.destination)
            let start = segment.payloadOffset
            guard start + segment.capturedPayloadLength <= batch.bytes.count else { continue }
            directions[direction, default: []].append(
                Piece(sequence: segment.sequence, bytes: start..<start + segment.capturedPayloadLength))
        }
        for pieces in directions.values where pieces.count > 1 { mask(pieces, in: &batch.bytes) }
    }

    private struct Direction: Hashable {
        let source: Endpoint
        let destination: Endpoint
    }

    /// A segment's payload.
    private struct Piece {
        let sequence: UInt32
        let bytes: Range<Int>
    }

    /// Puts the pieces of one direction together, and masks what is found in the whole.
    private func mask(_ pieces: [Piece], in bytes: inout [UInt8]) {
        let first = pieces[0].sequence
        let offsets = pieces.map { Int(Int32(bitPattern: $0.sequence &- first)) }
        let lowest = offsets.min() ?? 0
        let length = zip(offsets, pieces).reduce(0) { max($0, $1.0 - lowest + $1.1.bytes.count) }
        // Numbers far apart are of several connections; what is whole in a segment is masked already.
        guard length <= 2 * ExecutionLimits.packetBytes else { return }
        var stream = [UInt8](repeating: 0, count: length)
        for (offset, piece) in zip(offsets, pieces) {
            stream.replaceSubrange(offset - lowest..<offset - lowest + piece.bytes.count, with: bytes[piece.bytes])
        }
        for place in places(in: stream) {
            for (offset, piece) in zip(offsets, pieces) {
                let own = place.clamped(to: offset - lowest..<offset - lowest + piece.bytes.count)
                for index in own { bytes[piece.bytes.lowerBound + index - (offset - lowest)] = Self.mask }
            }
        }
    }
}
