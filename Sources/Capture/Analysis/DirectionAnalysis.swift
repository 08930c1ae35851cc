/// What the analysis remembers of one direction of a flow. Offsets count as in `StreamBuilder`: 0 is the byte after the
/// SYN, which itself stands at -1.
struct DirectionAnalysis {
    /// The most holes remembered; the oldest goes when there is one more.
    static let maximumHoles = 64

    /// Bytes that were skipped and have not come so far.
    struct Hole {
        var range: Range<Int>
        var openedAt: Timestamp
        /// The packet after the hole.
        var openedBy: PacketReference
    }

    var history = SegmentHistory()
    var holes: [Hole] = []
    /// Whether anything came.
    var isOpen = false
    /// The end of what was sent, FIN included, as far as numbers show: also the number of a bare acknowledgement.
    var sentEnd = 0
    /// The same, as far as data, SYN and FIN show.
    var takenEnd = -1
    /// When the last segment came, and the last that took room.
    var lastTime = Timestamp(nanoseconds: 0)
    var lastTakingTime = Timestamp(nanoseconds: 0)
    /// The newest IP identification, and how many steps to it were short and how many were wild.
    var identification: UInt16 = 0
    var shortSteps: UInt32 = 0
    var wildSteps: UInt32 = 0
    /// The newest TCP time stamp.
    var timestampValue: UInt32?
    /// The last acknowledgement number, as an offset of the other direction too, window and scale.
    var acknowledgement: UInt32?
    var acknowledgedOffset: Int?
    var window: UInt16 = 0
    var scale: UInt8?
    var synSeen = false
    /// SYNs, repeats and duplicates included.
    var syns: UInt8 = 0
    var finSeen = false
    var resetSeen = false
    /// Repeats of the last acknowledgement since it was new.
    var duplicateACKs = 0
    /// The highest sequence number that this side reported as received out of order.
    var selective: UInt32?
    var duplicates: UInt32 = 0
    /// The last packet that was called a repeat, and whether it was the last packet.
    var repeatedPacket: UInt32 = 0
    var lastWasRepeat = false
    /// Anomalies reported, kept or not.
    var reported: UInt32 = 0
    var packets: UInt32 = 0
    var counts = AnomalyCounts()

    /// Whether identifications count upward, so that they tell the order of sending.
    var identificationsCount: Bool {
        identification != 0 && wildSteps * 4 <= shortSteps + 1
    }

    /// Takes what a segment's bytes fill out of the holes; the hole that it fills first, if any.
    mutating func fill(_ range: Range<Int>) -> Hole? {
        var first: Hole?
        var index = 0
        while index < holes.count {
            let hole = holes[index]
            guard hole.range.overlaps(range) else {
                index += 1
                continue
            }
            if first == nil { first = hole }
            holes.remove(at: index)
            if range.upperBound < hole.range.upperBound {
                insert(hole, range.upperBound..<hole.range.upperBound, at: index)
            }
            if hole.range.lowerBound < range.lowerBound {
                insert(hole, hole.range.lowerBound..<range.lowerBound, at: index)
                index += 1
            }
        }
        return first
    }

    private mutating func insert(_ hole: Hole, _ range: Range<Int>, at index: Int) {
        var rest = hole
        rest.range = range
        holes.insert(rest, at: index)
    }

    /// Notes a hole.
    mutating func open(_ range: Range<Int>, _ packet: PacketReference) {
        if holes.count == Self.maximumHoles { holes.removeFirst() }
        holes.append(Hole(range: range, openedAt: packet.time, openedBy: packet))
    }
}
