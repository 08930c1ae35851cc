/// Bytes, as they come in.
extension ByteStream {
    /// The end of the last chunk.
    @inline(__always)
    var coveredEnd: Int {
        chunks.last.map { $0.offset + $0.length } ?? 0
    }

    /// Adds payload at or beyond the end of all chunks.
    mutating func append(
        at offset: Int, _ payload: ArraySlice<UInt8>, _ packet: PacketReference, acknowledged: Int
    ) {
        if chunks.isEmpty {
            chunks.reserveCapacity(8)
            bytes.reserveCapacity(256)
        }
        if offset > bytes.count { pad(offset - bytes.count) }
        bytes.append(contentsOf: payload)
        chunks.append(Chunk(offset: offset, length: payload.count, packet: packet, acknowledged: acknowledged))
    }

    /// Adds zeros that stand for missing bytes.
    mutating func pad(_ count: Int) {
        bytes.append(contentsOf: [UInt8](repeating: 0, count: count))
    }

    /// Whether payload contradicts bytes that are already there.
    func differs(_ range: Range<Int>, _ payload: [UInt8], _ source: Int) -> Bool {
        for chunk in chunks[firstChunk(endingAfter: range.lowerBound)...] {
            let common =
                max(
                    chunk.offset, range.lowerBound)..<max(
                    max(chunk.offset, range.lowerBound), min(chunk.offset + chunk.length, range.upperBound))
            if chunk.offset >= range.upperBound { return false }
            for offset in common where bytes[offset] != payload[source + offset - range.lowerBound] { return true }
        }
        return false
    }

    /// Writes payload into the holes of `range`; false when a hole had too many chunks behind it to be filled.
    mutating func fill(
        _ range: Range<Int>, _ payload: [UInt8], _ source: Int, _ packet: PacketReference, acknowledged: Int
    ) -> Bool {
        var index = firstChunk(endingAfter: range.lowerBound)
        var cursor = range.lowerBound
        while cursor < range.upperBound {
            if index == chunks.count {
                let from = source + cursor - range.lowerBound
                append(at: cursor, payload[from..<source + range.count], packet, acknowledged: acknowledged)
                return true
            }
            let chunk = chunks[index]
            if chunk.offset > cursor {
                guard chunks.count - index <= StreamBuilder.maximumChunksBehindHole else { return false }
                let stop = min(chunk.offset, range.upperBound)
                let from = source + cursor - range.lowerBound
                bytes.replaceSubrange(cursor..<stop, with: payload[from..<from + (stop - cursor)])
                chunks.insert(
                    Chunk(offset: cursor, length: stop - cursor, packet: packet, acknowledged: acknowledged), at: index)
                index += 1
                cursor = stop
            } else {
                cursor = max(cursor, chunk.offset + chunk.length)
                index += 1
            }
        }
        return true
    }

    /// The index of the first chunk that ends after `offset`.
    func firstChunk(endingAfter offset: Int) -> Int {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].offset + chunks[middle].length <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
