/// What fragments of one datagram have in common.
struct FragmentKey: Hashable {
    let sourceHigh: UInt64
    let sourceLow: UInt64
    let destinationHigh: UInt64
    let destinationLow: UInt64
    let identification: UInt32
    let next: UInt8

    init(_ segment: Segment, next: UInt8) {
        sourceHigh = segment.sourceHigh
        sourceLow = segment.sourceLow
        destinationHigh = segment.destinationHigh
        destinationLow = segment.destinationLow
        identification = segment.identification ?? 0
        self.next = next
    }
}

/// Fragments of IP datagrams that are not complete yet (RFC 815, RFC 8200 section 4.5). The first copy of a byte wins.
struct FragmentTable {
    /// The most datagrams in progress; the oldest goes when there is one more.
    static let maximumDatagrams = 1024
    /// The longest datagram: what an IP length can say.
    static let maximumDatagramBytes = 65_535

    private var open: [FragmentKey: PartialDatagram] = [:]
    /// Keys in order of first fragment.
    private var order: [FragmentKey] = []
    /// The bytes of the datagram that was completed last.
    var datagram: [UInt8] = []

    /// Adds a fragment; returns the datagram's payload when this completes it.
    mutating func add(
        _ key: FragmentKey, offset: Int, isLast: Bool, _ bytes: RawSpan, _ range: Range<Int>
    ) -> [UInt8]? {
        guard offset + range.count <= Self.maximumDatagramBytes else { return nil }
        if open[key] == nil {
            if order.count == Self.maximumDatagrams { open[order.removeFirst()] = nil }
            order.append(key)
        }
        guard let whole = open[key, default: PartialDatagram()].add(offset, isLast, bytes, range) else { return nil }
        open[key] = nil
        if let index = order.firstIndex(of: key) { order.remove(at: index) }
        return whole
    }
}

/// The fragments of one datagram.
private struct PartialDatagram {
    private var bytes: [UInt8] = []
    /// What is there, ascending and apart.
    private var present: [Range<Int>] = []
    private var length: Int?

    mutating func add(_ offset: Int, _ isLast: Bool, _ source: RawSpan, _ range: Range<Int>) -> [UInt8]? {
        let end = offset + range.count
        if isLast { length = length ?? end }
        if bytes.count < end { bytes.append(contentsOf: repeatElement(0, count: end - bytes.count)) }
        var cursor = offset
        for hole in holes(in: offset..<end) {
            cursor = hole.lowerBound
            while cursor < hole.upperBound {
                bytes[cursor] = source.u8(range.lowerBound + cursor - offset)
                cursor += 1
            }
        }
        merge(offset..<end)
        guard let length, present.first.map({ $0.lowerBound == 0 && $0.upperBound >= length }) == true else {
            return nil
        }
        return Array(bytes.prefix(length))
    }

    private func holes(in range: Range<Int>) -> [Range<Int>] {
        var holes: [Range<Int>] = []
        var cursor = range.lowerBound
        for piece in present where piece.upperBound > cursor && piece.lowerBound < range.upperBound {
            if piece.lowerBound > cursor { holes.append(cursor..<piece.lowerBound) }
            cursor = piece.upperBound
        }
        if cursor < range.upperBound { holes.append(cursor..<range.upperBound) }
        return holes
    }

    private mutating func merge(_ range: Range<Int>) {
        var merged = range
        present.removeAll { piece in
            guard piece.upperBound >= merged.lowerBound, piece.lowerBound <= merged.upperBound else { return false }
            merged = min(piece.lowerBound, merged.lowerBound)..<max(piece.upperBound, merged.upperBound)
            return true
        }
        present.insert(merged, at: present.firstIndex { $0.lowerBound > merged.lowerBound } ?? present.endIndex)
    }
}
