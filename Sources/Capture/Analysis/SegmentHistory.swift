/// The last segments of one direction, to recognize a packet that comes again.
struct SegmentHistory {
    /// The most segments remembered: a duplicate that comes later is taken for a retransmission or a reordering.
    static let capacity = 64

    struct Entry {
        var time: Timestamp
        var sequence: UInt32
        var acknowledgement: UInt32
        var timestampValue: UInt32
        var number: UInt32
        var length: UInt32
        var identification: UInt16
        var flags: UInt16
        var window: UInt16
        var interface: UInt16
        var timeToLive: UInt8
        var hasTimestamp: Bool
    }

    private var entries: [Entry] = []
    /// Where the next entry goes, once all places are taken.
    private var next: UInt8 = 0

    @inline(__always)
    mutating func remember(_ entry: Entry) {
        if entries.count < Self.capacity {
            if entries.count == entries.capacity { grow() }
            entries.append(entry)
        } else {
            entries[Int(next)] = entry
            next = (next + 1) % UInt8(Self.capacity)
        }
    }

    /// Most connections are short, and there may be many: a request and its reply need six places.
    private static let firstCapacity = 6

    private mutating func grow() {
        entries.reserveCapacity(entries.isEmpty ? Self.firstCapacity : max(16, entries.count * 2))
    }

    /// The newest earlier segment with the same headers, its link and its remaining hops aside.
    func twin(of entry: Entry) -> Entry? {
        newest { known in
            known.sequence == entry.sequence && known.identification == entry.identification
                && known.length == entry.length && known.acknowledgement == entry.acknowledgement
                && known.flags == entry.flags && known.timestampValue == entry.timestampValue
                && known.window == entry.window
        }
    }

    /// The newest earlier segment that began with the same number and took room.
    func copy(of entry: Entry) -> Entry? {
        newest { $0.sequence == entry.sequence && ($0.length > 0 || $0.flags & 0x03 != 0) }
    }

    /// The newest segment that began with a sequence number.
    func newest(startingAt sequence: UInt32) -> Entry? {
        newest { $0.sequence == sequence && $0.length > 0 }
    }

    /// The newest segment with a TCP time stamp.
    func newest(stampedAt stamp: UInt32) -> Entry? {
        newest { $0.timestampValue == stamp }
    }

    /// The newest segment with payload.
    var newestData: Entry? {
        newest { $0.length > 0 }
    }

    @inline(__always)
    func newest(where matches: (borrowing Entry) -> Bool) -> Entry? {
        let entries = entries.span
        var index = Int(next)
        for _ in entries.indices {
            index = (index == 0 ? entries.count : index) - 1
            if matches(entries[index]) { return entries[index] }
        }
        return nil
    }

    /// All segments, oldest first.
    var oldestFirst: [Entry] {
        Array(entries[Int(next)...] + entries[..<Int(next)])
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Forgets all, and gives the room back but for the first places: another connection may take them over.
    mutating func clear() {
        entries.removeAll(keepingCapacity: entries.capacity <= Self.firstCapacity)
        next = 0
    }

    /// Gives the room back of which nothing is used.
    mutating func giveBack() {
        if entries.isEmpty { entries = [] }
    }
}
